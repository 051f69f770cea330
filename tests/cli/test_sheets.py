"""The sheets: what is known, for people; what is confidential only for who names it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from syncer.cli.text import answers, brief_sentence
from syncer.domain.work import WorkStatus
from syncer.engine.judge import detect_all
from tests.cli.world import World
from tests.domain.build import day, old_work, rollup_of, snapshot, weekly

SHEETS = [["brief"], ["signals"], ["report", "weekly"], ["status"]]
SECRET = ("retention", "Lift net revenue", "101.3", "109.7", "GRO-4", "Renewal", "renewals")


@pytest.mark.parametrize("command", SHEETS, ids=" ".join)
@pytest.mark.parametrize("flag", [[], ["--json"]], ids=["text", "json"])
def test_what_is_confidential_is_shown_to_who_names_it(
    synced: World, command: list[str], flag: list[str]
) -> None:
    synced.story.sites.cloud.delete("GRO-4")
    assert synced.run("sync").code == 3

    shown, named = synced.run(*flag, *command), synced.run(*flag, *command, "--kr", "retention")

    assert [word for word in SECRET if word in shown.out] == []
    assert shown.err == "acme: 1 confidential key result is not shown; name one with --kr ID\n"
    assert [word for word in SECRET if word in named.out] != []
    assert named.err == ""
    assert "activation" not in named.out


def test_a_hidden_signal_fails_nobody(synced: World) -> None:
    for key_result in ("activation", "first-response", "trial-to-paid", "weekly-teams", "page-load"):
        assert synced.run("check-in", key_result, "3").code == 0
    synced.run("sync")

    open_signals = synced.rows("SELECT signal_id FROM signals WHERE closed_at IS NULL")
    assert ("retention/stale_number",) in open_signals
    assert synced.run("signals", "--fail-on", "stale_number").code == 0
    assert synced.run("signals", "--fail-on", "stale_number", "--kr", "retention").code == 10


def test_signals_with_evidence_thresholds_and_question(synced: World) -> None:
    ran = synced.run("signals", "--kr", "page-load")

    assert ran.code == 0
    assert "acme: 4 open signals\n" in ran.out
    assert "warn backlog_not_focus  page-load  since " in ran.out
    assert "     7 bets are open on one number; the limit is 5, and 15 are a backlog.\n" in ran.out
    assert "       judged by focus_limit 5 open bets (set at key_results[].focus_limit)\n" in ran.out
    assert "     Ben Ott: Which three matter?\n" in ran.out


def test_signals_as_json(synced: World) -> None:
    found = synced.run("--json", "signals").json["acme"]

    assert {one["kind"] for one in found} == {
        "stale_number",
        "no_owner",
        "backlog_not_focus",
        "unlinked_bet",
    }
    assert all(one["evidence"] and one["question"] for one in found)


def test_brief_says_it_in_a_sentence_a_number(synced: World) -> None:
    synced.run("check-in", "activation", "37")

    lines = synced.run("brief").out.splitlines()

    assert lines[0].startswith(
        "Increase Day 7 activation from 34% to 52%: at 37 %, target 52 % (off track); "
    )
    assert lines[0].endswith("; 0 of 3 bets done; cannot tell yet.")
    assert lines[1].endswith(
        ": cannot tell yet, nobody has checked in a value; 0 of 3 bets done; cannot tell yet."
    )
    assert len(lines) == 5


def test_brief_ends_with_the_answer_that_the_loudest_signal_gives() -> None:
    flat = weekly("2026-10-05", 34.5, 35.0, 35.5, 36.0, 36.1, 36.2, 36.3)
    working = [snapshot("2026-10-20", buckets=(4, 8, 0)), snapshot("2026-11-10", buckets=(9, 3, 0))]
    rollup = rollup_of(on="2026-11-16", check_ins=flat, work={"new-flow": working})
    standing = [one for one in detect_all(rollup, {}) if one.kind == "work_without_movement"]

    assert brief_sentence(rollup, standing).endswith("; no: the work goes on and the number stands still.")
    assert brief_sentence(rollup, ()).endswith("; no movement to be seen that counts.")
    climbing = rollup_of(
        on="2026-11-16",
        check_ins=weekly("2026-10-05", 34.5, 35.0, 35.5, 36.0, 38.0, 40.0, 42.0),
        work={"new-flow": working},
    )
    assert brief_sentence(climbing, ()).endswith("; it moves while the work does.")
    shipped = [snapshot("2026-10-12", buckets=(12, 0, 0), status=WorkStatus.DONE, done_on=day("2026-10-12"))]
    resting = [snapshot("2026-10-12", buckets=(3, 9, 0))]
    for work, answer in (
        (shipped, "it moves, now that the work is done."),
        (resting, "it moves; of the work nothing was finished of late."),
    ):
        after = rollup_of(
            on="2026-11-16",
            check_ins=weekly("2026-10-05", 34.5, 35.0, 35.5, 36.0, 38.0, 40.0, 42.0),
            work={"new-flow": work},
        )
        assert brief_sentence(after, ()).endswith(f"; {answer}")


def test_brief_says_that_a_number_goes_the_wrong_way() -> None:
    working = [snapshot("2026-10-20", buckets=(4, 8, 0)), snapshot("2026-11-10", buckets=(9, 3, 0))]

    def told(*values: float) -> str:
        rollup = rollup_of(
            on="2026-11-16", check_ins=weekly("2026-10-05", *values), work={"new-flow": working}
        )
        return brief_sentence(rollup, detect_all(rollup, {}))

    assert told(50, 50, 50, 50, 49, 48, 47).endswith(
        "; in 21 days it went the wrong way: it fell by 3 points; 0 of 1 bets done; it goes the wrong way."
    )
    assert told(40, 40, 40, 40, 39, 38, 37).endswith(
        "; no: the work goes on and the number goes the wrong way."
    )


def test_brief_claims_nothing_of_work_whose_figures_are_old() -> None:
    told = brief_sentence(old_work(), ())
    assert told.endswith(
        "; 0 of 1 bets done, 1 stale; it moves; what the work did meanwhile cannot be told yet."
    )
    (answer,) = answers(old_work())
    assert answer.startswith("- Bet new-flow (in progress, stale since 2026-11-09 12:00 UTC): ")


def test_where_no_cycle_runs_it_is_said(synced: World) -> None:
    text = synced.file.read_text(encoding="utf-8")
    end = synced.story.today
    synced.file.write_text(text.replace(str(end), str(end - timedelta(days=60))), encoding="utf-8")

    for command in (["brief"], ["report", "weekly"]):
        ran = synced.run(*command)
        assert "acme: no cycle runs now; syncer review looks back at those that are over" in ran.err


def test_brief_of_one_number_answers_for_each_bet(synced: World) -> None:
    synced.run("check-in", "activation", "37")

    out = synced.run("brief", "--kr", "activation").out

    assert [line.split(" (")[0] for line in out.splitlines()[1:]] == [
        "- Rebuild the onboarding flow",
        "- Activation email sequence",
        "- In-app tooltips",
    ]


def test_the_weekly_sheet_shows_both_layers(synced: World) -> None:
    synced.run("check-in", "activation", "37")

    out = synced.run("report", "weekly").out

    assert "Make onboarding the reason new users stick\n" in out
    assert (
        "  Increase Day 7 activation from 34% to 52% (34 % → 52 %) · Ana Ruiz\n    number    37 % · " in out
    )
    assert "    -  Rebuild the onboarding flow  planned  0/13  Ben Ott        due " in out
    assert "    ! backlog not focus: 7 bets are open on one number; " in out


def test_the_weekly_sheet_as_json_has_the_same_figures(synced: World) -> None:
    (found,) = synced.run("--json", "report", "weekly", "--kr", "activation").json["acme"]

    assert (found["key_result"], found["start"], found["target"], found["value"]) == (
        "activation",
        34,
        52,
        None,
    )
    work = {one["initiative"]: one for one in found["initiatives"]}
    assert (work["new-flow"]["basis"], work["new-flow"]["done"], work["new-flow"]["open"]) == ("0/13", 0, 13)
    assert work["new-flow"]["link"] == "jira:ONB-12"


def test_status_names_what_is_broken(synced: World) -> None:
    synced.story.sites.cloud.delete("WEB-5")
    synced.story.sites.datacenter.token_revoked = True
    assert synced.run("sync").code == 4

    out = synced.run("status").out

    assert "acme: last sync just now (manual): partial, " in out
    assert "  platform  failing since " in out
    assert "Jira does not accept the token" in out
    assert "  ! bundle:jira:WEB-5: not visible, last read just now. Jira does not show this issue" in out
    assert "  14 links, 1 stale; " in out


def test_status_before_the_first_sync(acme: World) -> None:
    ran = acme.run("status")

    assert ran.code == 0
    assert ran.out.startswith("acme: never synced; run syncer sync\n  jira      never used\n")


def test_what_a_tracker_writes_cannot_drive_the_terminal(synced: World) -> None:
    synced.story.sites.cloud.rename("ONB-12", "Onboarding \x1b[31m\u202egnp.exe")

    out = synced.run("sync").out + json.dumps(synced.run("status").out)

    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "Onboarding [31mgnp.exe" in out
