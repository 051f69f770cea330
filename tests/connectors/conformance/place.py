"""What the four desks share: a clock that moves when told, and a vault with one token."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.testing.desk import WORKSPACE
from syncer.ports import Confirm, Context, SecretReference

TOKEN = "sandbox-token"


@dataclass
class Clock:
    moment: datetime = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, by: timedelta) -> None:
        self.moment += by


class Vault:
    def __init__(self, token: str = TOKEN) -> None:
        self._token = token

    def resolve(self, ref: SecretReference) -> str:
        del ref
        return self._token


def context(connection: str, clock: Clock, *, confirm: Confirm | None, token: str = TOKEN) -> Context:
    return Context(
        workspace=WORKSPACE,
        connection=connection,
        confirm=confirm,
        secrets=Vault(token),
        clock=clock,
    )
