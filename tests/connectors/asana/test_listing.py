"""Listings: read to their end, or not at all."""

from collections.abc import Iterator

import pytest

from connectors.sandbox.server import Request, Response
from syncer.domain.work import Progress, Snapshot, Unread
from syncer.errors import TemporaryError
from tests.connectors.asana.desk import Desk, add_tasks, answer

AT = "2026-11-16T08:00:00.000Z"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


def test_every_page_is_read_in_order_and_once(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    add_tasks(desk, gid, done=120, open_=131)
    assert desk.read(gid).progress == Progress(done=120, open=131)
    pages = [request for request in desk.requests if request.path.endswith("/tasks")]
    assert [page.one("offset").rpartition("-")[2] for page in pages] == ["", "100", "200"]
    assert {page.one("limit") for page in pages} == {"100"}


def test_an_expired_offset_starts_the_listing_again_once(desk: Desk) -> None:
    def expire(_: int, request: Request) -> None:
        if request.one("offset") and not expired:
            expired.append(request.one("offset"))
            desk.site.expire_offsets()

    expired: list[str] = []
    gid = desk.site.add_project("P")
    add_tasks(desk, gid, open_=150)
    desk.stand_in.fault = expire
    assert desk.read(gid).progress == Progress(open=150)
    assert len([r for r in desk.requests if r.path.endswith("/tasks")]) == 4


def test_an_offset_that_keeps_expiring_is_a_sentence(desk: Desk) -> None:
    def expire(_: int, request: Request) -> None:
        if request.one("offset"):
            desk.site.expire_offsets()

    gid = desk.site.add_project("P")
    add_tasks(desk, gid, open_=101)
    desk.stand_in.fault = expire
    with pytest.raises(TemporaryError) as caught:
        desk.fetch(gid)
    assert str(caught.value) == (
        f"Asana's listing of the tasks of project {gid} expired twice while it was read"
    )


def test_a_repeated_offset_is_a_failure_and_not_a_loop() -> None:
    def repeat(_: int, request: Request) -> Response | None:
        rows = [{"gid": "1", "completed": True, "approval_status": None, "notes": "", "modified_at": AT}]
        page = {"offset": "again", "path": "/", "uri": "/"}
        return answer(200, data=rows, next_page=page) if request.path.endswith("/tasks") else None

    with Desk(fault=repeat) as desk:
        gid = desk.site.add_project("P")
        with pytest.raises(TemporaryError) as caught:
            desk.fetch(gid)
        assert str(caught.value) == (
            f"Asana pointed to the same page of the tasks of project {gid} twice, "
            "so it was not read to its end"
        )


def test_a_full_page_that_does_not_say_how_it_goes_on_is_a_failure() -> None:
    def forget(_: int, request: Request) -> Response | None:
        rows = [{"gid": str(n), "completed": True, "notes": "", "modified_at": AT} for n in range(100)]
        return answer(200, data=rows) if request.path.endswith("/tasks") else None

    with Desk(fault=forget) as desk:
        gid = desk.site.add_project("P")
        with pytest.raises(TemporaryError, match="did not say how the list of the tasks of project"):
            desk.fetch(gid)


def test_a_listing_behind_asanas_wall_is_unread_and_not_shorter(desk: Desk) -> None:
    gid, other = desk.site.add_project("P"), desk.site.add_project("other")
    add_tasks(desk, gid, open_=150)
    desk.site.listing_wall = 120
    unread, fine = desk.fetch(gid, other)
    assert isinstance(unread, Unread)
    assert unread.why.startswith("Asana refused the request (400): The result was truncated")
    assert isinstance(fine, Snapshot)
