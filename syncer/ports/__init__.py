"""What the engine needs from outside, as protocols: trackers, store, clock, secrets, dispatcher, notifier."""

from syncer.ports.connector import (
    Access,
    Clock,
    Confirm,
    Connector,
    Context,
    Fetched,
    Found,
    Identity,
    NumberReader,
    Past,
    Plugin,
    SecretReference,
    Secrets,
)
from syncer.ports.notify import Notifier, NotifyRows
from syncer.ports.store import CycleRows, Dispatcher, Lease, Store, UnitOfWork

__all__ = [
    "Access",
    "Clock",
    "Confirm",
    "Connector",
    "Context",
    "CycleRows",
    "Dispatcher",
    "Fetched",
    "Found",
    "Identity",
    "Lease",
    "Notifier",
    "NotifyRows",
    "NumberReader",
    "Past",
    "Plugin",
    "SecretReference",
    "Secrets",
    "Store",
    "UnitOfWork",
]
