from datetime import date, time, timedelta
from pathlib import Path

import pytest

from config.fields import DailyAt, SecretRef, WeeklyAt
from config.load import ConfigInvalid, load_workspace, load_workspaces, sources
from config.workspace import WorkspaceFile
from syncer.errors import FatalError
from tests.config.models import KINDS, JiraLike

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"

HEAD = """\
version: 1
workspace: acme
connections:
  jira: {kind: jira, url: https://acme.example, token: {env: T}}
  asana: {kind: asana, workspace_gid: 12, token: {env: T}}
people:
  ana: {name: Ana, jira: 5b1}
"""
CYCLE = """\
cycles:
  - id: q4
    start: 2026-10-01
    end: 2026-12-31
    objectives:
      - id: o
        title: Why
        key_results:
"""

NO_ID = "is not an id: lower-case letters, digits, _ and -, at most 63, no sign first"


def said(tmp_path: Path, text: str | bytes) -> list[str]:
    """Return what is wrong with a file, without its name."""
    file = tmp_path / "acme.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigInvalid) as caught:
        load_workspace(file, KINDS)
    lines = [str(problem) for problem in caught.value.problems]
    assert str(caught.value) == "\n".join(lines)
    assert all(line.startswith(f"{file}:") for line in lines)
    return [line.removeprefix(f"{file}:") for line in lines]


def accepted(tmp_path: Path, text: str) -> WorkspaceFile:
    file = tmp_path / "acme.yaml"
    file.write_text(text, encoding="utf-8")
    return load_workspace(file, KINDS)


def test_the_minimal_example_loads_with_every_default() -> None:
    workspace = load_workspace(EXAMPLES / "minimal.yaml", KINDS)
    assert workspace.workspace == "acme"
    assert workspace.schedule.sync == timedelta(minutes=15)
    assert workspace.schedule.reconcile == DailyAt(time(3))
    assert workspace.schedule.check_in == WeeklyAt(0, time(9))
    assert workspace.schedule.stale_after == timedelta(hours=2)
    assert workspace.publish.enabled
    assert workspace.publish.min_interval == timedelta(hours=6)
    assert workspace.publish.max_writes_per_sync == 50
    signals = workspace.signals
    assert (signals.window, signals.settle, signals.check_in_grace) == tuple(
        timedelta(days=days) for days in (21, 14, 3)
    )
    assert (signals.focus_limit, signals.on_track_gap, signals.behind_gap) == (5, 0.10, 0.25)
    key_result = workspace.cycles[0].objectives[0].key_results[0]
    assert (key_result.pace, key_result.min_move, key_result.confidential) == ("linear", None, False)
    link = key_result.initiatives[0].link
    assert link is not None
    assert (link.kind, link.key, link.publish, link.allow_issue) == ("epic", "ONB-12", "on", False)


def test_the_full_example_uses_every_key_and_loads() -> None:
    workspace = load_workspace(EXAMPLES / "full.yaml", KINDS)
    jira = workspace.connections["jira"]
    assert isinstance(jira, JiraLike)
    assert jira.token == SecretRef(env="ACME_JIRA_TOKEN")
    assert workspace.people["ana"].accounts == {
        "jira": "5b10a2844c20165700ede21g",
        "asana": "1200000000000042",
    }
    assert workspace.status_map == {"jira": {"Won't Do": "dropped", "On Hold": "on_hold"}}
    activation, first_value, uptime = workspace.cycles[0].objectives[0].key_results
    assert (uptime.keep, uptime.start, uptime.target) == ("at_least", None, 99.9)
    assert first_value.pace == {date(2026, 11, 15): 8, date(2026, 12, 15): 5}
    links = [initiative.link for initiative in (*activation.initiatives, *first_value.initiatives)]
    assert {link.kind for link in links if link} == {"epic", "project", "version", "jql", "portfolio", "task"}
    assert workspace.model_fields_set == set(WorkspaceFile.model_fields)
    assert workspace.notify[0].on == ("signal.opened", "digest.weekly", "connection.failed")


def test_a_workspace_needs_no_connection_and_no_goals(tmp_path: Path) -> None:
    workspace = accepted(tmp_path, "version: 1\nworkspace: acme\n")
    assert (workspace.connections, workspace.cycles, workspace.timezone) == ({}, (), "UTC")


def test_off_and_on_mean_what_they_say(tmp_path: Path) -> None:
    text = f"{HEAD}publish: {{enabled: off}}\n"
    assert accepted(tmp_path, text).publish.enabled is False


def test_values_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    workspace = accepted(tmp_path, HEAD)
    with pytest.raises(ValueError, match="frozen"):
        workspace.publish.enabled = False  # type: ignore[misc]


TOP = [
    ("workspace: acme", "1:1: version: is required and missing"),
    ("version: 2\nworkspace: acme", "1:1: version: 2 is not 1"),
    (
        "version: 1\nworkspace: Acme Ltd",
        f"2:1: workspace: 'Acme Ltd' {NO_ID}",
    ),
    (
        f"{HEAD}timezone: Mars/Phobos",
        "8:1: timezone: 'Mars/Phobos' is not a time zone; write an IANA name such as Europe/Zurich",
    ),
    (
        f"{HEAD}timezone: ../etc",
        "8:1: timezone: '../etc' is not a time zone; write an IANA name such as Europe/Zurich",
    ),
    (f"{HEAD}shedule: {{}}", "8:1: shedule: unknown key, did you mean schedule?"),
    (
        f"{HEAD}publish: {{zzz: 1}}",
        (
            "8:11: publish.zzz: unknown key; known here: enabled, min_interval, max_writes_per_sync, "
            "when_retired"
        ),
    ),
    (f"{HEAD}signals: {{focus_limt: 3}}", "8:11: signals.focus_limt: unknown key, did you mean focus_limit?"),
    (f"{HEAD}signals:", "8:1: signals: is empty: give it a value, or leave the key out"),
    (f"{HEAD}signals: 21d", "8:1: signals: must be a mapping (key: value)"),
    (f"{HEAD}cycles: {{}}", "8:1: cycles: must be a list"),
    (f"{HEAD}signals: {{focus_limit: 2.5}}", "8:11: signals.focus_limit: 2.5 is not a whole number"),
    (f"{HEAD}signals: {{focus_limit: 0}}", "8:11: signals.focus_limit: must be at least 1"),
    (f"{HEAD}signals: {{behind_gap: 25}}", "8:11: signals.behind_gap: must be at most 1"),
    (
        f"{HEAD}signals: {{behind_gap: 0.05}}",
        "8:11: signals.behind_gap: must not be smaller than on_track_gap",
    ),
    (f"{HEAD}publish: {{enabled: maybe}}", "8:11: publish.enabled: 'maybe' is not true or false"),
    (
        f"{HEAD}publish: {{min_interval: 6}}",
        "8:11: publish.min_interval: 6 is not a duration; write 15m, 6h, 21d or 2w",
    ),
    (f"{HEAD}schedule: {{sync: every 0m}}", "8:12: schedule.sync: the shortest interval is 1m"),
    (
        f"{HEAD}schedule: {{sync: every 15m, stale_after: 10m}}",
        (
            "8:29: schedule.stale_after: figures read every 15m and stale after 10m would be stale most of "
            "the time; make stale_after at least 15m"
        ),
    ),
    (
        f"{HEAD}schedule: {{sync: every 6h}}",
        (
            "8:12: schedule.sync: figures read every 6h and stale after 2h would be stale most of the time; "
            "make stale_after at least 6h"
        ),
    ),
    (
        f"{HEAD}signals: {{window: 0d}}",
        "8:11: signals.window: must be longer than nothing; 21d and 14d are usual",
    ),
    (
        f"{HEAD}signals: {{settle: 0m}}",
        "8:11: signals.settle: must be longer than nothing; 21d and 14d are usual",
    ),
    (
        f'{HEAD}{CYCLE}          - {{id: k, title: T, unit: "%\\e[31m", start: 1, target: 2}}\n',
        (
            "16:31: cycles.q4.objectives.o.key_results.k.unit: holds a control character; "
            "write the unit alone, such as h"
        ),
    ),
    (
        f"{HEAD}{CYCLE}          - {{id: k, title: T, window: 0d, start: 1, target: 2}}\n",
        (
            "16:31: cycles.q4.objectives.o.key_results.k.window: must be longer than nothing; "
            "21d and 14d are usual"
        ),
    ),
    (
        f"{HEAD}schedule: {{check_in: someday 09:00}}",
        (
            "8:12: schedule.check_in: 'someday 09:00' is not a time of the week; "
            "write mon 09:00 (mon tue wed thu fri sat sun)"
        ),
    ),
    (f"{HEAD}people: {{}}", "8:1: people: the key stands twice, first on line 6; keep one"),
    (f"{HEAD}  ben: {{name: 12}}", "8:9: people.ben.name: 12 is not text; put it in quotes"),
    (f"{HEAD}  ben: {{name: ''}}", "8:9: people.ben.name: must not be empty"),
    (f"{HEAD}  ben: {{name: Ben, email: x}}", "8:20: people.ben.email: 'x' is not an e-mail address"),
    (
        f"{HEAD}  ben: {{name: Ben, emial: x@y}}",
        "8:20: people.ben.emial: no connection is called 'emial', did you mean email?",
    ),
    (
        f"{HEAD}  ben: {{name: Ben, github: x}}",
        (
            "8:20: people.ben.github: no connection is called 'github'; "
            "an account's key is the name or kind of a connection"
        ),
    ),
    (
        f"{HEAD}  ben: {{name: Ben, jira: 1e5}}",
        "8:20: people.ben.jira: an id that looks like a decimal number needs quotes",
    ),
    (
        f"{HEAD}status_map: {{jria: {{Done: done}}}}",
        "8:14: status_map.jria: no connection is called 'jria', did you mean jira?",
    ),
    (
        f"{HEAD}status_map: {{jira: {{Done: doen}}}}",
        (
            "8:21: status_map.jira.Done: 'doen' is not one of 'planned', 'in_progress', 'on_hold', 'done' or "
            "'dropped', did you mean done?"
        ),
    ),
    (
        f"{HEAD}notify: [{{to: {{env: A}}, on: [signal.open]}}]",
        (
            "8:30: notify[0].on[0]: 'signal.open' is not one of 'signal.opened', 'signal.closed', "
            "'digest.weekly', 'check_in.due', "
            "'connection.failed' or 'connection.recovered', did you mean signal.opened?"
        ),
    ),
    (f"{HEAD}notify: [{{to: {{env: A}}, on: []}}]", "8:25: notify[0].on: must not be empty"),
    (
        f"{HEAD}notify: [{{to: {{env: A}}, on: [digest.weekly], person: anna}}]",
        "8:46: notify[0].person: nobody is called 'anna', did you mean ana?",
    ),
    (
        f"{HEAD}notify: [{{to: {{env: A}}, on: [digest.weekly], every: 30s}}]",
        "8:46: notify[0].every: '30s' is not a duration; write 15m, 6h, 21d or 2w",
    ),
    (
        (
            f"{HEAD}notify:\n- {{to: {{env: A}}, on: [digest.weekly]}}\n"
            "- {to: {env: A}, on: [connection.failed, digest.weekly], every: 1d}"
        ),
        (
            "10:42: notify[1].on[1]: notify[0] tells the same address of digest.weekly already; "
            "take it out of one of them"
        ),
    ),
    (
        f"{HEAD}notify: [{{to: slack://hunter2, on: [digest.weekly]}}]",
        "8:11: notify[0].to: a secret is never written in this file; use {env: NAME} or {file: path}",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), TOP)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    assert said(tmp_path, text) == [sentence]


CONNECTIONS = [
    ("kind: jria", "4:7: connections.x.kind: no connector is of kind 'jria', did you mean jira?"),
    ("kind: zoho", "4:7: connections.x.kind: no connector is of kind 'zoho'; there are asana, file, jira"),
    ("kind: [jira]", "4:7: connections.x.kind: no connector is of kind a list; there are asana, file, jira"),
    ("url: https://a", "4:3: connections.x.kind: is required and missing; one of asana, file, jira"),
    (
        "kind: jira, url: https://a, token: hunter2",
        "4:35: connections.x.token: a secret is never written in this file; use {env: NAME} or {file: path}",
    ),
    (
        "kind: jira, url: https://a, token: 4711",
        "4:35: connections.x.token: a secret is never written in this file; use {env: NAME} or {file: path}",
    ),
    ("kind: jira, url: https://a", "4:3: connections.x.token: is required and missing"),
    (
        "kind: jira, url: https://a, token: {env: T}, tokn: hunter2",
        "4:52: connections.x.tokn: unknown key, did you mean token?",
    ),
    (
        "kind: jira, url: https://a, token: {env: T}, deployment: hunter2",
        "4:52: connections.x.deployment: the value is not one of 'auto', 'cloud' or 'datacenter'",
    ),
    (
        "kind: jira, url: http://a.example, token: {env: T}",
        (
            "4:19: connections.x.url: http:// sends the token in clear text; use https://, "
            "or set allow_http: true on this connection"
        ),
    ),
    (
        "kind: jira, url: https://hunter2@a.example, token: {env: T}",
        (
            "4:19: connections.x.url: a user name or password does not belong in a URL; "
            "the token has its own key"
        ),
    ),
]


@pytest.mark.parametrize(("settings", "sentence"), CONNECTIONS)
def test_a_connection_is_checked_by_its_connector(tmp_path: Path, settings: str, sentence: str) -> None:
    text = f"version: 1\nworkspace: acme\nconnections:\n  x: {{{settings}}}\n"
    (found,) = said(tmp_path, text)
    assert found == sentence
    assert "hunter2" not in found


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "email",
            "4:3: connections.email: a connection cannot be called email: people have a key of that name",
        ),
        (
            "My",
            f"4:3: connections.My: 'My' {NO_ID}",
        ),
    ],
)
def test_a_connection_has_a_name_of_its_own(tmp_path: Path, name: str, sentence: str) -> None:
    settings = "{kind: jira, url: https://a, token: {env: T}}"
    assert said(tmp_path, f"version: 1\nworkspace: acme\nconnections:\n  {name}: {settings}\n") == [sentence]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("connections: []", "1:1: connections: must be a mapping (key: value)"),
        ("connections: {x: hunter2}", "1:15: connections.x: must be a mapping (key: value)"),
    ],
)
def test_connections_are_mappings(tmp_path: Path, text: str, sentence: str) -> None:
    assert said(tmp_path, f"{text}\nversion: 1\nworkspace: acme\n") == [sentence]


AT = "cycles.q4.objectives.o.key_results"
NO_WAY = (
    "is equal to start: there is no way to go, so no progress can be told; "
    "for a number that is to stay there, add keep: at_least or keep: at_most"
)
KEY_RESULTS = [
    ("start: lots, target: 2", f"16:31: {AT}.k.start: 'lots' is not a number"),
    ("start: true, target: 2", f"16:31: {AT}.k.start: true is not a number"),
    ("start: 1, target: .nan", f"16:41: {AT}.k.target: nan is not a finite number"),
    ("start: -.inf, target: 1", f"16:31: {AT}.k.start: -inf is not a finite number"),
    (
        "start: 1, target: 1.0",
        f"16:41: {AT}.k.target: {NO_WAY}",
    ),
    (
        "keep: at_least, start: 1, target: 2",
        f"16:57: {AT}.k.target: differs from start, and keep: at_least has no way to go; leave start out",
    ),
    (
        "keep: at_least, target: 2, pace: late",
        f"16:58: {AT}.k.pace: a number that is to be kept has no pace; leave pace out",
    ),
    (
        "keep: at_most, target: 0",
        f"16:13: {AT}.k: a number to be kept at 0 needs min_move: what is too little to count?",
    ),
    (
        "start: 1, target: 2, on_track_gap: 0.3, behind_gap: 0.2",
        f"16:71: {AT}.k.behind_gap: must not be smaller than on_track_gap",
    ),
    ("target: 1", f"16:13: {AT}.k.start: is required and missing"),
    ("start: 1, target: 2, min_move: 0", f"16:52: {AT}.k.min_move: must be greater than 0"),
    ("start: 1, target: 2, owner: anna", f"16:52: {AT}.k.owner: nobody is called 'anna', did you mean ana?"),
    (
        "start: 1, target: 2, owner: zoe",
        f"16:52: {AT}.k.owner: nobody is called 'zoe'; add the person under people",
    ),
    (
        "start: 1, target: 2, pace: latte",
        f"16:52: {AT}.k.pace: 'latte' is not one of 'linear' or 'late', did you mean late?",
    ),
    ("start: 1, target: 2, pace: {}", f"16:52: {AT}.k.pace: must not be empty"),
    (
        "start: 1, target: 2, pace: {2027-01-01: 1.5}",
        f"16:59: {AT}.k.pace.2027-01-01: the checkpoint is outside the cycle, 2026-10-01 to 2026-12-31",
    ),
    (
        "start: 1, target: 2, pace: {2026-13-01: 1.5}",
        f"16:59: {AT}.k.pace.2026-13-01: '2026-13-01' is not a date; write YYYY-MM-DD",
    ),
    (
        "start: 1, target: 2, pace: {2026-11-01: half}",
        f"16:59: {AT}.k.pace.2026-11-01: 'half' is not a number",
    ),
    ("start: 1, target: 2, min_mve: 3", f"16:52: {AT}.k.min_mve: unknown key, did you mean min_move?"),
]


@pytest.mark.parametrize(("fields", "sentence"), KEY_RESULTS)
def test_a_key_result_is_a_number_on_its_way(tmp_path: Path, fields: str, sentence: str) -> None:
    assert said(tmp_path, f"{HEAD}{CYCLE}          - {{id: k, title: T, {fields}}}\n") == [sentence]


LINKS = [
    ("connection: jria, epic: A-1", "connection", "no connection is called 'jria', did you mean jira?"),
    ("connection: zzz, epic: A-1", "connection", "no connection is called 'zzz'; add it under connections"),
    (
        "connection: jira",
        "",
        "names nothing to link; add one of epic, project, version, jql, portfolio, task",
    ),
    (
        "connection: jira, epic: A-1, jql: x, project: A",
        "",
        "links one item, not 3 (epic, project, jql); make one initiative of each",
    ),
    (
        "connection: jira, portfolio: 12",
        "portfolio",
        "a jira connection links epic, jql, project, version, not portfolio",
    ),
    (
        "connection: asana, epic: A-1",
        "epic",
        "an asana connection links portfolio, project, task, not epic",
    ),
    (
        "connection: asana, portfolio: 12, comment_on: A-1",
        "comment_on",
        "asana has no issues to carry a comment for another item; take it out",
    ),
    (
        "connection: jira, sprint: 12",
        "",
        (
            "sprint cannot be linked: a sprint is a box of time, not a bet: "
            "it ends whether the work is done or not; "
            "link the epic"
        ),
    ),
    (
        "connection: jira, sub-task: A-2",
        "",
        "sub-task cannot be linked: a sub-task is too small to move a number; link the epic it belongs to",
    ),
    ("connection: jira, epic: A-1, publsh: off", "publsh", "unknown key, did you mean publish?"),
    (
        "connection: jira, epic: A-1, publish: no",
        "publish",
        "'no' is not one of 'on' or 'off'",
    ),
    ("epic: A-1", "connection", "is required and missing"),
    ("connection: jira, epic: ''", "epic", "must not be empty"),
]


@pytest.mark.parametrize(("fields", "key", "sentence"), LINKS)
def test_a_link_names_one_item_its_connection_offers(
    tmp_path: Path, fields: str, key: str, sentence: str
) -> None:
    start = "          - {id: k, title: T, start: 1, target: 2, initiatives: [{id: i, title: I, link: "
    (found,) = said(tmp_path, f"{HEAD}{CYCLE}{start}{{{fields}}}}}]}}\n")
    place, path, message = found.split(": ", 2)
    assert path == f"{AT}.k.initiatives.i.link" + (f".{key}" if key else "")
    assert message == sentence
    column = fields.find(f"{key}:") if key and f"{key}:" in fields else None
    assert place == f"16:{start.index('link:') + 1 if column is None else len(start) + 2 + column}"


def test_ids_are_unique_in_the_whole_file(tmp_path: Path) -> None:
    key_result = "          - {id: k, title: T, start: 1, target: 2, initiatives: [{id: i, title: I}]}\n"
    second = CYCLE.removeprefix("cycles:\n")
    tail = "belongs to another"
    assert said(tmp_path, HEAD + CYCLE + key_result + second + key_result) == [
        f"17:5: cycles.q4.id: the id 'q4' {tail} cycle; ids are unique in the file",
        f"21:9: cycles.q4.objectives.o.id: the id 'o' {tail} objective; ids are unique in the file",
        f"24:14: {AT}.k.id: the id 'k' {tail} key result; ids are unique in the file",
        f"24:67: {AT}.k.initiatives.i.id: the id 'i' {tail} initiative; ids are unique in the file",
    ]


def test_a_cycle_ends_after_it_starts(tmp_path: Path) -> None:
    text = HEAD + CYCLE.replace("2026-12-31", "2026-09-30") + "          []\n"
    assert said(tmp_path, text) == [
        "11:5: cycles.q4.end: the cycle ends on 2026-09-30, before it starts on 2026-10-01"
    ]


def test_everything_is_said_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        "version: 9\nworkspace: A\nzone: x\nconnections: {jira: {kind: jira}, b: {kind: c}}\n"
        "people: {ana: {}}\ncycles: [{id: q}, {id: q}]\n"
    )
    assert [line.split(": ", 2)[:2] for line in said(tmp_path, text)] == [
        ["1:1", "version"],
        ["2:1", "workspace"],
        ["3:1", "zone"],
        ["4:15", "connections.jira.token"],
        ["4:15", "connections.jira.url"],
        ["4:39", "connections.b.kind"],
        ["5:10", "people.ana.name"],
        ["6:10", "cycles.q.end"],
        ["6:10", "cycles.q.start"],
        ["6:19", "cycles.q.end"],
        ["6:19", "cycles.q.start"],
        ["6:20", "cycles.q.id"],
    ]


def test_a_fault_of_the_yaml_hides_no_other_finding(tmp_path: Path) -> None:
    text = f"{HEAD}timezone: !zone UTC\npublish: {{enabled: maybe}}\npublish: {{}}\n"
    assert said(tmp_path, text) == [
        "8:11: timezone: tags are not used in this file; text that begins with ! needs quotes",
        "9:11: publish.enabled: 'maybe' is not true or false",
        "10:1: publish: the key stands twice, first on line 9; keep one",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "1:1: the file is empty; `syncer init` writes a first one"),
        ("# later\n", "1:1: the file is empty; `syncer init` writes a first one"),
        ("- a\n", "1:1: a workspace file is a mapping (key: value), not a list"),
        ("hunter2\n", "1:1: a workspace file is a mapping (key: value), not one value"),
        ("a: b: c\n", "1:5: not valid YAML: mapping values are not allowed here"),
        (b"version: 1\nname: \xff\n", "2:7: not UTF-8 text; save the file as UTF-8"),
    ],
)
def test_a_file_that_is_no_workspace_says_so(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    assert said(tmp_path, text) == [sentence]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEAD, encoding="utf-8-sig")
    assert load_workspace(tmp_path / "a.yaml", KINDS).workspace == "acme"


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    missing = tmp_path / "none.yaml"
    with pytest.raises(FatalError) as caught:
        load_workspace(missing, KINDS)
    assert caught.value.sentence == f"{missing}: cannot be read: No such file or directory"


def test_one_bad_file_stops_no_other(tmp_path: Path) -> None:
    for name in ("acme", "beta", "gamma"):
        (tmp_path / f"{name}.yaml").write_text(HEAD.replace("acme\n", f"{name}\n"), encoding="utf-8")
    (tmp_path / "beta.yaml").write_text("version: 1\n", encoding="utf-8")
    (tmp_path / "delta.yml").write_text("version: 1\nworkspace: delta\n", encoding="utf-8")
    loaded = load_workspaces(tmp_path, KINDS)
    assert [(path.name, workspace.workspace) for path, workspace in loaded.files] == [
        ("acme.yaml", "acme"),
        ("delta.yml", "delta"),
        ("gamma.yaml", "gamma"),
    ]
    assert [str(problem) for problem in loaded.problems] == [
        f"{tmp_path / 'beta.yaml'}:1:1: workspace: is required and missing"
    ]


def test_only_yaml_files_at_the_top_are_read(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(HEAD, encoding="utf-8")
    for name in ("notes.txt", ".hidden.yaml", "acme.yaml~", "workspace.schema.json"):
        (tmp_path / name).write_text("- no workspace", encoding="utf-8")
    (tmp_path / "deep.yaml").mkdir()
    (tmp_path / "deep.yaml" / "inner.yaml").write_text("- no workspace", encoding="utf-8")
    loaded = load_workspaces(tmp_path, KINDS)
    assert [path.name for path, _ in loaded.files] == ["acme.yaml"]
    assert loaded.problems == ()


def test_files_that_share_an_id_are_all_left_out(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "c.yaml").write_text("version: 1\nworkspace: other\n", encoding="utf-8")
    loaded = load_workspaces(tmp_path, KINDS)
    assert [path.name for path, _ in loaded.files] == ["c.yaml"]
    assert [str(problem) for problem in loaded.problems] == [
        f"{tmp_path / 'a.yaml'}:2:1: workspace: 'acme' is also the id in b.yaml; ids are unique",
        f"{tmp_path / 'b.yaml'}:2:1: workspace: 'acme' is also the id in a.yaml; ids are unique",
    ]


def test_a_single_file_can_be_loaded_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "acme.conf").write_text(HEAD, encoding="utf-8")
    assert [workspace.workspace for _, workspace in load_workspaces(tmp_path / "acme.conf", KINDS).files] == [
        "acme"
    ]


def test_nothing_to_load_is_a_problem(tmp_path: Path) -> None:
    assert [str(problem) for problem in load_workspaces(tmp_path, KINDS).problems] == [
        f"{tmp_path}: no *.yaml file here; `syncer init` writes one"
    ]
    nowhere = tmp_path / "nowhere"
    (problem,) = load_workspaces(nowhere, KINDS).problems
    assert str(problem) == (
        f"{nowhere}: cannot be read: No such file or directory; `syncer init` writes a first file, "
        "-c names another place"
    )


def test_every_path_of_a_file_has_its_source(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(HEAD, encoding="utf-8")
    assert sources(file)["people.ana.jira"] == f"{file}:7:20"


def test_the_forms_a_key_can_take_stay_out_of_its_path(tmp_path: Path) -> None:
    settings = "{kind: jira, url: https://a, token: {env: T}, points_field: [x]}"
    assert said(tmp_path, f"version: 1\nworkspace: acme\nconnections:\n  x: {settings}\n") == [
        "4:52: connections.x.points_field: must be a mapping (key: value)",
        "4:52: connections.x.points_field: the value is not text; put it in quotes",
    ]


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ("0001-01-01", "0001-01-01 is not in this or the next century"),
        ("2026-W40-4", "'2026-W40-4' is not a date; write YYYY-MM-DD"),
        ("20261001", "20261001 is not a date; write YYYY-MM-DD"),
        ("2026-02-30", "'2026-02-30' is not a date; write YYYY-MM-DD"),
    ],
)
def test_a_cycle_has_days_of_the_calendar(tmp_path: Path, start: str, sentence: str) -> None:
    text = HEAD + CYCLE.replace("2026-10-01", start) + "          []\n"
    assert said(tmp_path, text) == [f"10:5: cycles.q4.start: {sentence}"]
