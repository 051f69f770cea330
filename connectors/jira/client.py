"""The `jira` library's session with our transport under it: endpoints in, decoded JSON out."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from jira import JIRA
from requests import Response

from connectors.answers import document, listing
from connectors.jira.settings import EMAIL_NEEDED, Deployment, JiraSettings
from connectors.transport import Transport
from syncer.errors import CredentialsError, FatalError, TemporaryError

Json = dict[str, Any]

_CALLER: Final = {"cloud": "X-AAccountId", "datacenter": "X-AUSERNAME"}


class JiraClient:
    """One site as one account. Every call may raise any error of syncer.errors.

    URLs are built from the configured address and ids, never from what an answer calls `self`. A
    requests.Session is not documented as thread-safe: each thread has its own, all share one transport.
    """

    def __init__(self, settings: JiraSettings, token: str, transport: Transport) -> None:
        self._settings = settings
        self._token = token
        self._transport = transport
        self._local = threading.local()
        self._deployment: Deployment | None = None
        self._me: Json | None = None
        self._lock = threading.Lock()

    @property
    def deployment(self) -> Deployment:
        """What kind of site it is; with `auto` the site is asked once, without credentials."""
        if self._deployment is None:
            self.believe(self._settings_deployment() or self._asked_deployment())
        return self._deployment or "cloud"

    def believe(self, deployment: Deployment) -> None:
        """Takes the kind of site as known."""
        if deployment == "cloud" and not self._settings.email:
            raise FatalError(EMAIL_NEEDED, hint="Add email to the connection.")
        self._deployment = deployment

    @property
    def is_cloud(self) -> bool:
        """Whether it is Jira Cloud."""
        return self.deployment == "cloud"

    def server_info(self) -> Json:
        """GET /serverInfo; open to everybody, so it proves nothing about the token."""
        session = self._jira(None)._session  # noqa: SLF001 - the documented seam for our transport
        return document(session.get(f"{self._settings.url}/rest/api/2/serverInfo"))

    def myself(self) -> Json:
        """GET /myself, once."""
        with self._lock:
            if self._me is None:
                self._me = document(self._call("GET", "myself"))
            return self._me

    @property
    def account(self) -> str:
        """Our immutable account id: `accountId` on Cloud, the user key on Data Center."""
        return account_of(self.myself())

    def fields(self) -> list[Any]:
        """GET /field: every field with its schema."""
        return listing(self._call("GET", "field"))

    def issue(self, id_or_key: str, fields: Sequence[str]) -> Json:
        """GET /issue/{id}: the direct read, past the search index."""
        return document(self._call("GET", f"issue/{id_or_key}", params={"fields": ",".join(fields)}))

    def bulk_fetch(self, ids_or_keys: Sequence[str], fields: Sequence[str]) -> Json:
        """POST /issue/bulkfetch (Cloud): up to 100; what is not there or not shown is simply missing."""
        return self._seen("issue/bulkfetch", {"issueIdsOrKeys": list(ids_or_keys), "fields": list(fields)})

    def search(self, jql: str, fields: Sequence[str], token: str | None) -> Json:
        """POST /search/jql (Cloud): one page."""
        body = {"jql": jql, "fields": list(fields), "maxResults": 100}
        return self._seen("search/jql", {**body, "nextPageToken": token} if token else body)

    def search_by_offset(self, jql: str, fields: Sequence[str], start: int, size: int) -> Json:
        """POST /search (Data Center): one page; unknown ids and keys are ignored."""
        body = {"jql": jql, "fields": list(fields), "startAt": start, "maxResults": size}
        return self._seen("search", {**body, "validateQuery": False})

    def comments(self, issue_id: str, start: int) -> Json:
        """GET /issue/{id}/comment, newest first: one page."""
        params = {"startAt": start, "maxResults": 100, "orderBy": "-created"}
        return document(self._call("GET", f"issue/{issue_id}/comment", params=params))

    def comment(self, issue_id: str, comment_id: str) -> Json:
        """GET /issue/{id}/comment/{id}."""
        return document(self._call("GET", f"issue/{issue_id}/comment/{comment_id}"))

    def add_comment(self, issue_id: str, body: Json) -> str:
        """POST /issue/{id}/comment: its id. An answer that cannot be read leaves the outcome unknown."""
        response = self._call("POST", f"issue/{issue_id}/comment", body=body)
        try:
            return str(document(response)["id"])
        except (TemporaryError, KeyError):
            raise TemporaryError(
                "Jira took the comment, but its answer cannot be read", outcome_unknown=True
            ) from None

    def edit_comment(self, issue_id: str, comment_id: str, body: Json, *, quietly: bool) -> None:
        """PUT /issue/{id}/comment/{id}; quietly needs the right to administer the project."""
        params = {"notifyUsers": "false"} if quietly else {}
        self._call("PUT", f"issue/{issue_id}/comment/{comment_id}", body=body, params=params)

    def delete_comment(self, issue_id: str, comment_id: str) -> None:
        """DELETE /issue/{id}/comment/{id}."""
        self._call("DELETE", f"issue/{issue_id}/comment/{comment_id}")

    def _seen(self, path: str, body: Json) -> Json:
        response = self._call("POST", path, body=body)
        self._make_sure_it_was_us(response)
        return document(response)

    def _make_sure_it_was_us(self, response: Response) -> None:
        """Jira answers anonymous searches too, with nothing in them: emptiness needs an identity."""
        caller = response.headers.get(_CALLER[self.deployment], "").strip()
        if caller.casefold() == "anonymous":
            raise CredentialsError(
                "Jira answers us as anonymous, so what it leaves out means nothing",
                hint="Check email and token, then run check.",
            )
        if not caller:
            self.myself()

    def _call(
        self, method: str, path: str, *, body: Json | None = None, params: Mapping[str, Any] | None = None
    ) -> Response:
        version = "3" if self.is_cloud else "2"
        url = f"{self._settings.url}/rest/api/{version}/{path}"
        content = None if body is None else json.dumps(body)
        session = self._jira(self.deployment)._session  # noqa: SLF001 - as above
        return session.request(method, url, data=content, params=params)

    def _jira(self, deployment: Deployment | None) -> JIRA:
        made: dict[Deployment | None, JIRA] = self._local.__dict__.setdefault("made", {})
        if deployment not in made:
            made[deployment] = self._connected(deployment)
        return made[deployment]

    def _connected(self, deployment: Deployment | None) -> JIRA:
        basic = (self._settings.email or "", self._token) if deployment == "cloud" else None
        jira = JIRA(
            server=self._settings.url,
            basic_auth=basic,
            token_auth=self._token if deployment == "datacenter" else None,
            get_server_info=False,
            max_retries=0,
            timeout=30,
            logging=False,
        )
        self._transport.mount(jira._session)  # noqa: SLF001 - as above
        return jira

    def _settings_deployment(self) -> Deployment | None:
        return None if self._settings.deployment == "auto" else self._settings.deployment

    def _asked_deployment(self) -> Deployment:
        kind = self.server_info().get("deploymentType")
        if not isinstance(kind, str):
            raise FatalError(
                f"{self._settings.url} does not say which Jira it is",
                hint="Check url, or set deployment to cloud or datacenter.",
            )
        return "cloud" if kind.casefold() == "cloud" else "datacenter"


def account_of(user: object) -> str:
    """The immutable id in a user of an answer, empty when there is none."""
    if not isinstance(user, dict):
        return ""
    return str(user.get("accountId") or user.get("key") or user.get("name") or "")
