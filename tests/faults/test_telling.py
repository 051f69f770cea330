"""A sync that is killed while it tells people what is new loses no news, and tells none a third time."""

from __future__ import annotations

import pytest

from syncer.domain.work import Health
from tests.faults.points import TELLING, killed_at
from tests.faults.yard import Yard


def with_news(address: str) -> Yard:
    """A number that stands still and is called on track: a signal opens at the next sync."""
    yard = Yard("cloud", address, 1)
    yard.check_in(36)
    return yard


def told_undisturbed(address: str) -> list[str]:
    with with_news(address) as yard:
        yard.sync()
        yard.check_in(36, Health.ON_TRACK)
        yard.settle()
        return yard.letters.messages


@pytest.mark.parametrize("point", TELLING)
def test_no_kill_loses_news(point: str, durable_database: str) -> None:
    (message,) = told_undisturbed(durable_database)
    assert "watermelon" in message
    with with_news(durable_database) as yard:
        yard.sync()
        yard.check_in(36, Health.ON_TRACK)

        assert killed_at(yard, point, 1)

        yard.settle()
        was_noted, was_sent = point == "after noted", point != "before tell"
        assert yard.letters.messages == [message] * (1 if was_noted or not was_sent else 2)
