"""Portfolio links: the work of all projects in them, each task once."""

from collections.abc import Iterator

import pytest

from connectors.sandbox.asana_answers import server_error
from connectors.sandbox.server import Request, Response
from syncer.domain.sync import ConnectorState
from syncer.domain.work import (
    Gone,
    Health,
    LinkState,
    Outcome,
    Progress,
    Snapshot,
    Unread,
    WorkRef,
    WorkStatus,
)
from tests.connectors.asana.desk import ANA, Desk, add_tasks, project_ref


class Shop:
    """A portfolio of two projects that have a task in common, read with what the last read left."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.site = desk, desk.site
        self.one, self.two = self.site.add_project("One"), self.site.add_project("Two")
        add_tasks(desk, self.one, done=2, open_=1)
        add_tasks(desk, self.two, open_=2, cancelled=1)
        self.both = self.site.add_task(self.one, "in both")
        self.site.add_to_project(self.both, self.two)
        self.gid = self.site.add_portfolio("Bets", [self.one, self.two], owner=ANA)
        self.state = ConnectorState()

    def fetch(self, *more: WorkRef, options: frozenset[str] = frozenset()) -> tuple[Outcome, ...]:
        self.desk.clock.pass_by(minutes=15)
        ref = WorkRef("asana", "portfolio", self.gid, options=options)
        fetched = self.desk.another().fetch([ref, *more], self.state)
        self.state = ConnectorState(fetched.state.connection, {**self.state.items, **fetched.state.items})
        return fetched.outcomes

    def read(self, options: frozenset[str] = frozenset()) -> Snapshot:
        (outcome,) = self.fetch(options=options)
        assert isinstance(outcome, Snapshot), outcome
        return outcome

    def unread(self) -> str:
        (outcome,) = self.fetch()
        assert isinstance(outcome, Unread), outcome
        return outcome.why

    def add(self, *gids: str) -> None:
        self.site.group("portfolio_items", self.gid).update(dict.fromkeys(gids))


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Desk() as desk:
        yield Shop(desk)


def test_a_portfolio_says_what_is_done_in_its_projects(shop: Shop) -> None:
    snapshot = shop.read()
    assert (snapshot.item_id, snapshot.name, snapshot.owner_name) == (shop.gid, "Bets", "Ana Ruiz")
    assert snapshot.url == f"https://app.asana.com/1/{shop.site.workspace['gid']}/portfolio/{shop.gid}"
    assert snapshot.status is WorkStatus.IN_PROGRESS
    assert snapshot.progress == Progress(done=2, open=4, cancelled=1)


def test_a_task_in_several_projects_counts_once_also_when_it_changes(shop: Shop) -> None:
    shop.read()
    shop.site.complete(shop.both)
    assert shop.read().progress == Progress(done=3, open=3, cancelled=1)


@pytest.mark.parametrize("paid", [True, False])
def test_a_task_that_joins_another_project_is_not_counted_twice(shop: Shop, paid: bool) -> None:
    shop.site.paid = paid
    shop.add(*(shop.site.add_project(f"more {number}") for number in range(4)))
    before = shop.read().progress
    alone = next(task for task in shop.site.tasks(shop.one) if task["gid"] != shop.both)
    shop.site.moves_touch_modified = True
    shop.site.add_to_project(alone["gid"], shop.two)
    assert shop.read().progress == before
    shop.site.remove_from_project(alone["gid"], shop.one)
    assert shop.read().progress == before


def test_a_portfolio_in_a_portfolio_counts_and_a_circle_ends(shop: Shop) -> None:
    inner = shop.site.add_project("Inner")
    add_tasks(shop.desk, inner, open_=5)
    below = shop.site.add_portfolio("Below", [inner, shop.one])
    shop.site.group("portfolio_items", below)[shop.gid] = None
    shop.add(below, shop.gid)
    assert shop.read().progress == Progress(done=2, open=9, cancelled=1)


def test_what_is_linked_twice_is_fetched_once(shop: Shop) -> None:
    other = shop.site.add_portfolio("Again", [shop.one, shop.two])
    shop.add(other)
    refs = [
        project_ref(shop.one),
        WorkRef("asana", "portfolio", other),
        WorkRef("asana", "project", shop.two),
    ]
    outcomes = shop.fetch(*refs)
    assert [type(outcome) for outcome in outcomes] == [Snapshot] * 4
    asked = [request.path for request in shop.desk.requests]
    assert len(asked) == len(set(asked)) == 1 + 2 + 2 + 2


def test_a_quiet_portfolio_costs_itself_its_listing_and_one_question(shop: Shop) -> None:
    shop.site.paid = True
    shop.add(*(shop.site.add_project(f"more {number}") for number in range(110)))
    shop.read()
    before = len(shop.desk.requests)
    shop.read()
    quiet = shop.desk.requests[before:]
    assert len(quiet) == 1 + 2 + 1
    assert quiet[-1].one("portfolios.any") == shop.gid


def test_a_portfolio_is_never_done_by_itself(shop: Shop) -> None:
    for project in (shop.one, shop.two):
        for task in shop.site.tasks(project):
            shop.site.complete(task["gid"])
    shop.site.post_status(shop.gid, "complete", "all done", ANA)
    snapshot = shop.read()
    assert (snapshot.status, snapshot.done_on, snapshot.own_status) == (WorkStatus.IN_PROGRESS, None, False)
    assert snapshot.notes == ("The last status update says complete, which a portfolio is not.",)


def test_a_portfolio_is_done_when_empty_if_its_link_says_so(shop: Shop) -> None:
    option = frozenset({"done_when_empty"})
    assert shop.read(option).status is WorkStatus.IN_PROGRESS
    for project in (shop.one, shop.two):
        for task in shop.site.tasks(project):
            shop.site.complete(task["gid"])
    assert shop.read(option).status is WorkStatus.DONE


def test_nothing_in_it_is_not_done(shop: Shop) -> None:
    shop.site.group("portfolio_items", shop.gid).clear()
    snapshot = shop.read(frozenset({"done_when_empty"}))
    assert (snapshot.status, snapshot.progress.share) == (WorkStatus.PLANNED, None)


def test_what_people_say_of_a_portfolio_counts_and_our_own_word_does_not(shop: Shop) -> None:
    shop.site.post_status(shop.gid, "at_risk", "late", ANA)
    shop.site.post_status(shop.gid, "on_track", "ours", shop.site.bot.gid)
    assert shop.read().health is Health.AT_RISK
    shop.site.post_status(shop.gid, "on_hold", "wait", ANA)
    assert (shop.read().status, shop.read().own_status) == (WorkStatus.ON_HOLD, True)


def test_a_project_that_is_hidden_now_is_no_loss_of_work(shop: Shop) -> None:
    shop.read()
    shop.site.hide_project(shop.two)
    assert shop.unread() == (
        f"Project {shop.two} in portfolio {shop.gid} is hidden from this account now. "
        "Share it with that account, or resync this link to count without it."
    )
    shop.site.reveal_project(shop.two)
    assert shop.read().progress == Progress(done=2, open=4, cancelled=1)


def test_a_portfolio_below_that_is_hidden_now_is_no_loss_of_work(shop: Shop) -> None:
    inner = shop.site.add_project("Inner")
    below = shop.site.add_portfolio("Below", [inner])
    shop.add(below)
    shop.read()
    shop.site.hidden.add(below)
    assert shop.unread().startswith(f"Portfolio {below} in portfolio {shop.gid} is hidden from this account")


@pytest.mark.parametrize("deleted", [True, False])
def test_a_project_that_was_taken_out_or_deleted_counts_no_more(shop: Shop, deleted: bool) -> None:
    shop.read()
    if deleted:
        shop.site.delete_project(shop.two)
    else:
        shop.site.group("portfolio_items", shop.gid).pop(shop.two)
    assert shop.read().progress == Progress(done=2, open=2)


def test_a_project_that_fails_leaves_its_portfolio_unread_and_no_other_link() -> None:
    def fail(_: int, request: Request) -> Response | None:
        return server_error() if request.path.endswith(f"{broken.two}/tasks") else None

    with Desk() as desk:
        broken = Shop(desk)
        desk.stand_in.fault = fail
        portfolio, project = broken.fetch(project_ref(broken.one))
        assert isinstance(portfolio, Unread)
        assert portfolio.why.startswith(
            f"Project {broken.two} in this portfolio was not read: Asana has a pro"
        )
        assert isinstance(project, Snapshot)


def test_a_deleted_portfolio_is_gone_and_a_hidden_one_forbidden(shop: Shop) -> None:
    shop.site.hidden.add(shop.gid)
    (hidden,) = shop.fetch()
    assert hidden == Gone(
        hidden.ref,
        LinkState.FORBIDDEN,
        f"okr-bot may not see portfolio {shop.gid} in Asana. "
        "Share the portfolio with that account, or take the link out of the workspace file.",
    )
    shop.site.delete_portfolio(shop.gid)
    (gone,) = shop.fetch()
    assert isinstance(gone, Gone)
    assert gone.state is LinkState.GONE
