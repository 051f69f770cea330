"""What a second sync asks and says: as few requests as the token allows, and never a wrong count."""

from collections.abc import Iterator
from random import Random

import pytest

from connectors.sandbox.asana_answers import server_error
from connectors.sandbox.server import Request, Response
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, Outcome, Progress, Snapshot, Unread, WorkRef
from tests.connectors.asana.desk import ANA, Desk, OneSecret, add_tasks, project_ref


class Watch:
    """Some linked projects, synced again and again with what the last sync left."""

    def __init__(self, desk: Desk, projects: int, tasks: int = 2) -> None:
        self.desk = desk
        self.gids = [desk.site.add_project(f"P{number}") for number in range(projects)]
        for gid in self.gids:
            add_tasks(desk, gid, open_=tasks)
        self.state = ConnectorState()
        self.outcomes: dict[str, Outcome] = {}
        desk.clock.pass_by(hours=1)

    def sync(self, *gids: str, **time: float) -> int:
        """One sync of all, or of these, after a while; how many requests it took."""
        self.desk.clock.pass_by(**time or {"minutes": 15})
        before = len(self.desk.requests)
        refs = [project_ref(gid) for gid in gids or self.gids]
        fetched = self.desk.another().fetch(refs, self.state)
        self.outcomes |= {outcome.ref.key: outcome for outcome in fetched.outcomes}
        items = {**self.state.items, **fetched.state.items}
        self.state = ConnectorState(fetched.state.connection, items)
        return len(self.desk.requests) - before

    def finish(self, *gids: str) -> None:
        """Completes one task in each."""
        for gid in gids:
            open_ = next(task for task in self.desk.site.tasks(gid) if not task["completed"])
            self.desk.site.complete(open_["gid"])

    def done(self, gid: str) -> int:
        """How many tasks are said to be done."""
        outcome = self.outcomes[gid]
        assert isinstance(outcome, Snapshot), outcome
        return outcome.progress.done

    def asked(self, end: str) -> int:
        """How often something was asked for since the last call."""
        return sum(request.path.endswith(end) for request in self.desk.requests)

    def is_true(self) -> bool:
        """Whether every count is what the project holds."""
        return all(self._counted(gid) == self._held(gid) for gid in self.gids)

    def _counted(self, gid: str) -> tuple[int, int]:
        outcome = self.outcomes[gid]
        assert isinstance(outcome, Snapshot), outcome
        return outcome.progress.done, outcome.progress.counted

    def _held(self, gid: str) -> tuple[int, int]:
        tasks = [task for task in self.desk.site.tasks(gid) if "okr-syncer:" not in task["notes"]]
        return sum(task["completed"] for task in tasks), len(tasks)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


@pytest.fixture
def paid(desk: Desk) -> Desk:
    desk.site.paid = True
    return desk


@pytest.fixture
def serviced(desk: Desk) -> Desk:
    desk.site.service_account = True
    return desk


def test_a_full_read_costs_the_listing_each_project_and_three_more(paid: Desk) -> None:
    watch = Watch(paid, 20)
    assert watch.sync() == 1 + 1 + 2 + 20
    assert watch.is_true()


def test_with_search_a_sync_costs_the_listing_a_search_and_what_changed(paid: Desk) -> None:
    watch = Watch(paid, 130)
    watch.sync()
    assert watch.sync() == 2 + 1
    watch.finish(*watch.gids[:7])
    assert watch.sync() == 2 + 1 + 7
    assert watch.is_true()
    assert watch.sync() == 2 + 1


def test_without_search_every_small_project_is_counted_again(desk: Desk) -> None:
    watch = Watch(desk, 20)
    assert watch.sync() == 1 + 1 + 2 + 20
    watch.finish(watch.gids[3])
    assert watch.sync() == 1 + 20
    assert watch.is_true()


def test_without_search_a_large_project_is_asked_for_its_events(desk: Desk) -> None:
    watch = Watch(desk, 2, tasks=250)
    assert watch.sync() == 1 + 1 + 2 * 3
    assert watch.sync() == 1 + 2 + 2 * (1 + 3)
    assert watch.sync() == 1 + 2
    watch.finish(watch.gids[0])
    assert watch.sync() == 1 + 2 + 3
    assert watch.is_true()


def test_a_service_account_follows_the_workspace(serviced: Desk) -> None:
    watch = Watch(serviced, 20)
    assert watch.sync() == 1 + 1 + 1 + 20
    assert watch.sync() == 1 + 1
    watch.finish(*watch.gids[:5])
    assert watch.sync() == 1 + 1 + 5
    assert watch.is_true()


def test_a_service_account_sees_what_no_search_shows(serviced: Desk) -> None:
    watch = Watch(serviced, 6)
    watch.sync()
    site, (first, second, third, *_) = serviced.site, watch.gids
    site.delete_task(site.tasks(first)[0]["gid"])
    site.move(site.tasks(second)[0]["gid"], third)
    assert watch.sync() == 1 + 1 + 3
    assert watch.is_true()


def test_many_events_are_read_to_their_end(serviced: Desk) -> None:
    watch = Watch(serviced, 4)
    watch.sync()
    for _ in range(300):
        watch.desk.site.set_task(watch.desk.site.tasks(watch.gids[0])[0]["gid"], due_on="2026-12-01")
    for number in range(100):
        watch.desk.site.add_task(watch.gids[1], f"new {number}")
    assert watch.sync() > 1 + 1 + 1
    assert watch.is_true()


@pytest.mark.parametrize("tasks", [2, 150])
@pytest.mark.parametrize("means", ["search", "workspace", "events"])
def test_a_day_bounds_whatever_was_missed(desk: Desk, means: str, tasks: int) -> None:
    desk.site.paid, desk.site.service_account = means == "search", means == "workspace"
    watch = Watch(desk, 4, tasks=tasks)
    watch.sync()
    watch.sync()
    desk.site.lost_events = 1_000_000
    for gid in watch.gids:
        desk.site.delete_task(desk.site.tasks(gid)[0]["gid"])
    for _ in range(25):
        watch.sync(hours=1)
    assert watch.is_true()


def test_the_rotation_spares_the_first_half_of_the_day_and_spreads_over_the_second(paid: Desk) -> None:
    watch = Watch(paid, 40)
    watch.sync()
    costs = [watch.sync(hours=1) - 2 for _ in range(24)]
    assert sum(costs[:11]) == 0
    assert sum(costs) == 40 + 2
    assert max(costs) < 15


def test_an_empty_state_reads_everything_anew(paid: Desk) -> None:
    watch = Watch(paid, 10)
    watch.sync()
    paid.site.delete_task(paid.site.tasks(watch.gids[0])[0]["gid"])
    watch.sync()
    assert not watch.is_true()
    watch.state = ConnectorState()
    assert watch.sync() == 1 + 1 + 2 + 10
    assert watch.is_true()


def test_a_change_is_counted_once_however_long_the_search_shows_it(paid: Desk) -> None:
    watch = Watch(paid, 10)
    watch.sync()
    watch.finish(watch.gids[0])
    costs = [watch.sync(minutes=1) for _ in range(5)]
    assert costs == [1 + 1 + 1, 2, 2, 2, 2]
    assert watch.is_true()


def test_what_the_index_shows_late_is_still_seen(paid: Desk) -> None:
    watch = Watch(paid, 10)
    watch.sync()
    paid.site.search_lag = 60
    watch.finish(watch.gids[0])
    watch.sync(seconds=10)
    watch.sync(minutes=5)
    assert watch.is_true()


@pytest.mark.parametrize("ahead", [-5, 5])
def test_a_clock_that_is_five_minutes_off_hides_nothing(paid: Desk, ahead: int) -> None:
    watch = Watch(paid, 10)
    watch.sync()
    for gid in watch.gids:
        paid.clock.pass_by(minutes=ahead)
        watch.finish(gid)
        paid.clock.pass_by(minutes=-ahead)
        watch.sync(minutes=6)
    assert watch.is_true()


def test_where_a_search_finds_milestones_alone_each_sort_is_searched_for(paid: Desk) -> None:
    paid.site.search_finds_all = False
    watch = Watch(paid, 10)
    watch.sync()
    watch.finish(watch.gids[0])
    assert watch.sync() == 1 + 4 + 1
    assert watch.is_true()


def test_more_changes_than_a_page_of_a_search_are_all_seen(paid: Desk) -> None:
    watch = Watch(paid, 10, tasks=40)
    watch.sync()
    for gid in watch.gids[:4]:
        for _ in range(40):
            paid.clock.pass_by(seconds=1)
            watch.finish(gid)
    assert watch.sync() == 1 + 2 + 4
    assert watch.is_true()


def test_more_changes_in_one_moment_than_a_search_can_show_count_everything(paid: Desk) -> None:
    watch = Watch(paid, 10, tasks=40)
    watch.sync()
    for gid in watch.gids[:4]:
        for _ in range(40):
            watch.finish(gid)
    watch.sync()
    assert watch.is_true()


def test_a_plan_that_is_no_longer_paid_for_falls_back_at_once(paid: Desk) -> None:
    watch = Watch(paid, 10)
    watch.sync()
    paid.site.paid = False
    watch.finish(watch.gids[4])
    assert watch.sync() == 1 + 1 + 10
    assert watch.is_true()
    assert watch.sync() == 1 + 10


def test_better_means_are_found_again_after_a_day(desk: Desk) -> None:
    watch = Watch(desk, 10)
    watch.sync()
    desk.site.paid = True
    assert watch.sync() == 1 + 10
    watch.sync(hours=25)
    assert watch.sync() == 1 + 1


def test_a_search_that_fails_counts_everything_this_time() -> None:
    def fail(_: int, request: Request) -> Response | None:
        return server_error() if failing and request.path.endswith("/search") else None

    failing: list[bool] = []
    with Desk(fault=fail) as desk:
        desk.site.paid = True
        watch = Watch(desk, 10)
        watch.sync()
        failing.append(True)
        watch.finish(watch.gids[0])
        watch.sync()
        assert watch.is_true()
        failing.clear()
        assert watch.sync() == 1 + 1


def test_a_place_in_the_events_that_expired_counts_anew(serviced: Desk) -> None:
    watch = Watch(serviced, 10)
    watch.sync()
    serviced.site.expire_syncs()
    watch.finish(watch.gids[0])
    assert watch.sync() == 1 + 1 + 10
    assert watch.is_true()
    assert watch.sync() == 1 + 1


def test_a_projects_place_in_its_events_that_expired_counts_it_anew(desk: Desk) -> None:
    watch = Watch(desk, 2, tasks=150)
    watch.sync()
    watch.sync()
    desk.site.expire_syncs()
    desk.site.delete_task(desk.site.tasks(watch.gids[0])[0]["gid"])
    assert watch.sync() == 1 + 2 * (1 + 2)
    assert watch.is_true()


@pytest.mark.parametrize("service_account", [True, False])
def test_a_change_between_the_token_and_the_count_is_not_lost(service_account: bool) -> None:
    def change(_: int, request: Request) -> None:
        if request.path.endswith(f"{first}/tasks") and not changed and watch:
            changed.append(True)
            watch[0].finish(first)

    changed: list[bool] = []
    watch: list[Watch] = []
    with Desk() as desk:
        desk.site.service_account = service_account
        one = Watch(desk, 4, tasks=150)
        first = one.gids[0]
        watch.append(one)
        desk.stand_in.fault = change
        one.sync()
        one.sync()
        one.sync()
        assert one.is_true()


def test_some_links_alone_hide_nothing_from_the_others(desk: Desk) -> None:
    for paid, service_account in ((True, False), (False, True), (False, False)):
        desk.site.paid, desk.site.service_account = paid, service_account
        watch = Watch(desk, 5, tasks=120)
        watch.sync()
        watch.sync()
        watch.finish(*watch.gids)
        watch.sync(watch.gids[0])
        assert watch.done(watch.gids[0]) == 1
        watch.sync()
        assert watch.is_true()


def test_a_project_that_could_not_be_read_is_read_in_full_next_time() -> None:
    def fail(_: int, request: Request) -> Response | None:
        return server_error() if failing and request.path.endswith(f"{failing[0]}/tasks") else None

    failing: list[str] = []
    with Desk(fault=fail) as desk:
        desk.site.paid = True
        watch = Watch(desk, 10)
        watch.sync()
        failing.append(watch.gids[0])
        watch.finish(watch.gids[0])
        watch.sync()
        assert isinstance(watch.outcomes[watch.gids[0]], Unread)
        assert watch.state.items[watch.gids[0]] == ""
        failing.clear()
        assert watch.sync(hours=3) == 1 + 1 + 1
        assert watch.is_true()


def test_gone_and_back_is_counted_anew(paid: Desk) -> None:
    watch = Watch(paid, 10)
    watch.sync()
    gid = watch.gids[0]
    paid.site.hide_project(gid)
    watch.sync()
    assert isinstance(watch.outcomes[gid], Gone)
    watch.finish(gid)
    watch.sync(hours=2)
    paid.site.reveal_project(gid)
    watch.sync()
    assert watch.is_true()


def test_what_people_write_is_read_anew_each_time(paid: Desk) -> None:
    watch = Watch(paid, 10)
    watch.sync()
    gid = watch.gids[0]
    paid.site.set_project(gid, name="New name", owner=ANA, due_on="2026-12-24")
    paid.site.post_status(gid, "off_track", "late", ANA)
    assert watch.sync() == 1 + 1
    snapshot = watch.outcomes[gid]
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.name, snapshot.owner, str(snapshot.due), snapshot.health) == (
        "New name", ANA, "2026-12-24", "off_track",
    )  # fmt: skip


@pytest.mark.parametrize("means", ["search", "workspace"])
def test_our_own_comment_makes_nothing_look_changed(desk: Desk, means: str) -> None:
    desk.site.paid, desk.site.service_account = means == "search", means == "workspace"
    watch = Watch(desk, 10)
    placement = desk.published(watch.gids[0])
    watch.sync()
    desk.step(watch.gids[0], "38 %", placement)
    assert watch.sync() == 1 + 1


def test_a_few_links_are_counted_rather_than_asked_about(paid: Desk) -> None:
    watch = Watch(paid, 3)
    assert watch.sync() == 1 + 1 + 3
    assert watch.sync() == 1 + 3


def test_a_workspace_with_many_more_projects_is_not_listed(paid: Desk) -> None:
    for number in range(300):
        paid.site.add_project(f"other {number}")
    watch = Watch(paid, 4)
    assert watch.sync() == 1 + 2 + 4 + 2 + 4
    assert watch.sync() == 4 + 1


def test_a_listing_that_fails_is_made_up_for_one_by_one() -> None:
    def fail(_: int, request: Request) -> Response | None:
        return server_error() if request.path.endswith("/projects") else None

    with Desk(fault=fail) as desk:
        watch = Watch(desk, 3)
        watch.sync()
        assert watch.is_true()
        assert watch.sync() == 3 + 3


def test_another_token_or_another_meaning_of_approvals_counts_anew(desk: Desk) -> None:
    desk.site.paid = True
    watch = Watch(desk, 10)
    watch.sync()
    desk.site.token = "another-token"
    desk.secret = OneSecret("another-token")
    assert watch.sync() == 1 + 1 + 2 + 10


@pytest.mark.parametrize("text", ["{", "[]", '{"rules": 1}', "null", '{"at": 7}', "\u0000"])
def test_a_state_nobody_understands_is_no_state(paid: Desk, text: str) -> None:
    watch = Watch(paid, 5)
    watch.sync()
    watch.state = ConnectorState(text, dict.fromkeys(watch.gids, text))
    assert watch.sync() == 1 + 1 + 2 + 5
    assert watch.is_true()


def test_the_state_holds_no_text_of_asanas(paid: Desk) -> None:
    portfolio = paid.site.add_portfolio("secret portfolio")
    gid = paid.site.add_project("secret project", owner=ANA)
    paid.site.group("portfolio_items", portfolio)[gid] = None
    add_tasks(paid, gid, open_=3, cancelled=1)
    refs = [project_ref(gid), WorkRef("asana", "portfolio", portfolio)]
    fetched = paid.connector.fetch(refs, ConnectorState())
    assert set(fetched.state.items) == {gid, portfolio}
    kept = repr(fetched.state)
    assert not [word for word in ("secret", "ask", "Ana", paid.site.token, "okr-bot") if word in kept]


def test_same_from_a_full_and_from_an_incremental_read(paid: Desk) -> None:
    watch = Watch(paid, 6)
    watch.sync()
    watch.finish(*watch.gids[:3])
    watch.sync()
    incremental = dict(watch.outcomes)
    watch.state = ConnectorState()
    watch.sync()
    assert watch.outcomes == incremental
    assert watch.outcomes[watch.gids[0]].progress == Progress(done=1, open=1)  # type: ignore[union-attr]


@pytest.mark.parametrize(("paid", "costs"), [(True, [508, 6, 26]), (False, [508, 505, 505])])
def test_the_price_of_five_hundred_projects(desk: Desk, paid: bool, costs: list[int]) -> None:
    desk.site.paid = paid
    watch = Watch(desk, 500, tasks=3)
    full, quiet = watch.sync(), watch.sync()
    for gid in watch.gids[::25]:
        for _ in range(3):
            watch.finish(gid)
    assert [full, quiet, watch.sync(minutes=5)] == costs
    assert watch.is_true()


def test_whatever_happens_and_whatever_is_missed_a_full_read_tells_the_truth() -> None:
    for seed in range(12):
        chance = Random(seed)
        with Desk() as desk:
            desk.site.paid, desk.site.service_account = seed % 3 == 0, seed % 3 == 1
            desk.site.moves_touch_modified = chance.random() < 0.5
            watch = Watch(desk, 6, tasks=3)
            watch.sync()
            for _ in range(12):
                for _ in range(chance.randrange(6)):
                    live(watch, chance)
                desk.site.lost_events = chance.choice([0, 0, 3])
                watch.sync(minutes=chance.randrange(1, 400))
            watch.state = ConnectorState()
            watch.sync()
            assert watch.is_true(), seed


def live(watch: Watch, chance: Random) -> None:
    """Somebody does something."""
    site, (here, there) = watch.desk.site, chance.sample(watch.gids, 2)
    tasks = site.tasks(here)
    task = chance.choice(tasks)["gid"] if tasks else site.add_task(here, "first")
    deed = chance.choice(["add", "complete", "reopen", "delete", "move", "share", "rollup", "nothing"])
    match deed:
        case "add":
            site.add_task(here, "new")
        case "complete":
            site.complete(task)
        case "reopen":
            site.complete(task, completed=False)
        case "delete":
            site.delete_task(task)
        case "move":
            site.move(task, there)
        case "share":
            site.add_to_project(task, there)
        case "rollup":
            site.add_task(here, "OKR rollup", notes=f"okr-syncer:acme/{here}")


@pytest.mark.parametrize("means", ["workspace", "events"])
def test_where_every_event_arrives_every_sync_tells_the_truth(desk: Desk, means: str) -> None:
    desk.site.service_account = means == "workspace"
    chance = Random(7)
    watch = Watch(desk, 5, tasks=101 if means == "events" else 3)
    for _ in range(25):
        for _ in range(chance.randrange(6)):
            live(watch, chance)
        watch.sync(minutes=chance.randrange(1, 90))
        assert watch.is_true()
