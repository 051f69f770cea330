"""How Asana is talked to: which requests may leave, and what its failed answers mean."""

from __future__ import annotations

import json
from typing import Final

import requests

from connectors.answers import common_reading, document, messages_of
from connectors.asana.limits import limits
from connectors.asana.settings import AsanaSettings
from connectors.transport import Effect, Rule, Wire
from syncer.errors import CredentialsError, SkippableError, SyncerError, TemporaryError
from syncer.ports import Confirm

RULES: Final = (
    Rule("GET", r"/users/me", Effect.READ),
    Rule("GET", r"/projects/\d+", Effect.READ),
    Rule("GET", r"/projects/\d+/tasks", Effect.READ),
    Rule("GET", r"/projects/\d+/project_memberships", Effect.READ),
    Rule("GET", r"/workspaces/\d+/projects", Effect.READ),
    Rule("GET", r"/workspaces/\d+/tasks/search", Effect.READ),
    Rule("GET", r"/workspaces/\d+/events", Effect.READ),
    Rule("GET", r"/events", Effect.READ),
    Rule("GET", r"/portfolios", Effect.READ),
    Rule("GET", r"/portfolios/\d+", Effect.READ),
    Rule("GET", r"/portfolios/\d+/items", Effect.READ),
    Rule("GET", r"/status_updates", Effect.READ),
    Rule("GET", r"/tasks/\d+", Effect.READ),
    Rule("GET", r"/tasks/\d+/subtasks", Effect.READ),
    Rule("GET", r"/tasks/\d+/stories", Effect.READ),
    Rule("GET", r"/stories/\d+", Effect.READ),
    Rule("GET", r"/goals/\d+", Effect.READ),
    Rule("POST", r"/tasks", Effect.CREATE),
    Rule("POST", r"/tasks/\d+/stories", Effect.CREATE),
    Rule("PUT", r"/stories/\d+", Effect.REPLACE),
    Rule("DELETE", r"/stories/\d+", Effect.REMOVE),
    Rule("DELETE", r"/tasks/\d+", Effect.REMOVE),
)


class StaleSyncError(SkippableError):
    """Asana does not know the sync token (any more), or none was sent; `sync` is one to go on with."""

    def __init__(self, sync: str) -> None:
        super().__init__("Asana does not know this place in its events any more (412)")
        self.sync = sync


def explain(response: requests.Response) -> SyncerError | None:
    """Asana's own reading of a failed answer; None where the common one says it all."""
    said = "; ".join(messages_of(response))
    if response.status_code == 401:
        return CredentialsError(
            f"Asana does not accept the token (401): {said or 'no reason given'}",
            hint="The token was revoked, or the workspace disabled this app or such tokens: Asana answers "
            "the same to both. Make a new token or have the app allowed, then run check.",
        )
    if response.status_code == 402:
        return SkippableError(
            f"The Asana plan of this workspace does not include this (402): {said or 'no reason given'}",
            hint="Link something the plan includes, or upgrade the plan.",
        )
    if response.status_code == 412 and (sync := _fresh_sync(response)):
        return StaleSyncError(sync)
    common, phrase = common_reading("Asana", response), _phrase(response)
    if phrase and isinstance(common, TemporaryError):
        sentence = f"{common.sentence}; the phrase for Asana's support is: {phrase}"
        return TemporaryError(sentence, retry_after=common.retry_after)
    return common


def _fresh_sync(response: requests.Response) -> str:
    try:
        sync = json.loads(response.content)["sync"]
    except (ValueError, KeyError, TypeError):
        return ""
    return sync if isinstance(sync, str) else ""


def _phrase(response: requests.Response) -> str:
    try:
        errors = json.loads(response.content)["errors"]
        phrase = errors[0]["phrase"]
    except (ValueError, KeyError, TypeError, IndexError):
        return ""
    return phrase[:200] if isinstance(phrase, str) else ""


def _admit(response: requests.Response) -> SyncerError | None:
    try:
        document(response)
    except TemporaryError as error:
        return error
    return None


def wire(settings: AsanaSettings, token: str, *, confirm: Confirm | None) -> Wire:
    """The way one connection talks; the token is kept out of every sentence."""
    return Wire(
        vendor="Asana",
        base_url=settings.base_url,
        rules=RULES,
        confirm=confirm,
        explain=explain,
        admit=_admit,
        secrets=(token,),
        limits=limits(settings.plan),
        ca_bundle=settings.ca_bundle,
        proxy=settings.proxy,
        client_cert=settings.client_cert,
    )
