from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from connectors.jira.connector import JiraConnector
from connectors.sandbox import jira_adf
from connectors.sandbox.jira_records import Comment
from connectors.sandbox.jira_site import BOT, Deployment
from connectors.sandbox.server import Request
from connectors.testing.conformance import Ability, Bucket, Budget, ConnectorSuite, Desk, Fate, Fault
from connectors.testing.desk import unleased
from syncer.domain.work import LinkState, WorkRef
from syncer.ports import Confirm
from tests.connectors.conformance.wire import Line
from tests.connectors.jira import desk as jira

STATUS = {
    Bucket.DONE: ("Done", "Done"),
    Bucket.OPEN: ("In Progress", None),
    Bucket.CANCELLED: ("Done", "Won't Do"),
}


def _creates(request: Request) -> bool:
    return request.method == "POST" and request.path.endswith("/comment")


class JiraDesk:
    """Every epic in a project of its own, so that archiving one archives no other."""

    secret = "sandbox-token"

    def __init__(self, desk: jira.Desk) -> None:
        self.jira = desk
        self.line = Line(desk.server, _creates)
        self._projects = 0

    def connect(self, *, confirm: Confirm | None = unleased) -> JiraConnector:
        return self.jira.connect(confirm=confirm)

    def add_item(self, name: str) -> WorkRef:
        self._projects += 1
        project = f"P{self._projects}"
        self.jira.site.add_project(project, f"Project {self._projects}")
        return jira.ref(self.jira.site.add_issue(project, "Epic", name))

    def unknown(self) -> WorkRef:
        return jira.ref("ONB-999")

    def rename(self, item: WorkRef, name: str) -> None:
        self.jira.site.rename(item.key, name)

    def befall(self, item: WorkRef, fate: Fate) -> None:
        site = self.jira.site
        match fate:
            case Fate.MOVE:
                site.move(item.key, "WEB")
            case Fate.ARCHIVE:
                site.archive_project(site.issue(item.key).project)
            case Fate.HIDE:
                site.hide(item.key)
            case _:
                site.delete(item.key)

    def restore(self, item: WorkRef, fate: Fate) -> None:
        site = self.jira.site
        if fate is Fate.ARCHIVE:
            site.archive_project(site.issue(item.key).project, archived=False)
        else:
            site.reveal(item.key)

    def add_child(self, item: WorkRef, name: str, bucket: Bucket) -> str:
        status, resolution = STATUS[bucket]
        site = self.jira.site
        made = site.add_issue(site.issue(item.key).project, "Story", name, parent=item.key)
        site.set_status(made, status, resolution)
        return made

    def put_child(self, item: WorkRef, child: str, bucket: Bucket) -> None:
        del item
        self.jira.site.set_status(child, *STATUS[bucket])

    def move_child(self, item: WorkRef, child: str, to: WorkRef) -> None:
        del item
        self.jira.site.reparent(child, to.key)

    def delete_child(self, item: WorkRef, child: str) -> None:
        del item
        self.jira.site.delete(child)

    def comments(self, item: WorkRef) -> list[str]:
        return [_text(comment) for comment in self._ours(item)]

    def delete_comment(self, item: WorkRef) -> None:
        for comment in self._ours(item):
            self.jira.site.delete_comment(item.key, comment.id)

    def edit_comment(self, item: WorkRef) -> None:
        (comment,) = self._ours(item)
        self.jira.site.edit_comment(item.key, comment.id, jira.ANA, "mine now")

    def forge_comment(self, item: WorkRef, text: str) -> None:
        self.jira.site.write_comment(item.key, jira.ANA, text)

    def fail(self, fault: Fault, *, after: int = 0) -> None:
        self.line.fail(fault, after)

    def lose_answer(self, write: int) -> None:
        self.line.lose_answer(write)

    def repeat_page(self, item: WorkRef) -> None:
        del item
        self.jira.site.page_size, self.jira.site.page_quirk = 2, "token repeated"

    def mend(self) -> None:
        self.jira.site.page_size = self.jira.site.page_quirk = None
        self.line.mend()

    def created(self) -> int:
        return self.line.created

    def received(self) -> int:
        return len(self.jira.server.requests)

    def pass_time(self, by: timedelta) -> None:
        self.jira.clock.moment += by

    def _ours(self, item: WorkRef) -> list[Comment]:
        return [one for one in self.jira.site.comments(item.key) if one.author == BOT]


def _text(comment: Comment) -> str:
    return comment.body if isinstance(comment.body, str) else jira_adf.text_of(comment.body)


NO_BIN = "what is deleted in Jira is gone"
SLOW = "a request that hangs is given up after 30 seconds; tests/connectors/test_transport.py has it"


class CloudDesk(JiraDesk):
    cannot: Mapping[Ability | Fault | Fate, str] = {Fate.TRASH: NO_BIN, Fault.HANGING: SLOW}
    becomes: Mapping[Fate, LinkState] = {
        Fate.MOVE: LinkState.ACTIVE,
        Fate.ARCHIVE: LinkState.ARCHIVED,
        Fate.HIDE: LinkState.NOT_VISIBLE,
        Fate.DELETE: LinkState.NOT_VISIBLE,
    }
    budget = Budget(first=4, quiet=2)


class DataCenterDesk(JiraDesk):
    cannot: Mapping[Ability | Fault | Fate, str] = {
        Fate.TRASH: NO_BIN,
        Fault.HANGING: SLOW,
        Ability.REPEAT_PAGE: "pages of Data Center are numbered",
    }
    becomes: Mapping[Fate, LinkState] = CloudDesk.becomes
    budget = Budget(first=4, quiet=2)


DESKS: Mapping[Deployment, type[CloudDesk] | type[DataCenterDesk]] = {
    "cloud": CloudDesk,
    "datacenter": DataCenterDesk,
}


class _Jira(ConnectorSuite):
    deployment: Deployment

    @pytest.fixture
    def desk(self) -> Iterator[Desk]:
        with jira.desk(self.deployment) as made:
            yield DESKS[self.deployment](made)


class TestJiraCloud(_Jira):
    deployment: Deployment = "cloud"


class TestJiraDataCenter(_Jira):
    deployment: Deployment = "datacenter"
