"""What plan, sync and status say of the comments, and what they leave out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.service import ServiceSettings
from connectors.testing.desk import unleased
from syncer.app import App, SystemClock
from syncer.cli.markdown import plan_markdown
from syncer.cli.syncing import plan_lines, sync_lines
from syncer.domain.comment import Comment, Paragraph, Publication, Text
from syncer.domain.sync import Standing, Wrote
from syncer.domain.work import WorkRef
from syncer.engine.courier import Delivered
from syncer.engine.report import ConnectionOutcome, ConnectionReport, Exposed, Held, Planned, SyncReport
from syncer.errors import ReadOnlyError
from tests.cli.world import World, writes

OFF = "publishing is off for this workspace (publish.enabled: false)"


def with_publishing_off(acme: World) -> None:
    acme.edit("version: 1\n", "version: 1\npublish: {enabled: false}\n")


@pytest.mark.parametrize("command", ["plan", "sync"])
def test_publishing_that_is_off_is_said(acme: World, command: str) -> None:
    with_publishing_off(acme)

    out = acme.run(command).out

    assert f"  {OFF}\n" in out
    assert "comment" not in out


def test_check_says_that_publishing_is_off(acme: World) -> None:
    with_publishing_off(acme)

    assert f"publish      ok   {OFF}\n" in acme.run("check", "--offline").out


def test_a_check_in_promises_no_comment_where_none_follows(acme: World) -> None:
    with_publishing_off(acme)

    assert acme.run("check-in", "activation", "37").out.endswith(" expected\n")


def test_what_stands_is_updated_even_where_its_text_is_not_known(synced: World) -> None:
    synced.run("check-in", "activation", "37")
    synced.change("UPDATE receipts SET text = ''")

    out = synced.run("plan").out

    assert "  update the comment on jira:ONB-12, not before " in out
    assert "create the comment" not in out


def test_a_time_that_is_over_is_not_named(synced: World) -> None:
    synced.run("check-in", "activation", "37")
    synced.change("UPDATE receipts SET published_at = '2020-01-01 00:00:00.000000'")

    assert "  update the comment on jira:ONB-12\n" in synced.run("plan").out


def test_what_is_held_back_is_named_with_its_time(synced: World) -> None:
    synced.run("check-in", "activation", "37")

    out = synced.run("sync").out

    assert "  comment on jira:ONB-12: held back until 20" in out
    assert "comments: none written, 3 held back; " in out


def test_what_people_did_to_a_comment_is_listed(synced: World) -> None:
    cloud = synced.story.sites.cloud
    (mine,) = cloud.comments("ONB-12")
    cloud.delete_comment("ONB-12", mine.id)
    synced.run("check-in", "activation", "37")
    synced.change("UPDATE receipts SET published_at = '2020-01-01 00:00:00.000000'")

    out = synced.run("sync").out

    assert "  comment on jira:ONB-12: left alone: opted out\n" in out
    status = synced.run("status")
    assert (
        "  ! comment on jira:ONB-12: deleted by a person, not written again until syncer links resume\n"
        in status.out
    )
    assert synced.run("--json", "status").json["acme"]["comments_left_alone"] == [
        {"item": "jira:ONB-12", "standing": "opted_out"}
    ]


def test_a_failing_connection_is_said_once(synced: World) -> None:
    synced.story.sites.datacenter.token_revoked = True
    assert synced.run("sync").code == 4

    out = synced.run("status").out

    assert out.count("Jira does not accept the token") == 1
    assert "  ! " not in out.replace("  ! activation: ", "").partition("stale;")[0]


def test_one_of_a_thing_is_no_plural(synced: World) -> None:
    synced.story.sites.cloud.rename("ONB-12", "Rebuild it")

    out = synced.run("resync", "--link", "ONB-12").out

    assert "  jira: 1 link read, " in out
    assert "acme: 1 changed, 0 signals opened, 0 closed, comments: " in out


def test_a_stale_number_is_a_sentence(synced: World) -> None:
    day = synced.story.start.isoformat()
    synced.run("check-in", "activation", "37", "--on", day)

    out = synced.run("status").out

    assert "  ! activation: the number is stale, 37 % was checked in on " in out
    assert " and nothing since\n" in out
    weekly = synced.run("report", "weekly", "--kr", "activation").out
    assert "    number    37 % · " in weekly
    assert weekly.count(" · stale since ") == 1
    assert "· stale ·" not in weekly


def test_slots_that_were_missed_are_said(synced: World) -> None:
    synced.change("""UPDATE sync_runs SET counts = '{"missed": 1, "requests": 1}'""")

    assert ": done, 1 request, 1 slot missed before it\n" in synced.run("status").out


def test_what_waits_for_the_tracker_says_so() -> None:
    until = datetime(2026, 11, 2, 15, tzinfo=UTC)
    held = Held(REMOVAL, until, "too many requests")
    report = SyncReport(workspace="acme", run=None, connections=(), held_back=(held,))

    lines = list(sync_lines(report, until, publishing=True))

    assert "  comment on jira:ONB-12: held back until 2026-11-02 15:00 UTC, too many requests" in lines


def test_what_is_begun_and_what_waits_say_so() -> None:
    begun = Delivered(REMOVAL, Standing.PARTIAL, Wrote.REMOVED, 1)
    waits = (Held(REMOVAL, None), Held(REMOVAL, None, "jira: gone"))
    report = SyncReport(workspace="acme", run=None, connections=(), delivered=(begun,), held_back=waits)

    lines = list(sync_lines(report, NOW, publishing=True))

    assert lines[:3] == [
        "  comment on jira:ONB-12: begun",
        "  comment on jira:ONB-12: waits: this sync has written enough",
        "  comment on jira:ONB-12: waits: jira: gone",
    ]


def test_what_is_confidential_and_stands_is_said_in_every_form() -> None:
    exposed = (Exposed("jira", None, "jira: gone", 1), Exposed("asana", NOW, "x", 2))
    report = SyncReport(workspace="acme", run=None, connections=(), exposed=exposed)
    said = [
        "jira: what is confidential now still stands on 1 item: gone",
        "asana: what is confidential now still stands on 2 items, left alone until 2026-11-02 15:00 UTC: x",
    ]

    for lines in (sync_lines(report, NOW, publishing=True), plan_lines(report, NOW, publishing=False)):
        assert [line for line in lines if "confidential" in line] == [f"  ! {line}" for line in said]
    markdown = "\n".join(plan_markdown(report, NOW, publishing=True))
    assert "### What stands that should not\n\n- jira: what is confidential now" in markdown


def test_what_has_no_room_is_planned_for_later(acme: World) -> None:
    acme.edit("version: 1\n", "version: 1\npublish: {max_writes_per_sync: 1}\n")

    out = acme.run("plan").out

    assert out.count("the comment on") > 1
    assert (
        out.count(", in a later sync: this one will have written enough\n") == out.count("the comment on") - 1
    )
    planned = acme.run("--json", "plan").json["workspaces"][0]["planned"]
    assert [one["has_room"] for one in planned] == [True, *[False] * (len(planned) - 1)]


def test_status_says_that_confidential_text_stands(synced: World) -> None:
    synced.edit(
        "          - id: activation\n", "          - id: activation\n            confidential: true\n"
    )

    out = synced.run("status").out

    line = (
        "  ! jira: what is confidential now still stands on 2 items; syncer sync takes it back, or says why"
    )
    assert f"{line} it cannot\n" in out
    assert synced.run("--json", "status").json["acme"]["exposed"] == {"asana": 1, "jira": 2}
    synced.run("sync")
    assert "confidential now" not in synced.run("status").out


@pytest.mark.parametrize("command", ["sync", "resync"])
def test_where_publishing_is_off_no_write_leaves(synced: World, command: str) -> None:
    """News is owed, and a comment that stands is to be taken back."""
    first = "          - id: activation\n"
    synced.edit(first, f"{first}            confidential: true\n")
    synced.run("check-in", "page-load", "3.1")
    synced.change("UPDATE receipts SET published_at = '2020-01-01 00:00:00.000000'")
    before = synced.comments()
    with_publishing_off(synced)

    out = synced.run(command).out

    assert "what is confidential now still stands on " in out
    assert "publish.enabled is false" in out
    assert (writes(*synced.story.stand_ins), synced.comments()) == ([], before)


@pytest.mark.parametrize("publishing", [True, False])
def test_a_write_that_a_plan_tries_stays_here_and_any_where_publishing_is_off(
    acme: World, publishing: bool
) -> None:
    if not publishing:
        with_publishing_off(acme)
    settings = ServiceSettings(
        workspaces=acme.file, secrets_dir=acme.folder / "secrets", state_dir=acme.folder / "state"
    )
    app = App(settings, SystemClock())
    (one,) = app.workspaces()
    comment = Comment(blocks=(), marker="okr-syncer:acme/1")
    for connection, kind in one.workspace.connection_kinds.items():
        lease = None if publishing else unleased  # a plan has none
        connector = app.engine(one, may_write=True).connect(connection, lease)
        ref = WorkRef(connection, "project" if kind == "asana" else "epic", "X-1")
        with pytest.raises(ReadOnlyError):
            connector.publish(Publication(workspace="acme", ref=ref, item_id="1", comment=comment), None)
        connector.close()

    assert writes(*acme.story.stand_ins) == []


REMOVAL = Publication(workspace="acme", ref=WorkRef("jira", "epic", "ONB-12"), item_id="10042", comment=None)
NOW = datetime(2026, 11, 2, 15, tzinfo=UTC)


def test_a_plan_in_markdown_fits_a_pull_request() -> None:
    text = Comment(blocks=tuple(Paragraph((Text("word " * 80),)) for _ in range(9)), marker="m")
    planned = tuple(
        Planned(Publication(workspace="acme", ref=REMOVAL.ref, item_id=str(n), comment=text), None, None)
        for n in range(99)
    )
    troubles = tuple(
        ConnectionReport(connection=f"jira-{n}", outcome=ConnectionOutcome.FAILED) for n in range(102)
    )
    report = SyncReport(workspace="acme", run=None, connections=troubles, planned=planned)

    out = "\n".join(plan_markdown(report, NOW, publishing=True))

    shown = out.count("### Create the comment on")
    assert 55_000 < len(out) < 65_536
    assert out.count("```") == 2 * shown
    assert "- and 2 more\n" in out
    assert out.endswith(f"\n\nShortened: {99 - shown} further parts did not fit; `syncer plan` shows all.\n")
