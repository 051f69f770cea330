"""The workspace file: one tenant's connections, people, OKRs and the rules of judging them.

Values of key results are never here; they are check-ins in the store. Cross references between parts of the
file (owners, connections, unique ids, checkpoints) are checked by `config.load`.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Final, Literal

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    SerializeAsAny,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from config.fields import (
    ConnectionSettings,
    Daily,
    DailyAt,
    Duration,
    Every,
    Frozen,
    Identifier,
    Number,
    SecretRef,
    Switch,
    Weekly,
    WeeklyAt,
)
from config.value_from import ValueFrom
from config.values import (
    ConnectionName,
    Day,
    Event,
    ItemId,
    MailAddress,
    StatusWord,
    Text,
    TimeZone,
    WorkspaceId,
)

LINK_KINDS: Final = ("epic", "project", "version", "jql", "portfolio", "task")
REFUSED_LINKS: Final = {
    "sprint": "a sprint is a box of time, not a bet: it ends whether the work is done or not; link the epic",
    "subtask": "a sub-task is too small to move a number; link the epic it belongs to",
    "story": "a story is a ticket, and no ticket moves a number; link the epic it belongs to",
}
_SPELLINGS: Final = {
    "sprints": "sprint",
    "sub_task": "subtask",
    "sub-task": "subtask",
    "sub_tasks": "subtask",
    "sub-tasks": "subtask",
    "subtasks": "subtask",
}


class Schedule(Frozen):
    """When the workspace is synced; local times are those of its `timezone`."""

    sync: Every = timedelta(minutes=15)
    reconcile: Daily = DailyAt.at("03:00")
    check_in: Weekly = WeeklyAt.at("mon", "09:00")
    stale_after: Duration = timedelta(hours=2)


class Person(Frozen):
    """One person; every further key is an account: connection name or kind → the tracker's account id."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Identifier]

    name: Text
    email: MailAddress | None = None

    @property
    def accounts(self) -> Mapping[str, str]:
        """Account ids by connection name or connection kind."""
        return dict(self.__pydantic_extra__)


class Publish(Frozen):
    """How rollups are written back. `enabled: false` makes the workspace read only.

    `when_retired`: the comment on an item that is no longer linked, or silent, says so once, or is removed.
    Taking away what became confidential goes beyond `max_writes_per_sync`, and waits for no `min_interval`.
    """

    enabled: bool = True
    min_interval: Duration = timedelta(hours=6)
    max_writes_per_sync: Annotated[int, Field(ge=1)] = 50
    when_retired: Literal["say_so", "remove"] = "say_so"


class Signals(Frozen):
    """Thresholds of the judgement; gaps are shares of the way from start to target (0.10 = ten points)."""

    window: Duration = timedelta(days=21)
    settle: Duration = timedelta(days=14)
    idle_after: Duration = timedelta(days=21)
    focus_limit: Annotated[int, Field(ge=1)] = 5
    check_in_grace: Duration = timedelta(days=3)
    on_track_gap: Annotated[Number, Field(ge=0, le=1)] = 0.10
    behind_gap: Annotated[Number, Field(ge=0, le=1)] = 0.25
    work_gap: Annotated[Number, Field(gt=0, le=1)] = 0.25
    scope_growth: Annotated[Number, Field(gt=0)] = 0.10

    @field_validator("behind_gap")
    @classmethod
    def _wider_than_on_track(cls, value: float, info: ValidationInfo) -> float:
        if value < info.data.get("on_track_gap", 0):
            raise ValueError("must not be smaller than on_track_gap")
        return value


class Bet(Frozen):
    """What an initiative is expected to do: move the number by `move` (in its unit), and why."""

    move: Number | None = None
    why: str = ""


class Link(Frozen):
    """Where the work stands: a connection and exactly one of epic, project, version, jql, portfolio, task."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["connection", kind]} for kind in LINK_KINDS]}
    )

    connection: Text
    epic: Identifier | None = None
    project: Identifier | None = None
    version: Identifier | None = None
    jql: Text | None = None
    portfolio: Identifier | None = None
    task: Identifier | None = None
    allow_issue: bool = False
    publish: Switch = "on"
    done_when: Text | None = None
    comment_on: Identifier | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_kind(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        for key in value:
            reason = REFUSED_LINKS.get(_SPELLINGS.get(str(key), str(key)))
            if reason:
                raise ValueError(f"{key} cannot be linked: {reason}")
        kinds = [kind for kind in LINK_KINDS if value.get(kind) is not None]
        if not kinds:
            raise ValueError(f"names nothing to link; add one of {', '.join(LINK_KINDS)}")
        if len(kinds) > 1:
            raise ValueError(
                f"links one item, not {len(kinds)} ({', '.join(kinds)}); make one initiative of each"
            )
        return value

    @property
    def kind(self) -> str:
        """The one link kind that is set, one of LINK_KINDS."""
        return next(kind for kind in LINK_KINDS if getattr(self, kind) is not None)

    @property
    def key(self) -> str:
        """The tracker's key, id or query under that kind."""
        return str(getattr(self, self.kind))


class Initiative(Frozen):
    """A bet on the key result. Without a link its status is kept by hand."""

    id: ItemId
    title: Text
    owner: str | None = None
    bet: Bet | None = None
    link: Link | None = None


def _pace_form(value: object) -> str:
    return "points" if isinstance(value, Mapping) else "word"


Pace = Annotated[
    Annotated[Literal["linear", "late"], Tag("word")]
    | Annotated[dict[Day, Number], Field(min_length=1), Tag("points")],
    Discriminator(_pace_form),
]


class KeyResult(Frozen):
    """The number, from `start` to `target` in `unit`; with `keep`, one that is to stay on a side of `target`.

    None means: as in `signals`; for `min_move`, five per cent of the span, or of the value to be kept.
    """

    id: ItemId
    title: Text
    owner: str | None = None
    unit: str = ""
    keep: Literal["at_least", "at_most"] | None = None
    start: Annotated[Number | None, Field(validate_default=True)] = None
    target: Number
    pace: Pace = "linear"
    min_move: Annotated[Number, Field(gt=0)] | None = None
    settle: Duration | None = None
    window: Duration | None = None
    idle_after: Duration | None = None
    check_in_grace: Duration | None = None
    on_track_gap: Annotated[Number, Field(ge=0, le=1)] | None = None
    behind_gap: Annotated[Number, Field(ge=0, le=1)] | None = None
    stale_after: Duration | None = None
    work_gap: Annotated[Number, Field(gt=0, le=1)] | None = None
    scope_growth: Annotated[Number, Field(gt=0)] | None = None
    confidential: bool = False
    value_from: ValueFrom | None = None
    focus_limit: Annotated[int, Field(ge=1)] | None = None
    initiatives: tuple[Initiative, ...] = ()

    @field_validator("start")
    @classmethod
    def _begins_somewhere(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None and info.data.get("keep") is None:
            raise PydanticCustomError("missing", "is required and missing")
        return value

    @field_validator("target")
    @classmethod
    def _some_way_to_go(cls, value: float, info: ValidationInfo) -> float:
        start, keep = info.data.get("start"), info.data.get("keep")
        if keep is None and value == start:
            raise ValueError(
                "is equal to start: there is no way to go, so no progress can be told; "
                "for a number that is to stay there, add keep: at_least or keep: at_most"
            )
        if keep is not None and start not in {None, value}:
            raise ValueError(f"differs from start, and keep: {keep} has no way to go; leave start out")
        return value

    @field_validator("pace")
    @classmethod
    def _only_on_the_way(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("keep") is not None:
            raise ValueError("a number that is to be kept has no pace; leave pace out")
        return value

    @field_validator("behind_gap")
    @classmethod
    def _wider_than_on_track(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and value < (info.data.get("on_track_gap") or 0):
            raise ValueError("must not be smaller than on_track_gap")
        return value

    @model_validator(mode="after")
    def _some_band(self) -> "KeyResult":
        if self.keep is not None and self.target == 0 and self.min_move is None:
            raise ValueError("a number to be kept at 0 needs min_move: what is too little to count?")
        return self


class Objective(Frozen):
    """The why over its key results."""

    id: ItemId
    title: Text
    owner: str | None = None
    key_results: tuple[KeyResult, ...] = ()


class Cycle(Frozen):
    """A quarter, usually; both days belong to it."""

    id: ItemId
    start: Day
    end: Day
    objectives: tuple[Objective, ...] = ()

    @field_validator("end")
    @classmethod
    def _after_start(cls, value: date, info: ValidationInfo) -> date:
        if value < info.data.get("start", value):
            raise ValueError(f"the cycle ends on {value}, before it starts on {info.data['start']}")
        return value


class Notify(Frozen):
    """Where news goes: an Apprise URL, itself a secret, and which events it gets.

    With a `person`, only signals and numbers that are this person's. With `every`, news is collected and told
    at most once in that time; without, after the sync that found it.
    """

    to: SecretRef
    on: Annotated[tuple[Event, ...], Field(min_length=1)]
    person: str | None = None
    every: Every | None = None


class WorkspaceFile(Frozen):
    """One workspace as its owner wrote it; `config.load.load_workspace` also checks its references.

    `connections` holds instances of the connectors' own settings models, chosen by their `kind`.
    """

    version: Literal[1]
    workspace: WorkspaceId
    timezone: TimeZone = "UTC"
    schedule: Schedule = Schedule()
    connections: dict[ConnectionName, SerializeAsAny[ConnectionSettings]] = Field(default_factory=dict)
    people: dict[ItemId, Person] = Field(default_factory=dict)
    status_map: dict[str, dict[str, StatusWord]] = Field(default_factory=dict)
    publish: Publish = Publish()
    signals: Signals = Signals()
    cycles: tuple[Cycle, ...] = ()
    notify: tuple[Notify, ...] = ()
