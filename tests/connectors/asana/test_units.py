"""The connector against recorded answers of Asana, on its real address and without a wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import responses

from connectors.asana.connector import AsanaConnector, plugin
from connectors.asana.settings import AsanaSettings
from connectors.testing.desk import unleased
from syncer.domain.comment import Comment, Paragraph, Publication, Style, Text, marker
from syncer.domain.sync import ConnectorState, Placement, Standing, Wrote
from syncer.domain.work import Health, Snapshot, WorkRef, WorkStatus
from syncer.errors import CredentialsError, ReadOnlyError
from syncer.ports import Confirm, Context

API = "https://app.asana.com/api/1.0"
GID = "1200000000000777"
PROJECT = WorkRef("asana", "project", GID)
DATA: dict[str, Any] = {
    "gid": GID,
    "name": "Activation email sequence",
    "archived": False,
    "completed": False,
    "completed_at": None,
    "due_on": "2026-12-12",
    "start_on": None,
    "owner": {"gid": "42", "name": "Ana Ruiz"},
    "permalink_url": f"https://app.asana.com/0/{GID}",
    "current_status_update": {
        "gid": "9",
        "status_type": "at_risk",
        "created_at": "2026-11-10T09:00:00.000Z",
        "created_by": {"gid": "42"},
        "author": {"gid": "42"},
    },
}


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 16, 9, tzinfo=UTC)


class OneSecret:
    def resolve(self, ref: object) -> str:
        return "s3cr3t"


def task(gid: str, *, completed: bool, approval: str | None = None, notes: str = "") -> dict[str, Any]:
    kind = "approval" if approval else "default_task"
    return {
        "gid": gid,
        "completed": completed,
        "resource_subtype": kind,
        "approval_status": approval,
        "notes": notes,
        "modified_at": "2026-11-10T09:00:00.000Z",
    }


@pytest.fixture
def asana() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        rollup = task("5", completed=False, notes=f"Kept by okr-syncer.\n\nokr-syncer:acme/{GID}")
        tasks = [
            task("1", completed=True),
            task("2", completed=False),
            task("3", completed=True, approval="rejected"),
            rollup,
        ]
        mock.add("GET", f"{API}/users/me", json={"data": {"gid": "7", "name": "okr-bot", "workspaces": []}})
        mock.add("GET", f"{API}/projects/{GID}", json={"data": DATA})
        mock.add("GET", f"{API}/projects/{GID}/tasks", json={"data": tasks, "next_page": None})
        yield mock


def connector(*, confirm: Confirm | None = unleased) -> AsanaConnector:
    settings = AsanaSettings.model_validate(
        {"kind": "asana", "workspace_gid": "12", "token": {"env": "ASANA_TOKEN"}}
    )
    context = Context(
        workspace="acme", connection="asana", confirm=confirm, secrets=OneSecret(), clock=FixedClock()
    )
    made = plugin.connect(settings, context)
    assert isinstance(made, AsanaConnector)
    return made


def publication() -> Publication:
    words = Comment((Paragraph((Text("Number: <37> %", Style.STRONG),)),), marker("acme", GID))
    return Publication(workspace="acme", ref=PROJECT, item_id=GID, comment=words)


def body_of(mock: responses.RequestsMock, method: str) -> Any:
    (call,) = [call for call in mock.calls if call.request.method == method]
    return json.loads(call.request.body or b"")["data"]


def test_a_project_is_counted_without_our_own_task(asana: responses.RequestsMock) -> None:
    (outcome,) = connector().fetch([PROJECT], ConnectorState()).outcomes

    assert isinstance(outcome, Snapshot)
    assert (outcome.status, outcome.health) == (WorkStatus.IN_PROGRESS, Health.AT_RISK)
    assert outcome.progress.basis == "1/2 · 1 cancelled"
    assert (outcome.owner, outcome.owner_name, outcome.due) == ("42", "Ana Ruiz", date(2026, 12, 12))


def test_the_first_step_of_publishing_makes_the_task(asana: responses.RequestsMock) -> None:
    asana.add("POST", f"{API}/tasks", status=201, json={"data": {"gid": "50"}})

    delivery = connector().publish(publication(), None)

    assert (delivery.placement, delivery.standing, delivery.wrote) == (
        Placement(container_id="50"),
        Standing.PARTIAL,
        Wrote.CREATED,
    )
    sent = body_of(asana, "POST")
    assert (sent["name"], sent["projects"]) == ("OKR rollup", [GID])
    assert f"okr-syncer:acme/{GID}" in sent["notes"]


def test_the_second_step_makes_the_comment_with_foreign_text_escaped(asana: responses.RequestsMock) -> None:
    asana.add("POST", f"{API}/tasks/50/stories", status=201, json={"data": {"gid": "60"}})

    delivery = connector().publish(publication(), Placement(container_id="50"))

    assert (delivery.placement, delivery.standing) == (Placement("60", "50"), Standing.STANDING)
    html = body_of(asana, "POST")["html_text"]
    assert html.startswith("<body>")
    assert "&lt;37&gt;" in html
    assert f"<code>okr-syncer:acme/{GID}</code>" in html


def test_nothing_that_writes_leaves_a_run_that_only_reads(asana: responses.RequestsMock) -> None:
    with pytest.raises(ReadOnlyError):
        connector(confirm=None).publish(publication(), None)
    assert "POST" not in {call.request.method for call in asana.calls}


def test_a_refused_token_is_a_sentence_without_the_token() -> None:
    with responses.RequestsMock() as mock:
        refusal = {"errors": [{"message": "Not Authorized"}]}
        mock.add("GET", f"{API}/users/me", status=401, json=refusal)
        with pytest.raises(CredentialsError, match="Asana does not accept the token") as caught:
            connector().fetch([PROJECT], ConnectorState())
    assert "s3cr3t" not in str(caught.value)
