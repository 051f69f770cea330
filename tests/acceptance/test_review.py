"""The review of the demo quarter, word for word: a person can read what the quarter taught."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.test_demo import child

GOLDEN = Path(__file__).parent / "review.txt"


def test_the_quarter_is_reviewed_as_it_was(tmp_path: Path) -> None:
    """The quarter is long over, so that the review says the same on any later day."""
    kept = tmp_path / "demo"
    assert child("demo", "--keep", str(kept), "--today", "2026-03-29", "--seed", "7").code == 0

    reviewed = child("-c", str(kept), "review")

    assert reviewed.code == 0
    assert reviewed.out == GOLDEN.read_text(encoding="utf-8")
    assert "retention" not in reviewed.out


def test_what_is_confidential_is_reviewed_for_who_names_it(tmp_path: Path) -> None:
    kept = tmp_path / "demo"
    assert child("demo", "--keep", str(kept), "--today", "2026-03-29", "--seed", "7").code == 0

    named = child("--json", "-c", str(kept), "review", "--kr", "retention")

    assert [one["key_result"] for one in named.json["acme"]["key_results"]] == ["retention"]
