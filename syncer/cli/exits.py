"""Exit codes. Where several hold, the first of 5, 7, 6, 4, 3, 1 is given."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from syncer.engine.report import ConnectionOutcome, SyncReport
from syncer.errors import BusyError, CredentialsError, SyncerError, UnsafePullError


class Exit(IntEnum):
    """What the process says to its caller."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    CREDENTIALS = 4
    CONFIG = 5
    BRAKE = 6
    BUSY = 7
    SOMETHING_TO_SEE = 10
    INTERRUPTED = 130


_ORDER = (Exit.CONFIG, Exit.BUSY, Exit.BRAKE, Exit.CREDENTIALS, Exit.PARTIAL, Exit.FAILED)


def first(codes: Iterable[Exit]) -> Exit:
    """The one code for several that hold."""
    found = set(codes)
    return next((code for code in _ORDER if code in found), Exit.DONE)


def of_error(error: SyncerError) -> Exit:
    """The code for an error that ended a command."""
    match error:
        case BusyError():
            return Exit.BUSY
        case UnsafePullError():
            return Exit.BRAKE
        case CredentialsError():
            return Exit.CREDENTIALS
        case _:
            return Exit.CONFIG if error.code == "config" else Exit.FAILED


def of_report(report: SyncReport) -> Exit:
    """The code for a sync or plan that ran to its end."""
    codes = {_OF_CONNECTION[one.outcome] for one in report.connections}
    failed = bool(report.connections) and all(
        one.outcome is not ConnectionOutcome.READ for one in report.connections
    )
    if failed and codes == {Exit.PARTIAL}:
        return Exit.FAILED
    return first({*codes, Exit.PARTIAL} if report.is_partial else codes)


_OF_CONNECTION = {
    ConnectionOutcome.READ: Exit.DONE,
    ConnectionOutcome.DEFERRED: Exit.PARTIAL,
    ConnectionOutcome.FAILED: Exit.PARTIAL,
    ConnectionOutcome.CREDENTIALS: Exit.CREDENTIALS,
    ConnectionOutcome.BRAKED: Exit.BRAKE,
}
