"""The pace of requests on a clock that only moves when somebody waits."""

import heapq
import math
import random
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from connectors.asana.limits import limits as asana_limits
from connectors.jira.limits import LIMITS as JIRA
from connectors.jira.limits import breadth
from connectors.limits import Breadth, Growth, Lane, Limits, budget_of
from connectors.pacing import Call, Pace, Paces, Watch
from connectors.sandbox.server import Request, Response, StandIn
from connectors.testing.desk import unleased
from connectors.transport import Effect, Rule, Transport, Wire, _Patience
from syncer.errors import TemporaryError

ISSUES = "/rest/api/3/issue"
RULES = (
    Rule("GET", rf"{ISSUES}/\d+", Effect.READ),
    Rule("GET", r"/rest/api/3/field", Effect.READ),
    Rule("PUT", rf"{ISSUES}/\d+/comment/\d+", Effect.REPLACE),
)


@dataclass
class Time:
    """Moves by what is slept."""

    at: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def paces(self) -> Paces:
        return Paces(Watch(self.sleep, self.now))


def call(path: str = "/a", method: str = "GET", *, token: str = "t", endpoint: str = "") -> Call:
    return Call(token, method, path, endpoint or path, writes=method != "GET")


def leaves(pace: Pace, time: Time, one: Call) -> float:
    """When the request leaves."""
    while wait := pace.wait(one):
        time.sleep(wait)
    return time.at


def most_within(moments: Sequence[float], window: float) -> int:
    recent: deque[float] = deque()
    most = 0
    for moment in sorted(moments):
        recent.append(moment)
        while recent[0] <= moment - window:
            recent.popleft()
        most = max(most, len(recent))
    return most


@given(st.lists(st.floats(0, 2), min_size=1, max_size=300), st.integers(1, 40))
@settings(max_examples=200)
def test_no_window_ever_holds_more(pauses: list[float], most: int) -> None:
    time = Time()
    pace = Pace(Limits(lanes=(Lane(most, 1),)), time.now)
    moments = []
    for pause in pauses:
        time.at += pause * (pause < 1)
        moments.append(leaves(pace, time, call()))
    assert most_within(moments, 1) <= most


def test_a_burst_is_let_through_and_the_next_minute_begins_when_it_is_over() -> None:
    time = Time()
    pace = Pace(Limits(lanes=(Lane(120, 60),)), time.now)
    moments = [leaves(pace, time, call()) - 1000 for _ in range(121)]
    assert moments[59] == 0
    assert moments[60] == pytest.approx(20, abs=0.01)
    assert moments[120] == pytest.approx(60, abs=0.01)
    assert max(time.slept) < 60


@dataclass
class Burst:
    """Enforces Jira Cloud's bursts on that clock: by endpoint and method, over any second."""

    time: Time
    arrived: dict[str, list[float]] = field(default_factory=dict)
    refused: int = 0

    def respond(self, request: Request) -> Response:
        kind = f"{request.method} {'issue' if request.path.startswith(ISSUES) else request.path}"
        times = self.arrived.setdefault(kind, [])
        times.append(self.time.at)
        if sum(moment > self.time.at - 1 for moment in times) > (50 if request.method == "PUT" else 100):
            self.refused += 1
            return Response.of(429, {}, RateLimit_Reason="jira-burst-based")
        return Response.of(200, {})


def wire(url: str, limits: Limits, **more: object) -> Wire:
    options = {"vendor": "Jira", "base_url": url, "rules": RULES, "confirm": unleased, "limits": limits}
    return Wire(**{**options, **more})  # type: ignore[arg-type]


def session(transport: Transport, token: str = "one") -> requests.Session:
    made = requests.Session()
    made.headers["Authorization"] = f"Bearer {token}"
    transport.mount(made)
    return made


def test_jiras_bursts_are_never_exceeded_by_all_connectors_of_the_process_together() -> None:
    time = Time()
    site, paces = Burst(time), time.paces()
    with StandIn(site) as server:
        ways = [Transport(wire(server.url, JIRA), paces=paces) for _ in range(3)]
        clients = [session(way, f"token {number}") for number, way in enumerate(ways)]
        for method, path in (("GET", "/1"), ("PUT", "/1/comment/1"), ("GET", "/2")):
            for number in range(200):
                clients[number % 3].request(method, f"{server.url}{ISSUES}{path}")
        for client in clients:
            client.close()
    assert site.refused == 0
    assert {kind: most_within(times, 1) for kind, times in site.arrived.items()} == {
        "GET issue": 80, "PUT issue": 40,
    }  # fmt: skip
    assert time.at - 1000 == pytest.approx(8, abs=1)


def test_a_thousand_workspaces_that_start_together_stay_within_the_limit() -> None:
    """Workers take turns in virtual time: who waits comes back when told, each answer takes 50 ms."""
    time, random_ = Time(), random.Random(7)
    pace = Pace(JIRA, time.now)
    workers = [(1000 + random_.random(), number, 2) for number in range(1000)]
    heapq.heapify(workers)
    moments = []
    while workers:
        time.at, number, left = heapq.heappop(workers)
        if wait := pace.wait(call("/rest/api/3/search/jql", "POST", token=f"{number}")):
            heapq.heappush(workers, (time.at + wait, number, left))
        else:
            moments.append(time.at)
            if left > 1:
                heapq.heappush(workers, (time.at + 0.05, number, left - 1))
    assert len(moments) == 2000
    assert most_within(moments, 1) <= 80
    assert max(moments) - 1000 < 40


REASONS = [
    ("jira-quota-global-based", Breadth.EVERYTHING),
    ("jira-quota-tenant-based", Breadth.EVERYTHING),
    ("Jira-Quota-Tenant-Based ", Breadth.EVERYTHING),
    ("jira-burst-based", Breadth.ENDPOINT),
    ("jira-per-issue-on-write", Breadth.ITEM),
    ("jira-cost-based", Breadth.ENDPOINT),
    ("something new", Breadth.ENDPOINT),
    (None, Breadth.ENDPOINT),
]


@pytest.mark.parametrize(("reason", "wide"), REASONS)
def test_the_kinds_of_429_are_told_apart(reason: str | None, wide: Breadth) -> None:
    assert breadth(CaseInsensitiveDict({"ratelimit-reason": reason} if reason else {})) is wide


def after_a_refusal(reason: str, seconds: float) -> tuple[float, ...]:
    """How long the same write, another write there, another item, another endpoint, another token wait."""
    time = Time()
    pace = Pace(JIRA, time.now)
    first = call(f"{ISSUES}/10/comment/1", "PUT", endpoint="comment")
    leaves(pace, time, first)
    pace.listen(first, 429, CaseInsensitiveDict({"RateLimit-Reason": reason}), seconds)
    others = (
        first,
        call(f"{ISSUES}/10/comment", "POST", endpoint="comments"),
        call(f"{ISSUES}/11/comment/7", "PUT", endpoint="comment"),
        call(f"{ISSUES}/10"),
        call(f"{ISSUES}/10", token="other"),
    )
    return tuple(pace.wait(one) for one in others)


@pytest.mark.parametrize(
    ("reason", "waits"),
    [
        ("jira-quota-tenant-based", (30, 30, 30, 30, 0)),
        ("jira-burst-based", (30, 0, 30, 0, 0)),
        ("jira-per-issue-on-write", (30, 30, 0, 0, 0)),
        ("never heard of", (30, 0, 30, 0, 0)),
    ],
)
def test_a_refusal_reaches_as_far_as_it_is_meant(reason: str, waits: tuple[float, ...]) -> None:
    assert after_a_refusal(reason, 30) == waits


def test_a_quota_that_is_used_up_stops_everything_with_that_token_without_asking_again() -> None:
    time = Time()
    gone = Response.of(429, {}, RateLimit_Reason="jira-quota-tenant-based", Retry_After="1847")
    with StandIn(Burst(time), fault=lambda number, _: gone if number == 1 else None) as server:
        paces = time.paces()
        first, second = (Transport(wire(server.url, JIRA), paces=paces) for _ in range(2))
        with session(first) as one, session(second) as two:
            with pytest.raises(TemporaryError, match="Jira asks us to slow down") as caught:
                one.get(f"{server.url}{ISSUES}/1")
            assert caught.value.retry_after == 1847
            time.at += 47
            with pytest.raises(TemporaryError) as caught:
                two.get(f"{server.url}/rest/api/3/field")
            assert str(caught.value) == "Jira takes no more requests with this token for 1800 s"
            assert caught.value.hint == "The next sync after that goes on."
            assert caught.value.retry_after == pytest.approx(1800)
            assert (len(server.requests), second.requests, time.slept) == (1, 0, [])
            time.at += 1800
            assert two.get(f"{server.url}/rest/api/3/field").ok


@dataclass
class Bucket:
    """Data Center's bucket of one user: `fill` more every `interval` seconds; told on every answer."""

    time: Time
    limit: int = 20
    fill: int = 2
    interval: int = 1
    left: float = 20
    seen: float = 1000.0
    refused: int = 0

    def respond(self, request: Request) -> Response:
        del request
        self.left = min(self.limit, self.left + (self.time.at - self.seen) * self.fill / self.interval)
        self.seen = self.time.at
        told = {
            "X_RateLimit_Limit": f"{self.limit}", "X_RateLimit_Interval_Seconds": f"{self.interval}",
            "X_RateLimit_FillRate": f"{self.fill}", "X_RateLimit_Remaining": f"{max(0, int(self.left - 1))}",
        }  # fmt: skip
        if self.left < 1:
            self.refused += 1
            return Response.of(429, {}, retry_after="1", **told)
        self.left -= 1
        return Response.of(200, {}, retry_after="0", **told)


def test_data_centers_bucket_is_never_emptied() -> None:
    time = Time()
    bucket = Bucket(time)
    with StandIn(bucket) as server, session(Transport(wire(server.url, JIRA), paces=time.paces())) as client:
        for number in range(100):
            client.get(f"{server.url}{ISSUES}/{number}")
    assert bucket.refused == 0
    assert len(server.requests) == 100
    assert time.slept[0] == pytest.approx(0.5)
    assert time.at - 1000 == pytest.approx(42, abs=2)


def test_a_retry_after_of_nothing_on_a_success_means_nothing() -> None:
    time = Time()
    with (
        StandIn(Bucket(time, limit=1000, left=1000)) as server,
        session(Transport(wire(server.url, JIRA), paces=time.paces())) as client,
    ):
        for number in range(50):
            client.get(f"{server.url}{ISSUES}/{number}")
    assert time.slept == []


WHOLE = {"Limit": "20", "Remaining": "4", "Interval-Seconds": "1", "FillRate": "2"}
ODD = [
    ("FillRate", "0"), ("FillRate", "-1"), ("FillRate", "nan"), ("Interval-Seconds", "0"),
    ("Remaining", "many"), ("Remaining", ""), ("Limit", "inf"), ("Limit", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), ODD)
def test_a_bucket_with_an_odd_figure_says_nothing(name: str, value: str | None) -> None:
    told = {f"X-RateLimit-{key}": text for key, text in {**WHOLE, name: value}.items() if text is not None}
    assert budget_of(told) is None


def test_a_bucket_that_is_low_gives_what_flows_in() -> None:
    budget = budget_of({f"X-RateLimit-{name}": value for name, value in WHOLE.items()})
    assert budget is not None
    assert (budget.is_low, budget.spacing) == (True, 0.5)


def demand(pace: Pace, time: Time, minutes: int, one: Call, allowed: int | None = None) -> list[int]:
    """Requests that left in each minute of full demand; beyond `allowed` a minute they are refused."""
    left: Counter[int] = Counter()
    moments: deque[float] = deque()
    while time.at < 1000 + 60 * minutes:
        if wait := pace.wait(one):
            time.at += wait
            continue
        left[int((time.at - 1000) // 60)] += 1
        moments.append(time.at)
        while moments[0] <= time.at - 60:
            moments.popleft()
        if allowed is not None and len(moments) > allowed:
            pace.listen(one, 429, {}, 30)
    return [left[minute] for minute in range(minutes)]


def test_asana_begins_with_the_free_plan_and_finds_out_what_more_it_is_given() -> None:
    time = Time()
    assert demand(Pace(asana_limits("auto"), time.now), time, 8, call())[:1] == [120]
    time = Time()
    served = demand(Pace(asana_limits("auto"), time.now), time, 10, call())
    assert max(served) <= 1260
    assert served[-1] >= 1100


def test_a_free_plan_refuses_seldom_once_it_is_found_out() -> None:
    time = Time()
    served = demand(Pace(asana_limits("auto"), time.now), time, 60, call(), allowed=150)
    assert sum(served[10:]) / 50 > 70
    assert max(served[10:]) <= 240


@pytest.mark.parametrize(("plan", "first"), [("free", 120), ("paid", 1200)])
def test_a_plan_that_is_named_is_believed(plan: str, first: int) -> None:
    time = Time()
    pace = Pace(asana_limits(plan), time.now)  # type: ignore[arg-type]
    assert demand(pace, time, 3, call()) == [first, pytest.approx(first, abs=2), pytest.approx(first, abs=2)]


def test_searches_and_counts_have_lanes_of_their_own() -> None:
    time = Time()
    pace = Pace(asana_limits("paid"), time.now)
    assert demand(pace, time, 1, call("/workspaces/12/tasks/search")) == [50]
    time = Time()
    pace = Pace(asana_limits("paid"), time.now)
    counts = demand(pace, time, 4, call("/projects/12/task_counts"))
    assert counts[0] == 60
    assert counts[0] < counts[-1] <= 80


def test_a_refused_count_slows_counts_and_not_the_rest_afterwards() -> None:
    time = Time()
    pace = Pace(asana_limits("paid"), time.now)
    count = call("/projects/12/task_counts")
    assert pace.wait(count) == 0
    pace.listen(count, 429, {}, 10)
    assert pace.wait(call("/projects/12")) == 10
    time.at += 61
    served = sum(pace.wait(count) == 0 for _ in range(100))
    assert served == 15
    assert sum(pace.wait(call("/projects/12")) == 0 for _ in range(700)) == 600 - served


def test_what_was_under_way_together_is_refused_as_one() -> None:
    time = Time()
    pace = Pace(Limits(lanes=(Lane(80, 1, growth=Growth(1, 100)),)), time.now)
    for _ in range(8):
        pace.listen(call(), 429, {}, 1)
    time.at += 2
    assert sum(pace.wait(call()) == 0 for _ in range(100)) == 40


def test_reads_and_writes_under_way_are_bounded_apart() -> None:
    pace = Pace(Limits(reads_at_once=1, writes_at_once=1), Time().now)
    with pace.under_way(call()) as first, pace.under_way(call(method="POST")) as second:
        assert (first, second) == (True, True)
        assert pace._reads is not None
        assert not pace._reads.acquire(blocking=False)
    with pace.under_way(call()) as again:
        assert again


def test_turns_and_pauses_are_counted_together() -> None:
    time = Time()
    patience = _Patience(60, Watch(time.sleep, time.now))

    @contextmanager
    def turn() -> Iterator[bool]:
        time.at += 45
        yield True

    with patience.entering(turn()) as entered:
        assert entered
    assert patience.left == 15
    assert not patience.bears(16)


NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
forms = st.one_of(
    st.integers(-100, 200).map(str),
    st.floats(-10, 130, allow_nan=False).map(str),
    st.sampled_from(["1e9", "inf", "nan", "soon", "", "-0", "٣", "0x10"]),
    st.integers(-9000, 9000).map(lambda s: format_datetime(NOW + timedelta(seconds=s), usegmt=True)),
    st.none(),
)


@dataclass
class Told:
    """Answers with these waiting times, one after the other, and takes note of when it was asked."""

    time: Time
    forms: list[str | None]
    asked: list[float] = field(default_factory=list)

    def respond(self, request: Request) -> Response:
        del request
        self.asked.append(self.time.at)
        if len(self.asked) > len(self.forms):
            return Response.of(200, {})
        form = self.forms[len(self.asked) - 1]
        headers = {} if form is None else {"Retry-After": form.encode("utf-8").decode("latin-1")}
        return Response(429, b"{}", {"Date": format_datetime(NOW, usegmt=True), **headers})


def told_seconds(form: str | None) -> float:
    """What a strict reader makes of it, 0 where it says nothing."""
    with suppress(ValueError):
        moment = datetime.strptime(form or "", "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        return max(0.0, (moment - NOW).total_seconds())
    with suppress(ValueError):
        seconds = float(form or "") if (form or "").isascii() else 0.0
        return 0.0 if math.isnan(seconds) else max(0.0, seconds)
    return 0.0


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with StandIn(Told(Time(), [])) as stand_in:
        yield stand_in


@given(st.lists(forms, min_size=1, max_size=5), st.sampled_from([JIRA, asana_limits("auto"), Limits()]))
@settings(max_examples=1000, deadline=None)
def test_no_request_is_earlier_than_told_and_no_worker_sleeps_longer_than_a_minute(
    server: StandIn, answers: list[str | None], limits: Limits
) -> None:
    time = Time()
    site = server.application = Told(time, answers)
    with (
        session(Transport(wire(server.url, limits), paces=time.paces())) as client,
        suppress(TemporaryError),
    ):
        client.get(f"{server.url}{ISSUES}/1")
    assert sum(time.slept) <= 60.001
    for earlier, later, form in zip(site.asked, site.asked[1:], answers, strict=False):
        assert later - earlier >= min(told_seconds(form), 7 * 86400.0) - 0.001
