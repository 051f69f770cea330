"""The pace at which requests leave: one for each base URL and token, shared by all threads of the process."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from typing import Final

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from connectors.limits import MINUTE, Breadth, Lane, Limits, budget_of

_NO_FIGURE: Final = 0.5
_NOTHING: Final = 0.001


def _sleep(seconds: float) -> None:
    time.sleep(seconds)  # noqa: TID251 - this is the place where connectors wait


class Watch:
    """Measures and waits, in seconds. Where `sleep` returns early, time is taken to have passed anyway."""

    def __init__(
        self, sleep: Callable[[float], None] = _sleep, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._sleep = sleep
        self._now = now
        self._lock = Lock()
        self._skipped = 0.0

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        return self._now() + self._skipped

    def sleep(self, seconds: float) -> None:
        """Waits, and afterwards `now` is at least so much later."""
        before = self._now()
        self._sleep(seconds)
        with self._lock:
            self._skipped += max(0.0, seconds - (self._now() - before))


@dataclass(frozen=True, slots=True)
class Call:
    """A request as limits see it: `path` is below the base URL, `endpoint` the Rule's pattern for it.

    `token` tells credentials apart without being one.
    """

    token: str
    method: str
    path: str
    endpoint: str
    writes: bool


class Pace:
    """What has left for one base URL lately, and what was asked of us."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._lock = Lock()
        self._counters: dict[tuple[int, str, str], _Counter] = {}
        self._closed: dict[str, float] = {}
        self._spacing: dict[str, float] = {}
        self._next: dict[str, float] = {}
        self._reads = _slots(limits.reads_at_once)
        self._writes = _slots(limits.writes_at_once)

    @contextmanager
    def under_way(self, call: Call, longest: float = MINUTE) -> Iterator[bool]:
        """Goes around one request that others may accompany; False when no place came free in `longest` s."""
        slots = self._writes if call.writes else self._reads
        free = slots.acquire(timeout=max(0.0, longest)) if slots else True
        try:
            yield free
        finally:
            if slots and free:
                slots.release()

    def wait(self, call: Call) -> float:
        """Seconds until the request may leave. 0: it leaves now and has been counted."""
        with self._lock:
            now = self._now()
            counters = self._counters_of(call, now)
            closed = max((self._closed.get(key, 0.0) for key in self._keys(call)), default=0.0)
            spaced = self._next.get(call.token, 0.0)
            wait = max(closed - now, spaced - now, *(one.wait(now) for one in counters), 0.0)
            if wait < _NOTHING:
                wait = 0.0
                self._next[call.token] = now + self._spacing.get(call.token, 0.0)
                for one in counters:
                    one.count(now)
            return wait

    def listen(self, call: Call, status: int, headers: Mapping[str, str], told: float | None) -> None:
        """Takes in an answer; `told` is the waiting time it asks for, in seconds."""
        with self._lock:
            now = self._now()
            budget = budget_of(headers)
            if budget:
                self._spacing[call.token] = budget.spacing if budget.is_low else 0.0
                self._next[call.token] = now + self._spacing[call.token]
            if status == 429:
                self._refused(call, headers, now, _NO_FIGURE if told is None else told)
            elif budget and told:
                self._close(call.token, now + told)

    def _refused(self, call: Call, headers: Mapping[str, str], now: float, told: float) -> None:
        breadth = self._limits.breadth(headers)
        keys = self._keys(call)
        key = {Breadth.EVERYTHING: keys[0], Breadth.ENDPOINT: keys[1], Breadth.ITEM: keys[-1]}[breadth]
        self._closed = {name: until for name, until in self._closed.items() if until > now}
        self._close(key, now + told)
        adaptive = (one for one in self._counters_of(call, now) if one.lane.growth)
        if (slowed := next(adaptive, None)) and breadth is not Breadth.ITEM:
            slowed.halve(now, told)

    def _close(self, key: str, until: float) -> None:
        self._closed[key] = max(until, self._closed.get(key, 0.0))

    def _keys(self, call: Call) -> tuple[str, ...]:
        endpoint = f"{call.method} {call.endpoint}"
        item = re.match(self._limits.item, call.path) if self._limits.item and call.writes else None
        return (call.token, endpoint, f"item {item[1]}") if item else (call.token, endpoint)

    def _counters_of(self, call: Call, now: float) -> list[_Counter]:
        found = []
        for number, lane in enumerate(self._limits.lanes):
            if re.fullmatch(lane.method, call.method) and re.fullmatch(lane.path, call.path):
                apart = (call.method, call.endpoint) if lane.each_endpoint else ("", "")
                key = (number, *apart)
                if key not in self._counters:
                    self._counters[key] = _Counter(lane, now)
                found.append(self._counters[key])
        return found


def _slots(number: int) -> BoundedSemaphore | None:
    return BoundedSemaphore(number) if number else None


class _Counter:
    """One lane's sliding window; the lock is its owner's."""

    def __init__(self, lane: Lane, now: float) -> None:
        self.lane = lane
        self._bucket = InMemoryBucket(_rates(lane.most, lane.window))
        self._most = lane.most
        self._clean_since = self._deaf_until = now
        self._reached = self._was_refused = False

    def wait(self, now: float) -> float:
        self._grow(now)
        moment = _milliseconds(now)
        wait = max(self._room(rate, moment) for rate in self._bucket.rates) / 1000
        self._reached = self._reached or wait > 0
        return wait

    def count(self, now: float) -> None:
        moment = _milliseconds(now)
        self._bucket.leak(moment)
        self._bucket.put(RateItem("", moment))

    def halve(self, now: float, told: float) -> None:
        # What was under way together is refused together: that is one refusal.
        if now >= self._deaf_until and self.lane.growth:
            self._set(max(self.lane.growth.floor, self._most // 2))
            self._was_refused = True
            self._deaf_until = now + told
        self._clean_since = now

    def _room(self, rate: Rate, moment: int) -> int:
        oldest = self._bucket.peek(rate.limit - 1)
        return max(0, oldest.timestamp + rate.interval + 1 - moment) if oldest else 0

    def _grow(self, now: float) -> None:
        if self.lane.growth is None or now - self._clean_since < MINUTE:
            return
        if self._reached:
            factor = 2.0 if self.lane.growth.doubles and not self._was_refused else 1.1
            self._set(min(self.lane.growth.ceiling, max(self._most + 1, round(self._most * factor))))
        self._clean_since, self._reached = now, False

    def _set(self, most: int) -> None:
        self._most = most
        self._bucket.rates = _rates(most, self.lane.window)


def _rates(most: int, window: float) -> list[Rate]:
    whole = Rate(most, _milliseconds(window))
    if window < MINUTE or most < 2:
        return [whole]
    return [Rate(most // 2, _milliseconds(window / 3)), whole]


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


class Paces:
    """The paces of a process; `watch` is the time they all go by."""

    def __init__(self, watch: Watch | None = None) -> None:
        self.watch = watch or Watch()
        self._lock = Lock()
        self._known: dict[tuple[Limits, str, str], Pace] = {}

    def of(self, limits: Limits, base_url: str, token: str) -> Pace:
        """The pace at this address, and of this token alone where the limits are counted so."""
        key = (limits, base_url, token if limits.per_token else "")
        with self._lock:
            if key not in self._known:
                self._known[key] = Pace(limits, self.watch.now)
            return self._known[key]

    def forget(self) -> None:
        """Takes nothing as sent and nothing as asked of us."""
        with self._lock:
            self._known.clear()


SHARED: Final = Paces()
"""What all connectors of this process go by."""
