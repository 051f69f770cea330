"""Every exit code, each by something that really happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.sandbox.server import Request, Wire
from syncer.store.sql_store import open_store
from tests.cli.world import Ran, World, syncer, writes

HIDDEN = "acme: 1 confidential key result is not shown; name one with --kr ID\n"


@contextmanager
def somebody_syncs(acme: World) -> Iterator[None]:
    """Another run holds the lease of the workspace."""
    store = open_store(f"sqlite:///{acme.database}")
    lease = store.acquire("acme", timedelta(minutes=2))
    yield
    store.release(lease)
    store.close()


def refuse(_: int, __: Request) -> Wire:
    return Wire.REFUSE


def test_0_done(acme: World) -> None:
    ran = acme.run("sync")

    assert (ran.code, ran.err) == (0, HIDDEN)
    assert "comments: 13 created; " in ran.out


def test_1_no_tracker_answers(synced: World) -> None:
    synced.story.close()

    ran = synced.run("sync")

    assert ran.code == 1
    assert f"  asana: failed: Asana cannot be reached at 127.0.0.1:{synced.story.asana.port}\n" in ran.out


def test_1_no_such_workspace(acme: World) -> None:
    assert acme.run("-w", "nix", "status") == Ran(1, "", "there is no workspace nix; there is acme\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["bref"], "No such command 'bref'. Did you mean 'brief'?"),
        (["status", "--frobnicate"], "No such option: --frobnicate"),
        (["--log-format", "xml", "status"], "'xml' is not text or json"),
        (["check-in", "activation"], "give a key result and its value, or --initiative ID --status STATUS"),
        (
            ["check-in", "--initiative", "fonts"],
            "give --initiative ID --status STATUS, and no key result",
        ),
        (["demo", "--today", "tomorrow"], "'tomorrow' is not a date; write YYYY-MM-DD"),
        (["brief", "--kr", "nix"], "no key result is called nix; there are activation, first-response, "),
        (["signals", "--fail-on", "nix"], "no signal is called nix; there are "),
    ],
)
def test_2_usage(acme: World, arguments: list[str], sentence: str) -> None:
    ran = acme.run(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_3_one_tracker_does_not_answer_and_the_rest_is_stored(acme: World) -> None:
    acme.story.asana.fault = refuse

    ran = acme.run("sync")

    assert ran.code == 3
    assert "  asana: failed: Asana broke off the connection (GET /api/1.0/users/me)\n" in ran.out
    assert acme.rows("SELECT COUNT(*) FROM receipts") == [(9,)]


def test_4_the_token_is_revoked(synced: World) -> None:
    synced.story.sites.cloud.token_revoked = True

    ran = synced.run("sync")

    assert ran.code == 4
    assert "  jira: credentials: Jira does not accept the token\n    -> API tokens expire: " in ran.out


def test_4_the_token_is_nowhere(acme: World) -> None:
    token = acme.folder / "secrets" / "acme_jira_token"
    token.unlink()

    ran = acme.run("check")

    assert ran.code == 4
    assert f"jira         FAIL secret file acme_jira_token is not there; looked in {token.parent}" in ran.out


def test_5_the_file_is_not_valid(acme: World) -> None:
    acme.edit("timezone: UTC", "timezone: Europe/Zuerich")

    ran = acme.run("sync")

    assert (ran.code, ran.out) == (5, "")
    assert f"{acme.file}:7:1: timezone: 'Europe/Zuerich' is not a time zone; " in ran.err


def test_5_there_is_no_file(tmp_path: Path) -> None:
    ran = syncer("-c", tmp_path / "nix", "status")

    assert (ran.code, ran.out) == (5, "")
    assert ran.err == (
        f"{tmp_path / 'nix'}: cannot be read: No such file or directory; `syncer init` writes a first file, "
        "-c names another place\n"
    )


def test_6_too_much_is_gone_at_once(synced: World) -> None:
    before = synced.stored()
    for key in ("ONB-12", "GRO-3"):
        synced.story.sites.cloud.hide(key)

    ran = synced.run("sync")

    assert ran.code == 6
    assert (
        "  jira: braked: 2 of 6 links that could be read last time cannot be read now (33%, the brake is at "
        "30%); nothing of this connection was stored\n"
        "    -> check what the token may see; if the items are really gone, run syncer sync --force\n"
    ) in ran.out
    after = synced.stored()
    assert [row for row in before["links"] if row[1] in {"ONB-12", "GRO-3"}] == [
        row for row in after["links"] if row[1] in {"ONB-12", "GRO-3"}
    ]
    assert after["snapshots"] == before["snapshots"]
    assert writes(*synced.story.stand_ins) == []


def test_6_comes_before_4(synced: World) -> None:
    for key in ("ONB-12", "GRO-3"):
        synced.story.sites.cloud.hide(key)
    synced.story.sites.datacenter.token_revoked = True

    ran = synced.run("sync")

    assert ran.code == 6
    assert "  platform: credentials: " in ran.out


def test_force_goes_past_the_brake(synced: World) -> None:
    for key in ("ONB-12", "GRO-3"):
        synced.story.sites.cloud.hide(key)

    ran = synced.run("sync", "--force")

    assert ran.code == 3
    assert (
        "  ! new-flow:jira:ONB-12 (not visible): Jira does not show this issue to the token any more"
        in ran.out
    )
    assert synced.rows("SELECT state FROM links WHERE key = 'ONB-12'") == [("not_visible",)]


@pytest.mark.parametrize("command", [["sync"], ["resync", "--no-wait"]])
def test_7_somebody_else_syncs(synced: World, command: list[str]) -> None:
    with somebody_syncs(synced):
        ran = synced.run("-q", *command)

    assert (ran.code, ran.out) == (7, "")
    assert ran.err.startswith("acme: workspace acme is being synced by another run")


def test_10_a_signal_is_open(synced: World) -> None:
    assert synced.run("signals", "--fail-on", "no_owner").code == 10
    assert synced.run("signals", "--fail-on", "watermelon").code == 0
    assert synced.run("signals").code == 0


def test_10_a_sync_would_change_something(acme: World) -> None:
    assert acme.run("plan").code == 0
    ran = acme.run("plan", "--exit-code")
    assert ran.code == 10
    assert "13 comments to write. Nothing was changed.\n" in ran.out
    assert writes(*acme.story.stand_ins) == []
    acme.run("sync")
    assert acme.run("plan", "--exit-code").code == 0


def test_10_gives_way_to_a_failure(acme: World) -> None:
    acme.story.asana.fault = refuse

    assert acme.run("plan", "--exit-code").code == 3


def test_check_is_strict_where_asked(synced: World) -> None:
    synced.edit("            owner: eva\n            unit", "            unit")

    lax, strict = (synced.run("check", "--kr", "retention", *more) for more in ([], ["--strict"]))

    assert "owners       warn key result retention has no owner\n" in lax.out
    assert (lax.code, strict.code) == (0, 1)
    assert lax.out.splitlines()[-1] == "0 failed, 1 warning"


def test_check_offline_asks_nobody(synced: World) -> None:
    ran = synced.run("check", "--offline")

    assert ran.code == 0
    assert [len(one.requests) for one in synced.story.stand_ins] == [0, 0, 0]
