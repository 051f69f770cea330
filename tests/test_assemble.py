from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from config.fields import ConnectionSettings
from config.load import load_workspace
from connectors.asana.settings import AsanaSettings
from connectors.jira.settings import JiraSettings
from syncer.assemble import assemble, status_map
from syncer.domain.okr import Bet, Checkpoints, Curve, Keep, KeyResult
from syncer.domain.work import WorkRef, WorkStatus

KINDS: dict[str, type[ConnectionSettings]] = {"jira": JiraSettings, "asana": AsanaSettings}

FILE = """
version: 1
workspace: acme
timezone: Europe/Zurich
schedule: {sync: every 5m, stale_after: 1h}
connections:
  jira: {kind: jira, url: "https://acme.atlassian.net", email: bot@acme.example, token: {env: T}}
  asana: {kind: asana, workspace_gid: "12", token: {env: T}, write_to: "off"}
people:
  ana: {name: Ana Ruiz, jira: account-ana}
status_map:
  jira: {"On Hold": on_hold}
publish: {min_interval: 1h, max_writes_per_sync: 3}
signals: {window: 14d, settle: 7d, focus_limit: 4, check_in_grace: 2d}
cycles:
  - id: q4
    start: 2026-10-01
    end: 2026-12-31
    objectives:
      - id: onboarding
        title: Onboarding
        owner: ana
        key_results:
          - id: activation
            title: Activation
            owner: ana
            unit: "%"
            start: 34
            target: 52
            pace: {2026-11-15: 40, 2026-12-15: 50}
            window: 28d
            initiatives:
              - {id: flow, title: Flow, bet: {move: 8, why: because}, link: {connection: jira, epic: ONB-12}}
              - {id: mails, title: Mails, link: {connection: asana, project: "777"}}
              - {id: silent, title: Silent, link: {connection: jira, epic: ONB-13, publish: off}}
              - {id: talks, title: Talks}
          - {id: hours, title: Hours, start: 9, target: 2, min_move: 0.5, focus_limit: 2,
             check_in_grace: 1d, on_track_gap: 0.05, behind_gap: 0.15}
          - {id: uptime, title: Uptime, keep: at_least, target: 99}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "acme.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def key_results(path: Path) -> dict[str, KeyResult]:
    workspace = assemble(load_workspace(path, KINDS))
    return {placed.key_result.id: placed.key_result for placed in workspace.key_results()}


def test_the_workspace_keeps_its_schedule_its_policy_and_its_people(path: Path) -> None:
    workspace = assemble(load_workspace(path, KINDS))
    assert (workspace.id, workspace.zone.key) == ("acme", "Europe/Zurich")
    assert workspace.sync_every == timedelta(minutes=5)
    rules = [placed.key_result.rules for placed in workspace.key_results()]
    assert {one.stale_after for one in rules} == {timedelta(hours=1)}
    assert (workspace.publish.min_interval, workspace.publish.max_writes_per_sync) == (timedelta(hours=1), 3)
    assert workspace.silent == {"asana"}
    holder = workspace.account_holder("jira", "account-ana")
    assert holder is not None
    assert holder.name == "Ana Ruiz"
    assert workspace.cycles[0].end == date(2026, 12, 31)


def test_rules_come_from_the_key_result_then_the_signals_then_the_defaults(
    key_results: dict[str, KeyResult],
) -> None:
    activation, hours = key_results["activation"].rules, key_results["hours"].rules
    assert activation.min_move == pytest.approx(0.9)
    assert (activation.window.days, activation.settle.days, activation.grace.days) == (28, 7, 2)
    assert activation.focus_limit == 4
    assert (hours.min_move, hours.window.days, hours.focus_limit) == (0.5, 14, 2)


def test_pace_is_a_curve_or_checkpoints(key_results: dict[str, KeyResult]) -> None:
    assert key_results["activation"].pace == Checkpoints(
        ((date(2026, 11, 15), 40.0), (date(2026, 12, 15), 50.0))
    )
    assert key_results["hours"].pace is Curve.LINEAR


def test_an_initiative_brings_its_bet_and_its_address(key_results: dict[str, KeyResult]) -> None:
    flow, *_, talks = key_results["activation"].initiatives
    assert flow.bet == Bet(move=8, why="because")
    assert flow.link is not None
    assert flow.link.ref == WorkRef("jira", "epic", "ONB-12")
    assert talks.link is None


def test_links_are_silent_where_the_link_or_its_connection_says_so(key_results: dict[str, KeyResult]) -> None:
    links = [one.link for one in key_results["activation"].initiatives if one.link]
    assert [link.publish for link in links] == [True, False, False]


def test_exceptions_for_the_kind_hold_for_every_connection_of_it(path: Path) -> None:
    file = load_workspace(path, KINDS)
    assert status_map(file, "jira") == {"On Hold": WorkStatus.ON_HOLD}
    assert status_map(file, "asana") == {}


def test_a_number_to_be_kept_starts_where_it_shall_stay(key_results: dict[str, KeyResult]) -> None:
    uptime = key_results["uptime"]

    assert (uptime.keep, uptime.start, uptime.target) == (Keep.AT_LEAST, 99, 99)
    assert uptime.rules.min_move == pytest.approx(4.95)


def test_gaps_and_grace_can_be_set_per_key_result(key_results: dict[str, KeyResult]) -> None:
    own, common = key_results["hours"].rules, key_results["activation"].rules

    assert (own.grace, own.on_track_gap, own.behind_gap) == (timedelta(days=1), 0.05, 0.15)
    assert (common.grace, common.on_track_gap, common.behind_gap) == (timedelta(days=2), 0.10, 0.25)
