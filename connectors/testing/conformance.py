"""What every connector is held to.

Subclass `ConnectorSuite` and give it a `desk`:

    class TestMyTracker(ConnectorSuite):
        @pytest.fixture
        def desk(self) -> Iterator[Desk]:
            with MyDesk() as desk:
                yield desk

See connectors.testing.desk for what a desk is. A test that asks for something the tracker does not have is
skipped with the desk's reason; everything else must pass. The long variants carry the mark `slow`.
"""

from __future__ import annotations

from connectors.buckets import Bucket
from connectors.testing.desk import Ability, Budget, Desk, Fate, Fault
from connectors.testing.failing import FailingSuite
from connectors.testing.publishing import PublishingSuite
from connectors.testing.reading import ReadingSuite

__all__ = ["Ability", "Bucket", "Budget", "ConnectorSuite", "Desk", "Fate", "Fault"]


class ConnectorSuite(ReadingSuite, FailingSuite, PublishingSuite):
    """The whole contract."""
