import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.asana.connector import AsanaConnector
from connectors.sandbox.asana_fields import Record
from connectors.sandbox.server import Request, Response
from connectors.testing.conformance import Ability, Bucket, Budget, ConnectorSuite, Desk, Fate, Fault
from connectors.testing.desk import unleased
from syncer.domain.work import LinkState, WorkRef
from syncer.ports import Confirm
from tests.connectors.asana import desk as asana
from tests.connectors.conformance.wire import Line

STATUS = {Bucket.DONE: "approved", Bucket.OPEN: "pending", Bucket.CANCELLED: "rejected"}


def _creates(request: Request) -> bool:
    return request.method == "POST"


class AsanaDesk:
    """Children are approvals: the one sort of task that can be rejected."""

    cannot: Mapping[Ability | Fault | Fate, str] = {
        Fate.MOVE: "a project stays in its workspace",
        Fate.TRASH: "the API does not show what is in the bin",
    }
    becomes: Mapping[Fate, LinkState] = {
        Fate.ARCHIVE: LinkState.ARCHIVED,
        Fate.HIDE: LinkState.FORBIDDEN,
        Fate.DELETE: LinkState.GONE,
    }
    budget = Budget(first=6, quiet=4)
    secret = asana.TOKEN

    def __init__(self, desk: asana.Desk) -> None:
        self.asana = desk
        self.line = Line(desk.stand_in, _creates)

    def connect(self, *, confirm: Confirm | None = unleased) -> AsanaConnector:
        self.asana.confirm = confirm
        return self.asana.another()

    def add_item(self, name: str) -> WorkRef:
        return asana.project_ref(self.asana.site.add_project(name))

    def unknown(self) -> WorkRef:
        return asana.project_ref("1200000000099999")

    def rename(self, item: WorkRef, name: str) -> None:
        self.asana.site.rename_project(item.key, name)

    def befall(self, item: WorkRef, fate: Fate) -> None:
        match fate:
            case Fate.ARCHIVE:
                self.asana.site.archive_project(item.key)
            case Fate.HIDE:
                self.asana.site.hide_project(item.key)
            case _:
                self.asana.site.delete_project(item.key)

    def restore(self, item: WorkRef, fate: Fate) -> None:
        if fate is Fate.ARCHIVE:
            self.asana.site.archive_project(item.key, archived=False)
        else:
            self.asana.site.reveal_project(item.key)

    def add_child(self, item: WorkRef, name: str, bucket: Bucket) -> str:
        gid = self.asana.site.add_task(item.key, name, resource_subtype="approval", notes=name)
        self.put_child(item, gid, bucket)
        return gid

    def put_child(self, item: WorkRef, child: str, bucket: Bucket) -> None:
        del item
        self.asana.site.approve(child, STATUS[bucket])

    def move_child(self, item: WorkRef, child: str, to: WorkRef) -> None:
        del item
        self.asana.site.move(child, to.key)

    def delete_child(self, item: WorkRef, child: str) -> None:
        del item
        self.asana.site.delete_task(child)

    def comments(self, item: WorkRef) -> list[str]:
        return [f"{story['text']}\n{task['notes']}" for task, story in self._ours(item)]

    def delete_comment(self, item: WorkRef) -> None:
        for task, _ in self._ours(item):
            self.asana.site.delete_task(task["gid"])

    def edit_comment(self, item: WorkRef) -> None:
        ((_, story),) = self._ours(item)
        self.asana.site.edit_story_as(asana.ANA, story["gid"], "mine now")

    def forge_comment(self, item: WorkRef, text: str) -> None:
        task = self.asana.site.add_task(item.key, "OKR rollup", notes=text, by=asana.ANA)
        self.asana.site.comment_as(asana.ANA, task, text)

    def fail(self, fault: Fault, *, after: int = 0) -> None:
        self.line.fail(fault, after)

    def lose_answer(self, write: int) -> None:
        self.line.lose_answer(write)

    def repeat_page(self, item: WorkRef) -> None:
        listing = f"/projects/{item.key}/tasks"

        def answer(request: Request) -> Response | None:
            if not request.path.endswith(listing):
                return None
            first = {name: value for name, value in request.query.items() if name != "offset"}
            page = json.loads(self.asana.stand_in.application.respond(replace(request, query=first)).body)
            again = {"offset": "again", "path": f"{listing}?offset=again", "uri": request.path}
            return Response.of(200, {**page, "next_page": again})

        self.line.say(answer)

    def mend(self) -> None:
        self.line.mend()

    def created(self) -> int:
        return self.line.created

    def received(self) -> int:
        return len(self.asana.requests)

    def pass_time(self, by: timedelta) -> None:
        self.asana.clock.at += by

    def _ours(self, item: WorkRef) -> list[tuple[Record, Record]]:
        site, bot = self.asana.site, self.asana.site.bot.gid
        tasks = []
        with suppress(KeyError):
            tasks = [task for task in site.tasks(item.key) if task["created_by"] == bot]
        return [
            (task, story) for task in tasks for story in site.comments(task["gid"]) if story["author"] == bot
        ]


class _Asana(ConnectorSuite):
    """With each of the ways to learn what changed."""

    paid = service_account = False

    @pytest.fixture
    def desk(self, request: pytest.FixtureRequest) -> Iterator[Desk]:
        parameters = getattr(request.node, "callspec", None)
        hangs = parameters is not None and parameters.params.get("fault") is Fault.HANGING
        with asana.Desk(timeout=(5, 0.3) if hangs else (5, 30)) as made:
            made.site.paid, made.site.service_account = self.paid, self.service_account
            yield AsanaDesk(made)


class TestAsana(_Asana):
    """A free plan: every project is asked for its counts."""


class TestAsanaWithSearch(_Asana):
    paid = True


class TestAsanaWithEvents(_Asana):
    service_account = True
