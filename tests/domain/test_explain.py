"""Every figure comes with what it was made of, its rule, its time, and the line that set each threshold."""

from __future__ import annotations

from syncer.domain.closing import ClosedAs, Closing
from syncer.domain.explain.figure import Explanation, Figure, Setting
from syncer.domain.explain.number import explain_key_result
from syncer.domain.explain.signal import RULES, explain_signal
from syncer.domain.explain.work import explain_initiative
from syncer.domain.okr import Bet, Checkpoints, Keep
from syncer.domain.rollup import Known, Rollup, roll_up
from syncer.domain.signals import KINDS, bet_lost
from syncer.domain.work import WorkStatus
from tests.domain.build import (
    check_in,
    day,
    fired,
    initiative,
    key_result,
    noon,
    placed,
    reported,
    rollup_of,
    rules,
    snapshot,
    weekly,
    workspace,
)

ON = "2026-11-16"
HERE = "cycles.2026-Q4.objectives.onboarding.key_results.activation"
LINES = {
    "signals.window": "acme.yaml:30",
    f"{HERE}.settle": "acme.yaml:44",
    f"{HERE}.target": "acme.yaml:42",
    f"{HERE}.initiatives.new-flow.link": "acme.yaml:50",
    f"{HERE}.initiatives.new-flow.bet.move": "acme.yaml:49",
    "status_map.jira": "acme.yaml:20",
}
FLAT = weekly("2026-10-05", 35, 35.5, 36, 36.4, 36.6, 36.7, 37)


def figure(found: Explanation, name: str) -> Figure:
    return next(one for one in found.figures if one.name == name)


def of_number(rollup: Rollup, name: str) -> Figure:
    return figure(explain_key_result(rollup, LINES), name)


def of_work(rollup: Rollup, name: str) -> Figure:
    return figure(explain_initiative(workspace(), rollup, rollup.work[0], LINES), name)


def shipped() -> Rollup:
    of = key_result(initiative(bet=Bet(move=8.0)), rules=rules(own=frozenset({"min_move", "settle"})))
    told = snapshot("2026-11-02", status=WorkStatus.DONE, buckets=(14, 0, 2), done_on=day("2026-11-02"))
    return rollup_of(of, on=ON, check_ins=FLAT, work={"new-flow": [told]})


def test_a_value_names_its_check_in_and_the_lines_of_its_ends() -> None:
    found = of_number(shipped(), "value")

    assert (found.value, found.at) == ("37 %", day(ON))
    assert found.inputs == (
        "check-in of 2026-11-16: 37 % by Ana Ruiz, source hand, entered 2026-11-16 12:00 UTC",
        "days with a check-in in the cycle: 7",
    )
    assert found.thresholds == (
        Setting("start", "34 %", "default (key_results[].start)"),
        Setting("target", "52 %", f"acme.yaml:42: {HERE}.target"),
    )


def test_progress_expected_and_gap_follow_from_one_another() -> None:
    rollup = shipped()

    assert of_number(rollup, "progress").value == "16.7 %"
    assert of_number(rollup, "expected").value == "51.1 %, 43.1957 %"
    assert of_number(rollup, "expected").inputs == ("47 of 92 days are over",)
    assert of_number(rollup, "gap").value == "34.4 %"
    assert of_number(rollup, "gap").inputs == ("expected 51.1 %", "progress 16.7 %")
    assert of_number(rollup, "measured status").value == "off track"
    assert [one.where for one in of_number(rollup, "measured status").thresholds] == [
        "default (signals.on_track_gap)",
        "default (signals.behind_gap)",
    ]


def test_a_key_result_s_own_threshold_names_its_line_and_any_other_the_workspace_s() -> None:
    thresholds = {one.what: one.where for one in of_number(shipped(), "movement").thresholds}
    assert thresholds["window"] == "acme.yaml:30: signals.window"

    own = rollup_of(key_result(rules=rules(own=frozenset({"window"}))), on=ON)
    explained = explain_key_result(own, LINES | {f"{HERE}.window": "acme.yaml:43"})
    assert figure(explained, "movement").thresholds[0].where == f"acme.yaml:43: {HERE}.window"


def test_nothing_is_made_up_where_nobody_has_checked_in() -> None:
    rollup = rollup_of(on=ON)

    assert of_number(rollup, "value").value == "nobody has checked in a value"
    assert of_number(rollup, "value").at is None
    assert of_number(rollup, "gap").value == "cannot tell yet"
    assert of_number(rollup, "movement").value == "cannot tell yet"
    assert of_number(rollup, "staleness").inputs == (
        "no check-in yet; the cycle began on 2026-10-01",
        "the next one was due by 2026-10-11",
    )


def test_a_value_of_after_the_cycle_is_told_beside_those_of_the_cycle() -> None:
    said = [check_in("2026-12-20", 38.0), check_in("2027-01-05", 45.0), check_in("2027-01-11", 46.0)]
    rollup = rollup_of(on="2027-01-12", check_ins=said)

    assert of_number(rollup, "value").value == "38 %"
    late = "check-in of 2027-01-11: 46 % by Ana Ruiz, source hand, entered 2027-01-11 12:00 UTC"
    assert of_number(rollup, "value").inputs[1:] == (
        "days with a check-in in the cycle: 1",
        f"after the cycle: {late}",
    )
    assert (of_number(rollup, "staleness").value, of_number(rollup, "staleness").inputs[1]) == (
        "stale",
        "the next one was due by 2026-12-30",
    )


def test_no_check_in_is_due_once_the_cycle_is_over_or_the_number_closed() -> None:
    over = rollup_of(on="2027-01-14", check_ins=[check_in("2026-12-28", 38.0)])
    assert of_number(over, "staleness").value == "fresh"
    assert of_number(over, "staleness").inputs == (
        "newest check-in of 2026-12-28",
        "none is due any more: the cycle ended on 2026-12-31",
    )

    closing = Closing(key_result_id="activation", at=noon("2026-11-02"), word=ClosedAs.MISSED, value=38.0)
    known = Known(check_ins=(check_in("2026-11-02", 38.0),), closings={"activation": closing})
    closed = roll_up(workspace(), placed(), known, noon("2026-12-14"))
    assert of_number(closed, "staleness").value == "fresh"
    assert of_number(closed, "staleness").inputs[1] == "none is due any more: it was closed on 2026-11-02"


def test_a_number_to_be_kept_has_no_way_to_explain() -> None:
    kept = key_result(start=99.9, target=99.9, keep=Keep.AT_LEAST, rules=rules(min_move=0.5))
    found = explain_key_result(rollup_of(kept, on=ON, check_ins=[check_in(ON, 99.1)]), LINES)

    assert {"progress", "expected", "gap"}.isdisjoint(one.name for one in found.figures)
    assert figure(found, "measured status").inputs == ("missed by 0.8 points",)


def test_a_pace_of_points_shows_its_points() -> None:
    of = key_result(pace=Checkpoints(((day("2026-11-15"), 40.0),)))

    assert of_number(rollup_of(of, on=ON), "expected").inputs[1:] == ("40 % by 2026-11-15",)


def test_a_work_share_names_item_buckets_reading_and_link() -> None:
    found = of_work(rollup_of(on=ON, work={"new-flow": [snapshot(ON, buckets=(6, 4, 2))]}), "work share")

    assert found == Figure(
        name="work share",
        value="60 % (6/10 · 2 cancelled)",
        inputs=("epic jira:ONB-12 (never read)", "done 6, open 4, cancelled 2"),
        rule="done / (all - cancelled), from the counts; points are shown beside it",
        at=noon(ON),
        thresholds=(Setting("link", "jira:ONB-12", f"acme.yaml:50: {HERE}.initiatives.new-flow.link"),),
    )


def test_a_work_status_names_the_exceptions_of_the_file() -> None:
    found = of_work(shipped(), "work status")

    assert (found.value, found.inputs[1]) == ("done", "so since 2026-11-02")
    assert found.thresholds == (Setting("status_map", "jira", "acme.yaml:20: status_map.jira"),)


def test_days_and_overdue_work() -> None:
    told = snapshot(ON, start=day("2026-10-10"), due=day("2026-11-10"))
    found = of_work(rollup_of(on=ON, work={"new-flow": [told]}), "dates")

    assert (found.value, found.inputs[1]) == ("start 2026-10-10, due 2026-11-10", "overdue on 2026-11-16")


def test_evidence_is_explained_with_both_readings() -> None:
    found = of_work(shipped(), "evidence")

    assert found.value == "did not move: the figures say so"
    assert found.inputs[:2] == (
        "shipped 2026-11-02: 36.6 % of 2026-11-02",
        "settles 2026-11-16: 37 % of 2026-11-16",
    )
    assert [one.where for one in found.thresholds] == [
        f"acme.yaml:44: {HERE}.settle",
        "default (key_results[].min_move)",
        f"acme.yaml:49: {HERE}.initiatives.new-flow.bet.move",
    ]
    assert found.thresholds[-1].value == "8 points"


def test_work_kept_by_hand_has_no_share() -> None:
    of = key_result(initiative(linked=False))
    rollup = rollup_of(of, on=ON, work={"new-flow": [reported("2026-11-02", WorkStatus.IN_PROGRESS)]})
    found = explain_initiative(workspace(), rollup, rollup.work[0], LINES)

    assert [one.name for one in found.figures] == ["work status", "evidence"]
    assert figure(found, "work status").value == "in progress"
    assert figure(found, "work status").at == day("2026-11-02")


def test_a_signal_is_explained_with_evidence_thresholds_and_question() -> None:
    rollup = shipped()
    found = explain_signal(fired(bet_lost.detect(rollup, None)), rollup, LINES)

    case = figure(found, "bet_lost")
    assert case.inputs[0] == "number: 37 % on 2026-11-16; 34 % → 52 %"
    assert case.thresholds[0] == Setting("settle", "14 days", f"acme.yaml:44: {HERE}.settle")
    assert figure(found, "question").inputs == ("to Ana Ruiz",)


def test_a_signal_from_before_the_file_was_edited_names_the_key_that_holds_now() -> None:
    rollup = shipped()
    former = rollup_of(on=ON, check_ins=FLAT, work={"new-flow": [rollup.work[0].snapshot or snapshot()]})
    found = explain_signal(fired(bet_lost.detect(former, None)), rollup, LINES)

    assert figure(found, "bet_lost").thresholds[0].where == f"acme.yaml:44: {HERE}.settle"


def test_every_kind_of_signal_has_its_rule() -> None:
    assert set(RULES) == set(KINDS)
