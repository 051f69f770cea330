from __future__ import annotations

import subprocess
import sys

import pytest

from syncer.domain.comment import (
    Bullets,
    Comment,
    Heading,
    Paragraph,
    Publication,
    SectionFacts,
    Style,
    Text,
    is_material,
    marker,
)
from tests.domain.build import ref


def comment(number: str = "37 %") -> Comment:
    return Comment(
        (
            Heading((Text("OKR rollup"),)),
            Paragraph((Text("Number: "), Text(number, Style.STRONG))),
            Bullets(((Text("one bet"),), (Text("another"),))),
        ),
        marker("acme", "10042"),
    )


def section(**changes: object) -> SectionFacts:
    fields: dict[str, object] = {
        "key_result_id": "activation",
        "initiative_id": "new-flow",
        "number_status": "behind",
        "value": 37.0,
        "min_move": 1.0,
        "work_status": "in_progress",
        "work_share": 0.60,
        "signals": ("settling",),
    }
    return SectionFacts(**{**fields, **changes})  # type: ignore[arg-type]


def test_equal_comments_have_equal_digests_and_other_words_another() -> None:
    assert comment().digest == comment().digest
    assert comment("38 %").digest != comment().digest


def test_the_digest_is_the_same_in_another_process() -> None:
    code = (
        "from syncer.domain.comment import Comment, Heading, Text;"
        "print(Comment((Heading((Text('ü'),)),), 'okr-syncer:acme/1').digest)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == Comment((Heading((Text("ü"),)),), "okr-syncer:acme/1").digest


def test_the_kind_of_a_block_is_part_of_the_digest() -> None:
    runs = (Text("OKR rollup"),)

    assert Comment((Heading(runs),), "m").digest != Comment((Paragraph(runs),), "m").digest


def test_the_style_and_the_address_of_a_run_are_part_of_the_digest() -> None:
    texts = [Text("epic"), Text("epic", Style.GOOD), Text("epic", url="https://acme.example")]

    assert len({Comment((Paragraph((text,)),), "m").digest for text in texts}) == 3


def test_plain_text_has_a_line_a_block_and_a_bullet_an_item() -> None:
    assert comment().plain == "OKR rollup\nNumber: 37 %\n• one bet\n• another"


def test_status_words_are_the_coloured_styles() -> None:
    assert [style.value for style in Style if style.is_status_word] == ["good", "warning", "bad", "neutral"]


@pytest.mark.parametrize(
    ("changes", "material"),
    [
        ({}, False),
        ({"value": 37.9}, False),
        ({"value": 38.0}, True),
        ({"value": 36.0}, True),
        ({"value": None}, True),
        ({"work_share": 0.64}, False),
        ({"work_share": 0.65}, True),
        ({"work_share": 0.55}, True),
        ({"work_share": None}, True),
        ({"number_status": "off_track"}, True),
        ({"work_status": "done"}, True),
        ({"signals": ()}, True),
        ({"signals": ("bet_lost",)}, True),
        ({"initiative_id": "emails"}, True),
    ],
)
def test_what_is_worth_an_edit(changes: dict[str, object], *, material: bool) -> None:
    assert is_material((section(),), (section(**changes),)) is material


def test_a_number_nobody_has_checked_in_twice_is_no_news() -> None:
    empty = section(value=None, work_share=None)

    assert not is_material((empty,), (empty,))


def test_the_band_that_counts_is_the_one_of_today() -> None:
    assert is_material((section(min_move=5.0),), (section(value=38.0, min_move=1.0),))
    assert not is_material((section(min_move=1.0),), (section(value=38.0, min_move=5.0),))


def test_without_a_band_an_equal_number_is_still_no_news() -> None:
    assert not is_material((section(min_move=0.0),), (section(min_move=0.0),))
    assert is_material((section(min_move=0.0),), (section(min_move=0.0, value=37.1),))


def test_a_section_more_or_less_is_worth_an_edit() -> None:
    assert is_material((), (section(),))
    assert is_material((section(), section(initiative_id="emails")), (section(),))


def test_other_words_in_the_heading_are_worth_an_edit_once_they_were_noted() -> None:
    old, new = section(heading="Bet → Number (34 → 52)"), section(heading="Bet → Number (34 → 51)")

    assert is_material((old,), (new,))
    assert not is_material((old,), (old,))
    assert not is_material((section(),), (new,))


def test_a_publication_is_known_by_workspace_and_item_alone() -> None:
    wanted = Publication(workspace="acme", ref=ref(), item_id="10042", comment=comment())

    assert wanted.marker == "okr-syncer:acme/10042"
    assert wanted.digest == comment().digest


def test_a_withdrawal_has_no_digest() -> None:
    assert Publication(workspace="acme", ref=ref(), item_id="10042", comment=None).digest == ""


def test_a_lone_surrogate_in_a_name_has_a_digest() -> None:
    broken = Comment((Paragraph((Text("half \ud800 a pair"),)),), "okr-syncer:acme/1")
    assert len(broken.digest) == 64
