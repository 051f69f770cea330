"""How long one write may be under way, against the lease it is sent under."""

from __future__ import annotations

import pytest

from connectors.asana.settings import AsanaSettings
from connectors.asana.wire import wire as asana_wire
from connectors.jira.settings import JiraSettings
from connectors.jira.wire import wire as jira_wire
from connectors.testing.desk import unleased
from connectors.transport import Wire
from syncer.engine.lease import LIFETIME

JIRA = {"kind": "jira", "url": "https://acme.example", "token": {"env": "T"}}
ASANA = {"kind": "asana", "workspace_gid": "12", "token": {"env": "T"}}


@pytest.mark.parametrize("vendor", ["jira", "asana"])
def test_one_attempt_at_a_write_is_over_well_before_its_lease(vendor: str) -> None:
    """The lease is confirmed right before each attempt, and none waits in silence for half of it."""
    assert sum(timeouts(vendor)) < LIFETIME.total_seconds() / 2


def timeouts(vendor: str) -> tuple[float, float]:
    made: Wire = (
        jira_wire(
            JiraSettings.parse({**JIRA, "email": "b@acme.example", "deployment": "cloud"}),
            "t",
            base="https://acme.example",
            confirm=unleased,
        )
        if vendor == "jira"
        else asana_wire(AsanaSettings.parse(ASANA), "t", confirm=unleased)
    )
    return made.timeout
