"""The `jira` library's session with our transport under it: endpoints in, decoded JSON out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from jira import JIRA
from requests import Response

from connectors.answers import as_unknown_as, document, listing
from connectors.jira.door import Door, Way
from connectors.jira.settings import EMAIL_NEEDED, Deployment, JiraSettings
from syncer.errors import CredentialsError, FatalError, TemporaryError

Json = dict[str, Any]

IDS_AT_ONCE: Final = 5000
"""The most a search page holds, where nothing but ids is asked for; more fields make 100."""

_CALLER: Final = {"cloud": "X-AAccountId", "datacenter": "X-AUSERNAME"}


class JiraClient:
    """One site as one account. Every call may raise any error of syncer.errors.

    URLs are built from the configured address and ids, never from what an answer calls `self`. A
    requests.Session is not documented as thread-safe: each thread has its own, all share one transport.
    """

    def __init__(self, settings: JiraSettings, door: Door, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._door = door
        self._now = now
        self._local = threading.local()
        self._deployment: Deployment | None = None
        self._me: Json | None = None
        self._lock = threading.RLock()
        self._dates: list[datetime] = []
        self._skew: float | None = None

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

    @property
    def skew(self) -> float | None:
        """Seconds the server's clock is ahead of ours, from the last answer; None before one said."""
        return self._skew

    def mark(self) -> int:
        """A point in the conversation, for `date_since`."""
        return len(self._dates)

    def date_since(self, mark: int) -> datetime | None:
        """When the first answer after a mark was given, by the server's clock; None where it did not say."""
        return next(iter(self._dates[mark:]), None)

    def server_info(self) -> Json:
        """GET /serverInfo; open to everybody, so it proves nothing about the token."""
        way = self._door.site
        session = self._jira(way, None)._session  # noqa: SLF001 - the documented seam for our transport
        return document(session.get(f"{way.base}/rest/api/2/serverInfo"))

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

    def statuses(self) -> list[Any]:
        """GET /status: every status in use with its category."""
        return listing(self._call("GET", "status"))

    def issue_types(self) -> list[Any]:
        """GET /issuetype: every type, on Cloud with its hierarchy level."""
        return listing(self._call("GET", "issuetype"))

    def project(self, id_or_key: str) -> Json:
        """GET /project/{id}: archived ones and those in the trash too, where the account may see them."""
        return document(self._call("GET", f"project/{id_or_key}"))

    def projects(self) -> list[Any]:
        """The first 100 projects, on Cloud those with the newest activity."""
        if not self.is_cloud:
            return listing(self._call("GET", "project"))[:100]
        params = {"maxResults": 100, "orderBy": "-lastIssueUpdatedDate", "expand": "lead"}
        return list(document(self._call("GET", "project/search", params=params)).get("values") or [])

    def versions(self, project: str) -> list[Any]:
        """GET /project/{id}/versions: all of them."""
        return listing(self._call("GET", f"project/{project}/versions"))

    def version(self, version_id: str) -> Json:
        """GET /version/{id}."""
        return document(self._call("GET", f"version/{version_id}"))

    def rights(self, names: Sequence[str], **where: str) -> Json:
        """GET /mypermissions; `where` is issueId, issueKey, projectId or projectKey."""
        params = {"permissions": ",".join(names), **where}
        return document(self._call("GET", "mypermissions", params=params))

    def parse(self, queries: Sequence[str]) -> Json:
        """POST /jql/parse (Cloud): what is wrong with queries, without running them."""
        params = {"validation": "strict"}
        return document(self._call("POST", "jql/parse", body={"queries": list(queries)}, params=params))

    def issue(self, id_or_key: str, fields: Sequence[str]) -> Json:
        """GET /issue/{id}: the direct read, past the search index."""
        return document(self._call("GET", f"issue/{id_or_key}", params={"fields": ",".join(fields)}))

    def bulk_fetch(self, ids_or_keys: Sequence[str], fields: Sequence[str]) -> Json:
        """POST /issue/bulkfetch (Cloud): up to 100; what is not there or not shown is simply missing."""
        body = {"issueIdsOrKeys": list(ids_or_keys), "fields": list(fields)}
        return document(self._call("POST", "issue/bulkfetch", body=body))

    def search(self, jql: str, fields: Sequence[str], token: str | None) -> Json:
        """POST /search/jql (Cloud): one page."""
        size = IDS_AT_ONCE if tuple(fields) == ("id",) else 100
        body: Json = {"jql": jql, "fields": list(fields), "maxResults": size}
        sent = {**body, "nextPageToken": token} if token else body
        return document(self._call("POST", "search/jql", body=sent))

    def search_by_offset(
        self, jql: str, fields: Sequence[str], start: int, size: int, *, strict: bool = False
    ) -> Json:
        """POST /search (Data Center): one page; unknown ids and keys are ignored, unless it is `strict`."""
        body = {"jql": jql, "fields": list(fields), "startAt": start, "maxResults": size}
        return document(self._call("POST", "search", body={**body, "validateQuery": strict}))

    def comments(self, issue_id: str, start: int) -> Json:
        """GET /issue/{id}/comment, newest first: one page."""
        params = {"startAt": start, "maxResults": 100, "orderBy": "-created"}
        return document(self._call("GET", f"issue/{issue_id}/comment", params=params))

    def comment(self, issue_id: str, comment_id: str) -> Json:
        """GET /issue/{id}/comment/{id}."""
        return document(self._call("GET", f"issue/{issue_id}/comment/{comment_id}"))

    def listed_comments(self, ids: Sequence[str]) -> Json:
        """POST /comment/list (Cloud): up to 1000 comments; what is not there or not shown is missing."""
        body = {"ids": [int(one) for one in ids]}
        return document(self._call("POST", "comment/list", body=body, params={"expand": "properties"}))

    def comment_property(self, comment_id: str, key: str) -> object:
        """GET /comment/{id}/properties/{key}: its value."""
        return document(self._call("GET", f"comment/{comment_id}/properties/{key}")).get("value")

    def add_comment(self, issue_id: str, body: Json) -> str:
        """POST /issue/{id}/comment: its id. An answer that cannot be read leaves the outcome unknown."""
        return _comment_in(self._call("POST", f"issue/{issue_id}/comment", body=body))

    def edit_comment(self, issue_id: str, comment_id: str, body: Json, *, quietly: bool) -> None:
        """PUT /issue/{id}/comment/{id}; quietly needs the right to administer the project. As above."""
        params = {"notifyUsers": "false"} if quietly else {}
        _comment_in(self._call("PUT", f"issue/{issue_id}/comment/{comment_id}", body=body, params=params))

    def delete_comment(self, issue_id: str, comment_id: str) -> None:
        """DELETE /issue/{id}/comment/{id}. As above."""
        response = self._call("DELETE", f"issue/{issue_id}/comment/{comment_id}")
        if response.status_code != _NO_CONTENT:
            raise _unreadable()

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
        content = None if body is None else json.dumps(body)
        response = self._answer(method, f"/rest/api/{version}/{path}", content, params)
        self._note_the_time(response)
        writes = method in {"PUT", "DELETE"} or (method == "POST" and path.endswith("/comment"))
        if path != "myself" and not writes:
            self._make_sure_it_was_us(response)
        return response

    def _answer(
        self, method: str, path: str, content: str | None, params: Mapping[str, Any] | None
    ) -> Response:
        way = self._door.way
        session = self._jira(way, self.deployment)._session  # noqa: SLF001 - as above
        try:
            return session.request(method, way.base + path, data=content, params=params)
        except CredentialsError as error:
            with as_unknown_as(error):
                self._door.refused(way, error, self.deployment)
                return self._answer(method, path, content, params)

    def _note_the_time(self, response: Response) -> None:
        try:
            moment = parsedate_to_datetime(response.headers["Date"])
        except (KeyError, ValueError, TypeError, IndexError):
            return
        if moment.tzinfo is not None:
            self._dates.append(moment)
            self._skew = (moment - self._now()).total_seconds()

    def _jira(self, way: Way, deployment: Deployment | None) -> JIRA:
        made: dict[tuple[str, Deployment | None], JIRA] = self._local.__dict__.setdefault("made", {})
        if (way.name, deployment) not in made:
            made[way.name, deployment] = self._connected(way, deployment)
        return made[way.name, deployment]

    def _connected(self, way: Way, deployment: Deployment | None) -> JIRA:
        jira = JIRA(
            server=way.base,
            basic_auth=(self._settings.email or "", way.token) if deployment == "cloud" else None,
            token_auth=way.token if deployment == "datacenter" else None,
            get_server_info=False,
            max_retries=0,
            timeout=30,
            logging=False,
        )
        way.transport.mount(jira._session)  # noqa: SLF001 - as above
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


_NO_CONTENT: Final = 204


def _comment_in(response: Response) -> str:
    try:
        return str(document(response)["id"])
    except (TemporaryError, KeyError):
        raise _unreadable() from None


def _unreadable() -> TemporaryError:
    return TemporaryError(
        "Jira's answer to our comment cannot be read, so it is not known what stands there",
        outcome_unknown=True,
    )
