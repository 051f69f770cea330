"""Bad days, end to end: what people are told, and that nothing is lost, lowered, doubled or given away."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from connectors.sandbox.asana_answers import balancer_page, server_error, too_many
from connectors.sandbox.jira_faults import page, throttled
from connectors.sandbox.server import Fault, Request, Response, StandIn, Wire
from syncer.store import connection
from tests.cli.world import Ran, World, writes

pytestmark = pytest.mark.usefixtures("no_pauses")

NO_JIRA = {"errorMessages": ["Not for you."]}
NO_ASANA = {"errors": [{"message": "Not for you."}]}


def always(answer: Response | Wire, *, at: str = "") -> Fault:
    """Every request whose path ends so is answered this way."""

    def fault(_: int, request: Request) -> Response | Wire | None:
        return answer if request.path.endswith(at) else None

    return fault


def stand_in(acme: World, name: str) -> StandIn:
    story = acme.story
    return {"jira": story.jira, "platform": story.datacenter, "asana": story.asana}[name]


def kept_quiet(acme: World, ran: Ran) -> None:
    """No token and no traceback in what was printed, no token in what was stored."""
    stored = acme.database.read_bytes()
    for token in acme.story.secrets().values():
        assert token not in ran.out + ran.err
        assert token.encode() not in stored
    assert "Traceback" not in ran.out + ran.err


NOT_SHOWN = (
    "Jira does not show this issue to the token any more: it was deleted, or the account lost the right to "
    "browse it. Give the right back, or change the link."
)
HIDDEN = (
    "OKR Bot may not see project 1200000000000777 in Asana. Share the project with that account, or take the "
    "link out of the workspace file."
)
DELETED = (
    "Asana has no project 1200000000000777, or never showed it to OKR Bot: it was deleted, or the gid is "
    "wrong. Restore it, correct the gid, or take the link out of the workspace file."
)
LATER = r"    -> left alone until \d{4}-\d\d-\d\d \d\d:\d\d UTC\n"
PAGE = "HOST answered with a web page instead of data\n"
CUT = "HOST sent an answer that is cut off or is no JSON\n"
JIRA: list[tuple[str, Fault, int, str, str]] = [
    ("401", always(Response.of(401, NO_JIRA)), 4, "credentials", "Jira does not accept the token\n"),
    (
        "403",
        always(Response.of(403, NO_JIRA)),
        3,
        "failed",
        "Jira does not let the token do this (403): Not ",
    ),
    ("404", always(Response.of(404, NO_JIRA)), 3, "failed", "There is no Jira at this address (404)\n"),
    (
        "410",
        always(Response.of(410, NO_JIRA)),
        3,
        "failed",
        "Jira has removed this part of its API (410): Not",
    ),
    (
        "429 for now",
        always(throttled(retry_after="0")),
        3,
        "failed",
        "Jira asks us to slow down (429): Rate ",
    ),
    ("429 for long", always(throttled(retry_after="3600")), 3, "failed", "Jira asks us to slow down (429): "),
    (
        "429 until a day",
        always(throttled(retry_after="Wed, 21 Oct 2099 07:28:00 GMT")),
        3,
        "failed",
        "Jira asks us to slow down (429): Rate limit exceeded.\n",
    ),
    ("429 alone", always(throttled(retry_after=None)), 3, "failed", "Jira asks us to slow down (429): Rate "),
    ("500", always(Response.of(500, {})), 3, "failed", "Jira has a problem of its own (500)\n"),
    ("503 page", always(page(503)), 3, "failed", "Jira has a problem of its own (503)\n"),
    ("200 page", always(page()), 3, "failed", PAGE),
    ("truncated", always(Wire.TRUNCATE), 3, "failed", CUT),
    ("nothing", always(Response(200)), 3, "failed", "HOST sent an empty answer\n"),
    ("no list", always(Response.of(200, {})), 3, "failed", "Jira sent a page without a list of issues\n"),
    ("reset", always(Wire.REFUSE), 3, "failed", "Jira broke off the connection (POST /rest/api/"),
]
ASANA: list[tuple[str, Fault, int, str, str]] = [
    (
        "401",
        always(Response.of(401, NO_ASANA)),
        4,
        "credentials",
        "Asana does not accept the token (401): Not ",
    ),
    (
        "403",
        always(Response.of(403, NO_ASANA)),
        3,
        "failed",
        "Asana does not let the token do this (403): Not",
    ),
    ("404", always(Response.of(404, NO_ASANA)), 3, "failed", "There is no Asana at this address (404)\n"),
    (
        "410",
        always(Response.of(410, NO_ASANA)),
        3,
        "failed",
        "Asana has removed this part of its API (410): ",
    ),
    (
        "429 for long",
        always(too_many(3600).response()),
        3,
        "failed",
        "Asana asks us to slow down (429): You ",
    ),
    ("500", always(server_error()), 3, "failed", "Asana has a problem of its own (500): Server Error; the "),
    ("502 page", always(balancer_page()), 3, "failed", "Asana has a problem of its own (502)\n"),
    ("200 page", always(balancer_page(200)), 3, "failed", PAGE),
    ("truncated", always(Wire.TRUNCATE), 3, "failed", CUT),
    ("nothing", always(Response(200)), 3, "failed", "HOST sent an empty answer\n"),
    ("no data", always(Response.of(200, {})), 3, "failed", "Asana answered without project "),
    ("reset", always(Wire.REFUSE), 3, "failed", "Asana broke off the connection (GET /api/1.0/"),
]
DAYS = [
    pytest.param(connection, *day[1:], id=f"{connection} {day[0]}")
    for connection, days in (("jira", JIRA), ("platform", JIRA[::4]), ("asana", ASANA))
    for day in days
]


@pytest.mark.parametrize(("connection", "fault", "code", "word", "sentence"), DAYS)
def test_a_connection_that_fails(
    synced: World, connection: str, fault: Fault, code: int, word: str, sentence: str
) -> None:
    before, comments = synced.stored(), synced.comments()
    broken = stand_in(synced, connection)
    broken.fault = fault

    ran = synced.run("sync")

    assert ran.code == code
    assert f"  {connection}: {word}: {sentence}".replace("HOST", f"127.0.0.1:{broken.port}") in ran.out
    assert ran.out.count(": failed: ") + ran.out.count(": credentials: ") == 1
    assert synced.stored() == before
    assert writes(*synced.story.stand_ins) == []
    kept_quiet(synced, ran)
    assert f"{connection:<8}  failing since " in synced.run("status").out

    synced.calm()
    assert synced.run("sync").code == 0
    assert (synced.stored(), synced.comments()) == (before, comments)
    assert "failing" not in synced.run("status").out


@pytest.mark.parametrize(
    ("connection", "sentence"),
    [
        ("jira", "Jira did not answer within 1 s (POST /rest/api/3/search/jql)\n"),
        ("platform", "Jira did not answer within 1 s (POST /rest/api/2/search)\n"),
        ("asana", "Asana did not answer within 1 s (GET /api/1.0/"),
    ],
)
def test_a_tracker_that_hangs(synced: World, impatient: None, connection: str, sentence: str) -> None:
    before = synced.stored()
    stand_in(synced, connection).fault = always(Wire.HANG)

    ran = synced.run("sync")

    assert ran.code == 3
    assert f"  {connection}: failed: {sentence}" in ran.out
    assert synced.stored() == before


@pytest.mark.parametrize("connection", ["jira", "platform", "asana"])
def test_a_tracker_that_is_down(synced: World, connection: str) -> None:
    before = synced.stored()
    down = stand_in(synced, connection)
    down.stop()

    ran = synced.run("sync")

    vendor = "Asana" if connection == "asana" else "Jira"
    assert ran.code == 3
    assert (
        f"  {connection}: failed: {vendor} cannot be reached at 127.0.0.1:{down.port}\n"
        "    -> Check url, proxy and the network.\n"
    ) in ran.out
    assert synced.stored() == before
    kept_quiet(synced, ran)


def test_a_tracker_that_asks_for_time_gets_it(synced: World) -> None:
    synced.story.jira.fault = always(throttled(retry_after="3600"))
    first = synced.run("sync")
    assert re.search(r"Rate limit exceeded\.\n" + LATER, first.out)
    synced.story.jira.fault = None
    synced.story.jira.requests.clear()

    second = synced.run("sync")

    assert second.code == 3
    assert re.search(
        r"  jira: deferred: unread until [\d-]+ [\d:]+ UTC: Jira asks us to slow down", second.out
    )
    assert synced.story.jira.requests == []
    assert synced.run("sync", "--force").code == 0


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "Jira does not accept the token\n    -> API tokens expire: make a new one, "),
        (
            200,
            (
                "Jira answers us as anonymous, so what it leaves out means nothing\n"
                "    -> Check email and token, then run check.\n"
            ),
        ),
    ],
)
def test_an_answer_to_nobody_is_no_news(synced: World, status: int, sentence: str) -> None:
    before = synced.stored()
    nobody = Response.of(status, {"issues": [], "isLast": True}, X_AAccountId="anonymous")
    synced.story.jira.fault = always(nobody)

    ran = synced.run("sync")

    assert ran.code == 4
    assert f"  jira: credentials: {sentence}" in ran.out
    assert synced.stored() == before
    kept_quiet(synced, ran)


def test_a_site_that_forgets_who_we_are(synced: World) -> None:
    before = synced.stored()
    synced.story.sites.cloud.anonymous = True

    ran = synced.run("sync")

    assert ran.code == 4
    assert "  jira: credentials: Jira does not accept the token\n" in ran.out
    assert synced.stored() == before


def test_an_epic_that_does_not_exist(acme: World) -> None:
    acme.edit("epic: ONB-12}", "epic: ONB-4711}")

    checked, ran = acme.run("check"), acme.run("sync")

    sentence = "Jira does not show this issue to the token any more: it was deleted, or the account lost "
    assert checked.code == 3
    assert "jira         FAIL epic ONB-4711: not visible\n" in checked.out
    assert ran.code == 3
    assert f"  ! new-flow:jira:ONB-4711 (not visible): {sentence}" in ran.out
    assert len(acme.comments()) == 12


@pytest.mark.parametrize(
    ("spoil", "state", "sentence"),
    [
        (
            lambda story: story.sites.cloud.delete("ONB-12"),
            "not visible",
            NOT_SHOWN,
        ),
        (
            lambda story: story.sites.cloud.hide("ONB-12"),
            "not visible",
            NOT_SHOWN,
        ),
    ],
    ids=["deleted", "hidden"],
)
def test_an_epic_that_disappears(
    synced: World, spoil: Callable[[object], None], state: str, sentence: str
) -> None:
    before = synced.stored()
    spoil(synced.story)

    first, second = synced.run("sync"), synced.run("sync")

    for ran in (first, second):
        assert ran.code == 3
        assert f"  ! new-flow:jira:ONB-12 ({state}): {sentence}\n" in ran.out
    assert synced.stored() == before
    assert writes(*synced.story.stand_ins) == []
    sheet = synced.run("report", "weekly", "--kr", "activation").out
    hidden = r"Rebuild the onboarding flow .* 13/13 .*not visible, last read \d+ \w{3} \d{4}\n"
    assert re.search(hidden, sheet)


def test_an_epic_that_comes_back_keeps_its_comment(synced: World) -> None:
    before, comments = synced.stored(), synced.comments()
    synced.story.sites.cloud.hide("ONB-12")
    assert synced.run("sync").code == 3
    synced.story.sites.cloud.reveal("ONB-12")

    assert synced.run("sync").code == 0

    assert (synced.stored(), synced.comments()) == (before, comments)


@pytest.mark.parametrize(("state", "sentence"), [("forbidden", HIDDEN), ("gone", DELETED)])
def test_an_asana_project_that_disappears(synced: World, state: str, sentence: str) -> None:
    before = synced.stored()
    site = synced.story.sites.asana
    (site.hide_project if state == "forbidden" else site.delete_project)("1200000000000777")

    ran = synced.run("sync")

    assert ran.code == 3
    assert f"  ! emails:asana:1200000000000777 ({state}): {sentence}\n" in ran.out
    assert synced.stored() == before
    assert writes(*synced.story.stand_ins) == []


def test_one_asana_project_that_fails_stops_no_other(synced: World) -> None:
    before = synced.stored()
    synced.story.asana.fault = always(server_error(), at="/projects/1200000000000777/tasks")

    ran = synced.run("sync")

    assert ran.code == 3
    assert (
        "  ! emails:asana:1200000000000777 (active): Asana has a problem of its own (500): Server " in ran.out
    )
    assert "  asana: 4 links read, " in ran.out
    assert synced.stored() == before


def test_a_page_token_that_repeats(synced: World) -> None:
    cloud = synced.story.sites.cloud
    cloud.page_size, cloud.page_quirk = 5, "token repeated"
    before = synced.stored()

    ran = synced.run("sync")

    assert ran.code == 3
    assert "  jira: failed: Jira repeated a page token, so its answer has no end\n" in ran.out
    assert synced.stored() == before


EMPTY_JIRA = Response.of(200, {"issues": [], "isLast": True, "total": 0, "startAt": 0, "maxResults": 100})
EMPTY_ASANA = Response.of(200, {"data": [], "next_page": None})


@pytest.mark.parametrize(
    ("connection", "fault", "code", "sentence"),
    [
        (
            "jira",
            # Every child that the search leaves out is asked for by its id, and is there.
            always(EMPTY_JIRA, at="/search/jql"),
            0,
            "jira: 6 links read",
        ),
        (
            "platform",
            always(EMPTY_JIRA, at="/search"),
            6,
            "5 of 5 links that could be read last time cannot ",
        ),
        (
            "asana",
            always(EMPTY_ASANA, at="/tasks"),
            3,
            "the tracker does not show any of the 11 pieces of work ",
        ),
    ],
)
def test_an_empty_answer_where_there_was_data_lowers_nothing(
    synced: World, connection: str, fault: Fault, code: int, sentence: str
) -> None:
    before = synced.stored()
    stand_in(synced, connection).fault = fault

    ran = synced.run("sync")

    assert ran.code == code
    assert sentence in ran.out
    assert synced.stored() == before
    assert writes(*synced.story.stand_ins) == []


def test_one_epic_that_is_suddenly_empty_is_believed_when_a_person_says_so(synced: World) -> None:
    cloud = synced.story.sites.cloud
    for child in [one.key for one in cloud.issues() if one.parent == cloud.issue("WEB-6").id]:
        cloud.delete(child)
    before = synced.stored()

    ran = synced.run("sync")

    assert ran.code == 3
    assert (
        "  ! dashboard:jira:WEB-6 (active): Jira no longer shows 8 of the 8 issues that belong to it: they "
        "were deleted, or the account lost the right to see them; the last figures stay until the nightly "
        "full read or a resync\n"
    ) in ran.out
    assert synced.stored() == before

    ran = synced.run("resync")
    assert ran.code == 3
    assert (
        "  ! dashboard:jira:WEB-6 (active): WEB-6: the tracker does not show any of the 8 pieces of work "
        "that belonged to it last time; the last count is kept. Check what the token may see; if they are "
        "really gone, run syncer resync --force\n"
    ) in ran.out
    assert synced.stored() == before
    assert synced.run("resync", "--force").code == 0
    assert synced.run("sync").code == 0
    assert len(synced.stored()["snapshots"]) == len(before["snapshots"]) + 1


def once(answer: Response | Wire, *, path: str) -> Fault:
    """The first POST to such a path is answered this way."""
    hit: list[Request] = []

    def fault(_: int, request: Request) -> Response | Wire | None:
        if hit or request.method != "POST" or not re.search(path, request.path):
            return None
        hit.append(request)
        return answer

    return fault


PLACES = [("jira", r"/comment$"), ("platform", r"/comment$"), ("asana", r"/stories$"), ("asana", r"/tasks$")]


def posted_once(acme: World, connection: str, path: str, answer: Response | Wire) -> None:
    broken = stand_in(acme, connection)
    broken.fault = once(answer, path=path)

    ran = acme.run("sync")

    kept_quiet(acme, ran)
    assert set(acme.comments().values()) <= {1}
    acme.calm()
    acme.change("UPDATE outbox SET not_before = NULL")
    assert acme.run("sync").code == 0
    assert set(acme.comments().values()) == {1}
    assert len(acme.comments()) == 13
    acme.calm()
    assert acme.run("sync").code == 0
    assert writes(*acme.story.stand_ins) == []


@pytest.mark.parametrize(
    "answer",
    [
        Wire.LOSE_ANSWER,
        Wire.TRUNCATE,
        Response(500),
        Response(429),
        Response.of(403, NO_JIRA),
        Response.of(401, NO_JIRA),
    ],
    ids=["lost", "truncated", "500", "429", "403", "401"],
)
@pytest.mark.parametrize(("connection", "path"), PLACES)
def test_a_comment_whose_writing_fails_is_posted_once(
    acme: World, connection: str, path: str, answer: Response | Wire
) -> None:
    posted_once(acme, connection, path, answer)


@pytest.mark.parametrize(("connection", "path"), PLACES)
def test_a_comment_whose_answer_never_comes_is_posted_once(
    acme: World, impatient: None, connection: str, path: str
) -> None:
    posted_once(acme, connection, path, Wire.HANG)


def test_a_database_that_somebody_else_holds(synced: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = synced.stored()

    def impatient(opened: sqlite3.Connection, record: object) -> None:
        set_up(opened, record)
        opened.execute("PRAGMA busy_timeout=50")  # ten seconds are for real life

    set_up = connection._set_up_sqlite
    monkeypatch.setattr(connection, "_set_up_sqlite", impatient)
    with closing(sqlite3.connect(synced.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ran = synced.run("sync")
        other.execute("ROLLBACK")

    assert ran.code == 1
    assert ran.err.startswith(f"acme: database {synced.database} is locked by another process for more than ")
    assert synced.stored() == before
    assert writes(*synced.story.stand_ins) == []
    assert synced.run("sync").code == 0
    assert synced.stored() == before


def test_a_database_that_can_only_be_read(synced: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = synced.stored()
    monkeypatch.setenv("SYNCER_DATABASE_URL", f"sqlite:///file:{synced.database}?mode=ro&uri=true")

    ran = synced.run("sync")

    assert ran.code == 1
    assert "is read-only: give the service write access to its folder, or set SYNCER_STATE_DIR\n" in ran.err
    assert writes(*synced.story.stand_ins) == []
    assert synced.stored() == before
    assert synced.run("brief").code == 0
    kept_quiet(synced, ran)


def test_a_database_that_is_none(acme: World) -> None:
    acme.database.parent.mkdir()
    acme.database.write_text("not a database, but a text about one\n" * 40, encoding="utf-8")

    ran = acme.run("sync")

    assert (ran.code, ran.out) == (1, "")
    assert (
        f"database {acme.database} is not an SQLite database: set SYNCER_DATABASE_URL to the right "
        in ran.err
    )


def test_a_database_where_nothing_can_be_made(acme: World) -> None:
    (acme.folder / ".syncer").write_text("a file where the folder should be", encoding="utf-8")

    ran = acme.run("sync")

    assert (ran.code, ran.out) == (1, "")
    assert (
        f"database {acme.database} cannot be created: give the service write access to its folder" in ran.err
    )
