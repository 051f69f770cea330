"""Signing in, settings, and everything that stops a connection, each with its sentence."""

from __future__ import annotations

import logging
import socket
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.jira.connector import plugin
from connectors.jira.settings import JiraSettings
from connectors.sandbox.jira_site import Deployment
from connectors.sandbox.server import Response, Wire
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Snapshot
from syncer.errors import CredentialsError, FatalError, SyncerError, TemporaryError
from syncer.ports import Connector
from tests.connectors.jira.desk import Desk, desk, on, ref

BOTH = pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
TOKEN = {"env": "JIRA_TOKEN"}


def check(d: Desk, **options: Any) -> SyncerError:
    with pytest.raises(SyncerError) as caught:
        d.connect(**options).check()
    return caught.value


@BOTH
@pytest.mark.parametrize("said", [True, False])
def test_check_says_who_we_are(deployment: Deployment, said: bool) -> None:
    with desk(deployment) as d:
        connector = d.connect(deployment=deployment if said else "auto")
        who = connector.check()
        kind = {"cloud": "Jira Cloud", "datacenter": "Jira Data Center"}[deployment]
        assert (who.account, who.server, who.url) == ("OKR Bot", kind, d.server.url)
        assert (who.zone, who.clock_skew) == ("Europe/Berlin", 0)
        connector.check()
        assert len(d.paths()) == (1 if said else 2)


def test_asking_for_the_kind_of_site_shows_no_token() -> None:
    with desk() as d:
        d.connect().check()
        asked, signed = d.server.requests
        assert asked.path == "/rest/api/2/serverInfo"
        assert "authorization" not in asked.headers
        assert signed.headers["authorization"].startswith("Basic ")


def test_data_center_gets_a_bearer_token() -> None:
    with desk("datacenter") as d:
        d.connect().check()
        assert d.server.requests[-1].headers["authorization"] == "Bearer sandbox-token"


def test_the_gateway_is_spoken_to_below_its_path_and_links_go_to_the_site() -> None:
    with desk() as d:
        d.site.scoped_token = True
        d.site.base_url = "https://acme.example"
        gateway = f"{d.server.url}/ex/jira/{d.site.cloud_id}"
        seen = d.one("ONB-1", url=gateway)
        assert seen.url == "https://acme.example/browse/ONB-1"
        assert all(request.path.startswith("/ex/jira/") for request in d.server.requests)
        d.server.requests.clear()


CLOSED = [
    ("token_revoked", CredentialsError, "Jira does not accept the token"),
    ("anonymous", CredentialsError, "Jira does not accept the token"),
    ("captcha", CredentialsError, "Jira wants a CAPTCHA solved before it looks at the token"),
]


@BOTH
@pytest.mark.parametrize(("switch", "kind", "sentence"), CLOSED)
def test_a_closed_door_is_said_and_knocked_at_once(
    deployment: Deployment, switch: str, kind: type[SyncerError], sentence: str
) -> None:
    with desk(deployment) as d:
        setattr(d.site, switch, True)
        error = check(d, deployment=deployment)
        assert isinstance(error, kind)
        assert str(error) == sentence
        assert error.hint
        assert (len(d.server.requests), d.slept) == (1, [])


@pytest.mark.parametrize("reason", ["AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED"])
def test_a_success_that_names_a_failed_login_is_none(reason: str) -> None:
    answer = Response.of(200, {"issues": [], "isLast": True}, X_Seraph_LoginReason=reason)
    with desk(fault=on("POST", "search/jql", answer)) as d, pytest.raises(CredentialsError):
        d.read("ONB-1")


def test_a_removed_api_is_said() -> None:
    body = {"errorMessages": ["The requested API has been removed."]}
    sentence = r"Jira has removed this part of its API \(410\): The requested API has been removed\."
    with (
        desk(fault=on("POST", "search/jql", Response.of(410, body))) as d,
        pytest.raises(FatalError, match=sentence) as caught,
    ):
        d.read("ONB-1")
    assert caught.value.hint == "Upgrade okr-syncer."


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Response(200, b"<html>"), "answered with a web page instead of data"),
        (Response(200, b'{"displayName": '), "sent an answer that is cut off or is no JSON"),
        (Response(200, b""), "sent an empty answer"),
        (Response.of(200, []), "answered with a list where an object was expected"),
    ],
)
def test_an_answer_that_is_none_is_said(answer: Response, sentence: str) -> None:
    with desk(fault=on("GET", "myself", answer)) as d:
        error = check(d)
        assert isinstance(error, TemporaryError)
        assert sentence in str(error)


def test_an_address_without_jira_is_said() -> None:
    with desk(fault=on("GET", "myself", Response.of(404, {}))) as d:
        error = check(d)
        assert isinstance(error, FatalError)
        assert str(error) == "There is no Jira at this address (404)"
        assert error.hint == "Check url, its path included, and deployment."


def test_a_site_that_does_not_say_what_it_is_is_said() -> None:
    with desk(fault=on("GET", "serverInfo", Response.of(200, {}))) as d:
        assert str(check(d)).endswith("does not say which Jira it is")


def test_a_cloud_site_without_email_is_said() -> None:
    with desk() as d:
        assert str(check(d, email=None)) == "Jira Cloud needs the email of the account the token belongs to"


def test_a_redirect_is_not_followed() -> None:
    moved = Response(301, b"", {"Location": "https://elsewhere.example/rest"})
    with desk(fault=on("GET", "myself", moved)) as d:
        assert str(check(d)) == "Jira redirects to elsewhere.example instead of answering"


@pytest.mark.parametrize("told", ["0", "7", "-1", "soon"])
def test_a_busy_site_is_asked_again_when_it_says(told: str) -> None:
    busy = Response.of(429, {}, Retry_After=told, RateLimit_Reason="jira-burst-based")
    with desk(fault=on("POST", "bulkfetch", busy)) as d:
        assert isinstance(d.read("ONB-1")[0], Snapshot)
        assert d.slept[0] >= (7 if told == "7" else 0.5)


def test_an_exhausted_quota_ends_the_fetch_at_once() -> None:
    busy = Response.of(429, {}, Retry_After="1847", RateLimit_Reason="jira-quota-tenant-based")
    with desk(fault=on("POST", "bulkfetch", busy)) as d:
        with pytest.raises(TemporaryError, match="Jira asks us to slow down") as caught:
            d.read("ONB-1")
        assert (caught.value.retry_after, d.slept) == (1847, [])


@pytest.mark.parametrize("wreck", [Wire.REFUSE, Wire.LOSE_ANSWER, Response.of(503, {})])
def test_a_read_survives_a_hiccup(wreck: Any) -> None:
    with desk(fault=on("POST", "search/jql", wreck)) as d:
        assert isinstance(d.read("ONB-1")[0], Snapshot)


def test_a_site_that_is_down_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with desk() as d:
        error = check(d, url=f"http://127.0.0.1:{port}", deployment="cloud")
    assert str(error) == f"Jira cannot be reached at 127.0.0.1:{port}"
    assert error.hint == "Check url, proxy and the network."


def test_the_library_says_nothing_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), desk(fault=on("GET", "myself", Response.of(500, {}))) as d:
        d.connect().check()
    assert "sandbox-token" not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("jira")]


def test_the_connector_is_what_the_engine_expects() -> None:
    with desk() as d:
        connector: Connector = d.connect()
        assert connector.fetch([ref("ONB-1")], ConnectorState()).outcomes
        connector.close()
    assert (plugin.kind, plugin.settings) == ("jira", JiraSettings)


WRONG = [
    ({"deployment": "cloud"}, "Jira Cloud needs the email"),
    ({"deployment": "datacenter", "email": "a@b.example"}, "takes the token alone; remove email"),
    ({"token": "abc"}, "a secret is never written in this file"),
    ({"url": "http://jira.example"}, "sends the token in clear text"),
    ({"proxy": "proxy:3128"}, "not the address of a proxy"),
    ({"proxy": "http://u:p@proxy:3128"}, "a password does not belong in this file"),
    ({"comment_visibility": {}}, "name one of group and role"),
    ({"comment_visibility": {"group": "a", "role": "b"}}, "name one of group and role"),
    ({"colour": "red"}, "Extra inputs are not permitted"),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG)
def test_wrong_settings_are_said(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        JiraSettings.parse({"kind": "jira", "url": "https://acme.example", "token": TOKEN, **change})


def test_settings_of_the_sheet_are_taken() -> None:
    made = JiraSettings.parse(
        {
            "kind": "jira",
            "url": "https://acme.example/",
            "email": "a@b.example",
            "token": TOKEN,
            "ca_bundle": "/etc/ssl/acme.pem",
            "proxy": "http://proxy.example:3128",
            "client_cert": "/etc/ssl/me.pem",
            "points_field": {"ONB": "customfield_10016"},
            "comment_visibility": {"group": "staff"},
        }
    )
    assert (made.url, made.deployment) == ("https://acme.example", "auto")
    assert made.link_kinds - made.not_used_yet == {"epic", "project", "version", "jql"}
