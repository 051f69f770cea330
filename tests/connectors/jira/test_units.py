"""The connector against recorded answers of a Jira Cloud site, on its real address and without a wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import responses

from connectors.jira.connector import JiraConnector
from connectors.jira.settings import JiraSettings
from connectors.testing.desk import unleased
from syncer.domain.comment import Comment, Paragraph, Publication, Style, Text, marker
from syncer.domain.sync import ConnectorState, Placement, Standing, Wrote
from syncer.domain.work import Snapshot, WorkRef, WorkStatus
from syncer.errors import CredentialsError, ReadOnlyError, TemporaryError
from syncer.ports import Confirm, Context
from tests.connectors import specs

SITE = "https://acme.atlassian.net"
EPIC = WorkRef("jira", "epic", "ONB-12")
ME = {"accountId": "bot", "displayName": "OKR Bot", "timeZone": "Europe/Zurich", "active": True}


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 16, 9, tzinfo=UTC)


class OneSecret:
    def resolve(self, ref: object) -> str:
        return "s3cr3t"


def status(number: str, name: str, category: str) -> dict[str, Any]:
    return {"id": number, "name": name, "statusCategory": {"id": 1, "key": category, "name": "any words"}}


DONE, OPEN = status("3", "Fertig", "done"), status("1", "Offen", "new")
EPIC_ISSUE = {
    "id": "10042",
    "key": "ONB-12",
    "fields": {
        "summary": "Rebuild the onboarding flow",
        "status": status("2", "In Arbeit", "indeterminate"),
        "resolution": None,
        "assignee": {"accountId": "ben", "displayName": "Ben Ott"},
        "duedate": "2026-12-12",
        "issuetype": {"id": "1", "name": "Epos", "hierarchyLevel": 1, "subtask": False},
        "updated": "2026-11-10T10:03:11.123+0100",
        "project": {"id": "1", "key": "ONB"},
    },
}


def child(number: int, state: dict[str, Any], resolution: str | None = None) -> dict[str, Any]:
    return {
        "id": str(20000 + number),
        "key": f"ONB-{100 + number}",
        "fields": {
            "status": state,
            "resolution": {"id": "1", "name": resolution} if resolution else None,
            "parent": {"id": "10042", "key": "ONB-12"},
            "issuetype": {"id": "2", "name": "Story", "hierarchyLevel": 0, "subtask": False},
            "updated": "2026-11-10T10:03:11.123+0100",
        },
    }


@pytest.fixture
def site() -> Iterator[responses.RequestsMock]:
    """A site that answers what a full read of one epic asks; Atlassian describes every request."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        known = {"X-AAccountId": "bot", "Date": "Mon, 16 Nov 2026 09:00:00 GMT"}
        answers: dict[tuple[str, str], Any] = {
            ("GET", "myself"): ME,
            ("GET", "field"): [],
            ("GET", "status"): [DONE, OPEN],
            ("POST", "issue/bulkfetch"): {"issues": [EPIC_ISSUE], "issueErrors": []},
            ("POST", "search/jql"): {
                "issues": [child(1, DONE), child(2, DONE, "Won't Do"), child(3, OPEN)],
                "isLast": True,
            },
        }
        for (method, path), body in answers.items():
            mock.add(method, f"{SITE}/rest/api/3/{path}", json=body, headers=known)
        yield mock
        if specs.folder() is not None:
            for call in mock.calls:
                specs.check("jira-cloud-v3.json", call.request, base=SITE)


def connector(*, confirm: Confirm | None = unleased) -> JiraConnector:
    settings = JiraSettings.model_validate(
        {
            "kind": "jira",
            "url": SITE,
            "deployment": "cloud",
            "email": "okr-bot@acme.example",
            "token": {"env": "JIRA_TOKEN"},
        }
    )
    context = Context(
        workspace="acme", connection="jira", confirm=confirm, secrets=OneSecret(), clock=FixedClock()
    )
    return JiraConnector(settings, context, sleep=lambda seconds: None)


def publication() -> Publication:
    words = Comment((Paragraph((Text("Number: 37 %", Style.STRONG),)),), marker("acme", "10042"))
    return Publication(workspace="acme", ref=EPIC, item_id="10042", comment=words)


def test_an_epic_is_read_by_category_and_resolution_whatever_the_words(site: responses.RequestsMock) -> None:
    (outcome,) = connector().fetch([EPIC], ConnectorState()).outcomes

    assert isinstance(outcome, Snapshot)
    assert (outcome.item_id, outcome.name, outcome.status) == (
        "10042",
        "Rebuild the onboarding flow",
        WorkStatus.IN_PROGRESS,
    )
    assert outcome.progress.basis == "1/2 · 1 cancelled"
    assert (outcome.owner, outcome.owner_name, outcome.due) == ("ben", "Ben Ott", date(2026, 12, 12))
    assert outcome.url == f"{SITE}/browse/ONB-12"


def test_a_comment_is_created_with_its_property_in_one_request(site: responses.RequestsMock) -> None:
    site.add("POST", f"{SITE}/rest/api/3/issue/10042/comment", status=201, json={"id": "500"})

    delivery = connector().publish(publication(), None)

    assert (delivery.placement, delivery.standing, delivery.wrote) == (
        Placement("500"),
        Standing.STANDING,
        Wrote.CREATED,
    )
    (call,) = [call for call in site.calls if call.request.method == "POST"]
    sent = json.loads(call.request.body or b"")
    assert sent["body"]["type"] == "doc"
    assert sent["properties"][0] == {
        "key": "okr-syncer",
        "value": {"marker": "okr-syncer:acme/10042", "digest": publication().digest, "v": 1},
    }


def test_an_edit_is_quiet_where_jira_lets_us(site: responses.RequestsMock) -> None:
    standing = {"id": "500", "author": {"accountId": "bot"}, "updateAuthor": {"accountId": "bot"}, "body": {}}
    site.add("GET", f"{SITE}/rest/api/3/issue/10042/comment/500", json=standing)
    site.add("PUT", f"{SITE}/rest/api/3/issue/10042/comment/500", json=standing)

    delivery = connector().publish(publication(), Placement("500"))

    assert delivery.wrote is Wrote.UPDATED
    (call,) = [call for call in site.calls if call.request.method == "PUT"]
    assert "notifyUsers=false" in (call.request.url or "")


def test_nothing_that_writes_leaves_a_run_that_only_reads(site: responses.RequestsMock) -> None:
    with pytest.raises(ReadOnlyError):
        connector(confirm=None).publish(publication(), None)
    assert [call.request.method for call in site.calls] in ([], ["GET"])


@pytest.mark.parametrize(
    ("status", "headers", "error", "sentence"),
    [
        (401, {}, CredentialsError, "Jira does not accept the token"),
        (
            403,
            {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"},
            CredentialsError,
            "Jira wants a CAPTCHA solved",
        ),
        (503, {}, TemporaryError, "Jira has a problem of its own (503)"),
    ],
)
def test_a_refusal_is_a_sentence(
    status: int, headers: dict[str, str], error: type[Exception], sentence: str
) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add("GET", f"{SITE}/_edge/tenant_info", json={"cloudId": ""})
        for method in ("GET", "POST"):
            mock.add(method, re.compile(rf"{SITE}/rest/.*"), status=status, headers=headers)
        with pytest.raises(error, match=sentence.replace("(", r"\(").replace(")", r"\)")) as caught:
            connector().fetch([EPIC], ConnectorState())
    assert "s3cr3t" not in str(caught.value)
