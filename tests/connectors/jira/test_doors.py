"""Tokens that change, tokens with scopes, and what the token may see and do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from connectors.jira.connector import JiraConnector
from connectors.jira.settings import JiraSettings
from connectors.sandbox.jira_site import Deployment
from connectors.sandbox.server import Request, Response, Wire
from connectors.testing.desk import unleased
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Snapshot
from syncer.errors import CredentialsError, ForbiddenError
from syncer.ports import Access, Confirm, Context, SecretReference
from tests.connectors.jira.desk import ANA, Desk, desk, publication, ref

BOTH = pytest.mark.parametrize("deployment", ["cloud", "datacenter"])


@dataclass
class Rotating:
    """A secret file that somebody changes."""

    tokens: list[str]
    asked: list[str] = field(default_factory=list)

    def resolve(self, _: SecretReference) -> str:
        self.asked.append(self.tokens[0] if len(self.tokens) == 1 else self.tokens.pop(0))
        return self.asked[-1]


def connect(d: Desk, secrets: Rotating, confirm: Confirm | None = None, **options: str) -> JiraConnector:
    settings = {"kind": "jira", "url": d.server.url, "token": {"env": "JIRA_TOKEN"}, **d.options, **options}
    context = Context(workspace="acme", connection="jira", confirm=confirm, secrets=secrets, clock=d.clock)
    made = JiraConnector(JiraSettings.parse(settings), context, sleep=d.slept.append)
    d.made.append(made)
    return made


@BOTH
def test_a_secret_that_was_changed_is_read_again_once(deployment: Deployment) -> None:
    with desk(deployment) as d:
        secrets = Rotating(["old", "sandbox-token"])
        connector = connect(d, secrets, deployment=deployment)
        (seen,) = connector.fetch([ref("ONB-1")], ConnectorState()).outcomes
        assert isinstance(seen, Snapshot)
        assert secrets.asked == ["old", "sandbox-token"]
        assert connector.requests == len(d.server.requests)


@BOTH
def test_an_edit_that_was_lost_before_the_secret_was_changed_is_not_forgotten(deployment: Deployment) -> None:
    with desk(deployment) as d:
        item = d.id_of("ONB-1")
        placement = d.connect().publish(publication(item), None).placement
        connector = connect(d, Rotating(["sandbox-token", "new"]), unleased, deployment=deployment)
        refused = [Response.of(401, {}), Response.of(403, {"errorMessages": ["No"]})]
        answers: list[Response | Wire] = [Wire.LOSE_ANSWER, *refused]

        def fault(_: int, request: Request) -> Response | Wire | None:
            if request.method != "PUT":
                return None
            d.site.token = "new" if len(answers) == 2 else d.site.token
            return answers.pop(0)

        d.server.fault = fault
        with pytest.raises(ForbiddenError) as caught:
            connector.publish(publication(item, "Newer"), placement)
        assert answers == []
        assert caught.value.outcome_unknown


@BOTH
def test_one_failed_login_per_token(deployment: Deployment) -> None:
    with desk(deployment) as d:
        for _ in range(3):
            with pytest.raises(CredentialsError):
                connect(d, Rotating(["wrong"]), deployment=deployment).fetch([ref("ONB-1")], ConnectorState())
        assert len(d.server.requests) == 1
        with pytest.raises(CredentialsError):
            connect(d, Rotating(["wrong too"]), deployment=deployment).check()
        assert len(d.server.requests) == 2


def test_a_token_with_scopes_finds_the_gateway_by_itself() -> None:
    with desk() as d:
        d.site.scoped_token = True
        for _ in range(2):
            connector = connect(d, Rotating(["sandbox-token"]), gateway=d.server.url, deployment="cloud")
            (seen,) = connector.fetch([ref("ONB-1")], ConnectorState()).outcomes
            assert isinstance(seen, Snapshot)
            assert seen.url == f"{d.server.url}/browse/ONB-1"
        paths = d.paths()
        gateway = f"/ex/jira/{d.site.cloud_id}/rest/api/3"
        assert paths[:3] == ["GET /rest/api/3/field", "GET /_edge/tenant_info", f"GET {gateway}/field"]
        assert all(gateway in path for path in paths[3:])
        asked = d.server.requests[1]
        assert "authorization" not in asked.headers
        d.server.requests.clear()


def test_a_token_that_nobody_takes_is_refused_twice_and_then_left_alone() -> None:
    with desk() as d:
        d.site.token_revoked = True
        for _ in range(3):
            with pytest.raises(CredentialsError, match="token"):
                connect(d, Rotating(["sandbox-token"]), gateway=d.server.url, deployment="cloud").check()
        assert len(d.server.requests) == 3
        d.server.requests.clear()


@BOTH
def test_what_could_be_linked_is_found(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.set_status("ONB-5", "Done", "Done")
        d.site.edit_project("WEB", lead=ANA)
        found = d.connect().discover()
        assert [(f.kind, f.key, f.name, f.owner_name) for f in found] == [
            ("epic", "ONB-1", "Rebuild the flow", "Ana Ruiz"),
            ("project", "ONB", "Onboarding", None),
            ("project", "WEB", "Website", "Ana Ruiz"),
        ]
        assert found[0].url == f"{d.server.url}/browse/ONB-1"


def test_no_more_than_three_hundred_epics_are_shown() -> None:
    with desk() as d:
        for n in range(310):
            d.site.add_issue("WEB", "Epic", f"Bet {n}")
        assert sum(1 for found in d.connect().discover() if found.kind == "epic") == 300


@BOTH
def test_access_is_told_link_by_link(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.add_version("ONB", "1.2")
        refs = [
            ref("ONB-1"),
            replace(ref("ONB-1"), item_id=d.id_of("ONB-1")),
            ref("ONB-99"),
            ref("ONB", kind="project"),
            ref("NONE", kind="project"),
            ref("ONB:1.2", kind="version"),
            ref("labels = tips", kind="jql"),
            ref("project = GONE", kind="jql"),
        ]
        told = d.connect(confirm=None).access(refs)
        gone = "The value 'GONE' does not exist for the field 'project'."
        assert [(a.can_read, a.can_comment, a.missing) for a in told[:7]] == [
            (True, True, ""),
            (True, True, ""),
            (False, False, "Browse projects"),
            (True, False, ""),
            (False, False, "Browse projects"),
            (True, False, ""),
            (True, False, ""),
        ]
        assert told[7] == Access(refs[7], can_read=False, can_comment=False, missing=told[7].missing)
        assert gone in told[7].missing
        d.site.bot_may_comment = False
        (lacking,) = d.connect().access([ref("ONB-1")])
        assert (lacking.can_comment, lacking.missing) == (False, "Add comments")
