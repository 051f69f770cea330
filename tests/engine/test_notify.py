"""Who is told of what, when, and never twice; over a real store, with a reader who keeps what arrives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from connectors.testing.memory import no_fault
from syncer.domain.notification import Event, NotifyTrouble, Subscription
from syncer.domain.sync import RunOutcome
from syncer.domain.work import Health
from syncer.engine import notify as telling
from syncer.engine.report import SyncReport
from syncer.engine.snoozing import snooze
from syncer.engine.sync import Engine, Wish, plan_sync, run_sync
from syncer.errors import CredentialsError, TemporaryError
from syncer.ports import Notifier
from syncer.store.sql_store import SqlStore
from tests.domain import build
from tests.engine.desk import Desk

SLACK, MAIL = "{env: ACME_SLACK_URL}", "{file: ana_mail_url}"
SIGNALS = (Event.SIGNAL_OPENED, Event.SIGNAL_CLOSED)
CONNECTIONS = (Event.CONNECTION_FAILED, Event.CONNECTION_RECOVERED)
DAY = timedelta(days=1)


@dataclass
class Reader:
    """A notifier in memory: keeps title and body; with a fault, nothing arrives."""

    fault: Exception | None = None
    got: list[tuple[str, str]] = field(default_factory=list)

    def send(self, title: str, body: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.got.append((title, body))

    def check(self) -> str:
        return "memory"

    def titles(self) -> list[str]:
        """What arrived since the last look."""
        found, self.got = [title for title, _ in self.got], []
        return found

    def body(self) -> str:
        """The one message that arrived since the last look."""
        ((_, body),) = self.got
        self.got = []
        return body


@dataclass
class Office:
    """A desk whose news goes to readers. Without a check-in the number is stale from 12 October on."""

    desk: Desk
    slack: Reader = field(default_factory=Reader)
    mail: Reader = field(default_factory=Reader)

    def subscribe(self, *entries: Subscription) -> None:
        self.desk.configure(notify=entries)

    def engine(self) -> Engine:
        readers: dict[str, Notifier] = {SLACK: self.slack, MAIL: self.mail}
        return replace(self.desk.engine(), notifiers=readers)

    def sync(self, **wish: Any) -> SyncReport:
        return run_sync(self.engine(), Wish(**wish))

    def troubles(self) -> tuple[NotifyTrouble, ...]:
        with self.desk.store.read() as work:
            return work.notify_troubles(self.desk.workspace.id)


def to(address: str, *on: Event, **fields: Any) -> Subscription:
    return Subscription(to=address, on=frozenset(on), **fields)


@pytest.fixture
def office(desk: Desk) -> Office:
    desk.epic()
    return Office(desk)


def test_an_opened_signal_is_told_once(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS))
    report = office.sync()
    (signal,) = [one for one in report.opened if one.kind == "stale_number"]
    assert report.told == (SLACK,)
    ((title, body),) = office.slack.got
    assert title == f"okr-syncer acme: {len(report.opened)} signal{'s' * (len(report.opened) > 1)} opened"
    assert f"- Increase Day 7 activation from 34% to 52%: stale number. {signal.headline}" in body
    assert f"Ana Ruiz: {signal.question}" in body


def test_where_nothing_changed_nothing_is_sent_and_nothing_stored(office: Office) -> None:
    office.subscribe(to(SLACK, *Event))
    office.sync()
    office.slack.titles()
    before = office.desk.rows()
    office.desk.clock.pass_(minutes=15)
    assert office.sync().told == ()
    assert office.slack.got == []
    assert {**office.desk.rows(), "sync_runs": 0} == {**before, "sync_runs": 0}


def test_a_closed_signal_is_told_once(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS))
    office.sync()
    office.slack.titles()
    office.desk.check_in(45.0)
    office.sync()
    body = office.slack.body()
    assert body.startswith("Closed\n- Increase Day 7 activation from 34% to 52%: stale number.")
    office.sync()
    assert office.slack.got == []


def test_what_stood_before_a_reader_came_is_no_news_but_its_end_is(office: Office) -> None:
    office.sync()
    office.subscribe(to(SLACK, *SIGNALS))
    office.desk.clock.pass_(minutes=15)
    office.sync()
    assert office.slack.got == []
    office.desk.check_in(45.0)
    office.sync()
    assert "stale number" in office.slack.body()


def test_who_comes_again_is_told_nothing_of_what_they_missed(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS, *CONNECTIONS))
    office.desk.tracker.fault = fails(TemporaryError("jira: 503"))
    office.sync()
    assert office.slack.titles()
    office.subscribe()
    office.sync()
    office.desk.clock.pass_(days=1)
    office.desk.tracker.fault = no_fault
    office.desk.check_in(45.0)
    office.sync()
    office.desk.clock.pass_(days=20)
    assert office.sync().opened
    office.desk.clock.pass_(minutes=15)
    office.subscribe(to(SLACK, *SIGNALS, *CONNECTIONS))
    office.sync()
    assert office.slack.got == []
    office.desk.clock.pass_(minutes=15)
    office.desk.check_in(46.0)
    office.sync()
    assert "closed" in office.slack.body().casefold(), "what is new since they are there again"


def test_an_event_that_comes_again_begins_anew(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS))
    office.sync()
    office.slack.titles()
    office.subscribe(to(SLACK, Event.SIGNAL_OPENED))
    office.desk.check_in(45.0)
    office.sync()
    office.desk.clock.pass_(minutes=15)
    office.subscribe(to(SLACK, *SIGNALS))
    office.sync()
    assert office.slack.got == []


def test_the_first_digest_of_who_comes_again_tells_nothing_of_what_they_missed(office: Office) -> None:
    office.subscribe(to(SLACK, Event.DIGEST))
    office.sync()
    at(office, "2026-11-09 09:00")
    office.sync()
    assert "stale number" in office.slack.body()
    office.subscribe()
    at(office, "2026-11-12 09:00")
    office.desk.check_in(45.0)
    office.sync()
    at(office, "2026-11-13 09:00")
    office.subscribe(to(SLACK, Event.DIGEST))
    office.sync()
    at(office, "2026-11-16 09:00")
    office.sync()
    assert "since the last digest" not in office.slack.body()


def test_a_message_that_did_not_arrive_is_told_after_the_next_sync_and_fails_no_sync(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS))
    office.slack.fault = TemporaryError("{env: ACME_SLACK_URL}: the service did not take the message")
    first = office.sync()
    assert first.run is not None
    assert (first.run.outcome, first.is_partial) == (RunOutcome.DONE, False)
    trouble = NotifyTrouble(
        reader=SLACK,
        since=office.desk.clock.now(),
        sentence="{env: ACME_SLACK_URL}: the service did not take the message",
    )
    assert (first.told, first.untold, office.troubles()) == ((), (trouble,), (trouble,))

    office.desk.clock.pass_(minutes=15)
    assert office.sync().untold == (trouble,)
    office.slack.fault = None
    assert office.sync().told == (SLACK,)
    assert "stale number" in office.slack.body()
    assert office.troubles() == ()


def test_a_defect_of_a_notifier_fails_no_sync_and_shows_nothing_of_it(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS), to(MAIL, *SIGNALS))
    office.slack.fault = RuntimeError("https://hooks.slack.com/secret")
    report = office.sync()
    (trouble,) = report.untold
    assert trouble.sentence == f"{SLACK}: a fault while sending (RuntimeError); report it as a defect"
    assert report.told == (MAIL,)


class KilledError(BaseException):
    """The process is gone."""


@dataclass
class DyingReader(Reader):
    """A reader during whose message the process is killed, before or after it arrived."""

    arrives: bool = False

    def send(self, title: str, body: str) -> None:
        if self.arrives:
            super().send(title, body)
        raise KilledError


@pytest.mark.parametrize("arrives", [False, True])
def test_a_process_killed_while_telling_tells_again_and_loses_nothing(office: Office, arrives: bool) -> None:
    office.subscribe(to(SLACK, *SIGNALS))
    whole, office.slack = office.slack, DyingReader(arrives=arrives)
    with pytest.raises(KilledError):
        office.sync()
    office.slack = whole
    office.sync()
    assert "stale number" in office.slack.body()
    office.sync()
    assert office.slack.got == []


def test_what_a_sync_without_telling_found_is_told_by_the_next(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS))
    assert office.sync(pull_only=True).told == ()
    office.sync()
    assert "stale number" in office.slack.body()


def test_a_plan_tells_nobody(office: Office) -> None:
    office.subscribe(to(SLACK, *Event))
    before = office.desk.rows()
    assert plan_sync(office.engine(), Wish()).opened
    assert (office.slack.got, office.desk.rows()) == ([], before)


def test_a_cadence_collects(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS, *CONNECTIONS, every=DAY), to(MAIL, *SIGNALS))
    office.sync()
    assert (len(office.slack.titles()), len(office.mail.titles())) == (1, 1)
    office.desk.clock.pass_(hours=1)
    office.desk.check_in(45.0)
    office.sync()
    office.desk.tracker.fault = fails(TemporaryError("the tracker does not answer"))
    office.desk.clock.pass_(hours=1)
    office.sync()
    assert (office.slack.titles(), len(office.mail.titles())) == ([], 1)
    office.desk.clock.pass_(hours=22)
    office.sync()
    (title,) = office.slack.titles()
    assert title.startswith("okr-syncer acme: 1 connection failed, ")
    assert title.endswith("closed")


def test_what_came_and_went_within_a_cadence_is_no_news(office: Office) -> None:
    office.subscribe(to(SLACK, *CONNECTIONS, *SIGNALS, every=DAY))
    office.sync()
    office.slack.titles()
    office.desk.tracker.fault = fails(TemporaryError("the tracker does not answer"))
    office.sync()
    office.desk.tracker.fault = lambda _: None
    office.desk.clock.pass_(hours=25)
    office.sync()
    assert office.slack.got == []


def fails(error: Exception) -> Any:
    def fault(step: str) -> None:
        if step == "fetch":
            raise error

    return fault


@pytest.mark.parametrize(
    "error", [CredentialsError("jira: the token is refused"), TemporaryError("jira: 503")]
)
def test_a_connection_that_fails_and_works_again_is_told_once_each(office: Office, error: Any) -> None:
    office.subscribe(to(SLACK, *CONNECTIONS))
    office.sync()
    assert office.slack.got == []
    office.desk.tracker.fault = fails(error)
    for _ in range(3):
        office.desk.clock.pass_(minutes=15)
        office.sync()
    ((title, body),) = office.slack.got
    office.slack.titles()
    assert title == "okr-syncer acme: 1 connection failed"
    assert body == (f"Could not be read\n- connection jira: failing since 2 Nov 2026 13:15: {error.sentence}")
    office.desk.tracker.fault = lambda _: None
    for _ in range(3):
        office.desk.clock.pass_(minutes=15)
        office.sync()
    assert office.slack.got == [
        ("okr-syncer acme: 1 connection recovered", "Works again\n- connection jira: read again")
    ]


def test_who_hears_of_recoveries_alone_hears_of_them(office: Office) -> None:
    office.subscribe(to(SLACK, Event.CONNECTION_RECOVERED))
    office.desk.tracker.fault = fails(TemporaryError("jira: 503"))
    office.sync()
    assert office.slack.got == []
    office.desk.tracker.fault = lambda _: None
    office.sync()
    office.sync()
    assert office.slack.titles() == ["okr-syncer acme: 1 connection recovered"]


def test_a_person_gets_what_is_theirs(office: Office) -> None:
    ana_s = build.key_result(build.initiative(linked=False))
    ben_s = build.key_result(build.initiative("b", linked=False), id="b", title="Ben's number", owner="ben")
    office.desk.workspace = build.workspace(ana_s, ben_s)
    office.subscribe(to(SLACK, *SIGNALS, person="ana"), to(SLACK, *SIGNALS, person="ben"), to(MAIL, *SIGNALS))
    assert office.sync().told == (f"{SLACK} for ana", f"{SLACK} for ben", MAIL)
    (_, ana), (_, ben) = office.slack.got
    stale = "from 34% to 52%: stale number", "Ben's number: stale number"
    assert (stale[0] in ana, stale[1] in ana) == (True, False)
    assert (stale[0] in ben, stale[1] in ben) == (False, True)
    mail = office.mail.body()
    assert all(line in mail for line in stale)


def test_a_bet_nobody_owns_in_the_file_is_of_who_has_it_in_the_tracker(office: Office) -> None:
    office.desk.workspace = build.workspace(build.key_result(build.initiative(owner=None)))
    office.desk.tracker.change("10042", owner="account-ben", due=build.day("2026-10-20"))
    office.subscribe(to(SLACK, *SIGNALS, person="ben"), to(MAIL, *SIGNALS, person="ana"))
    office.sync()
    assert "overdue bet" in office.slack.body()
    assert "overdue bet" not in office.mail.body()


SECRETS = ("activation", "52", "34", "Bet new-flow", "new-flow", "ONB-12")


def test_nothing_of_a_confidential_key_result_is_told(office: Office) -> None:
    office.desk.workspace = build.workspace(build.key_result(confidential=True))
    office.subscribe(to(SLACK, *Event))
    office.sync()
    office.desk.check_in(45.0)
    office.desk.tracker.fault = fails(TemporaryError("jira: ONB-12 is not there"))
    office.desk.clock.pass_(days=8)
    office.sync()
    assert office.slack.got
    told = "\n".join(f"{title}\n{body}" for title, body in office.slack.got)
    assert "why is shown by syncer status alone" in told
    assert [word for word in SECRETS if word in told] == []


def test_what_became_confidential_since_it_opened_is_not_told_either(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS))
    office.slack.fault = TemporaryError("not now")
    office.sync()
    hidden = build.workspace(build.key_result(confidential=True))
    office.desk.workspace = replace(hidden, notify=office.desk.workspace.notify)
    office.slack.fault = None
    office.sync()
    assert office.slack.got == []


def test_a_snoozed_signal_is_told_when_its_snooze_is_over(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS))
    office.slack.fault = TemporaryError("not now")
    opened = office.sync().opened
    for signal in opened:
        snooze(
            office.desk.workspace,
            office.desk.store,
            office.desk.clock,
            signal_id=signal.id,
            until=build.day("2026-11-03"),
            reason="known",
            author="",
        )
    office.slack.fault = None
    office.sync()
    assert office.slack.got == []
    office.desk.clock.pass_(days=2)
    office.sync()
    assert "stale number" in office.slack.body()


def test_a_snooze_ends_with_the_signal_and_a_later_opening_is_told(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS))
    desk = office.desk
    desk.check_in(34, health=Health.ON_TRACK)
    office.sync()
    snooze(
        desk.workspace,
        desk.store,
        desk.clock,
        signal_id="activation/watermelon",
        until=build.day("2026-11-30"),
        reason="typo",
    )
    for value in (45, 34):
        desk.clock.pass_(days=7)
        desk.check_in(value, health=Health.ON_TRACK)
        office.slack.got.clear()
        office.sync()

    assert "watermelon" in office.slack.body()


def at(office: Office, moment: str) -> None:
    """Moves the clock to an hour of Zurich in winter, such as `2026-11-09 08:59`."""
    day, hour = moment.split()
    hours, minutes = map(int, hour.split(":"))
    office.desk.clock.moment = build.noon(day) - timedelta(hours=13 - hours, minutes=-minutes)


def test_the_digest_comes_weekly_and_opens_with_what_could_not_be_read(office: Office) -> None:
    office.subscribe(to(SLACK, Event.DIGEST))
    office.desk.check_in(36.0, on="2026-11-02")
    office.sync()
    at(office, "2026-11-09 08:45")
    office.sync()
    assert office.slack.got == []
    office.desk.tracker.fault = fails(TemporaryError("jira: 503"))
    at(office, "2026-11-09 09:00")
    office.sync()
    ((title, body),) = office.slack.got
    assert title == "okr-syncer acme: weekly digest"
    assert body.startswith(
        "Could not be read\n- connection jira: failing since 9 Nov 2026 09:00: jira: 503\n"
    )
    assert "- Increase Day 7 activation from 34% to 52% (34 % → 52 %): 36 % on 2 Nov 2026, behind" in body
    at(office, "2026-11-09 09:15")
    office.sync()
    at(office, "2026-11-15 12:00")
    office.sync()
    assert len(office.slack.got) == 1


def test_where_everything_was_read_the_digest_says_so_first(office: Office) -> None:
    office.subscribe(to(SLACK, Event.DIGEST))
    office.sync()
    at(office, "2026-11-09 09:00")
    office.desk.check_in(36.0, on="2026-11-08")
    office.sync()
    assert office.slack.body().startswith("Could not be read\n- everything was read\n")


def test_a_week_in_which_nothing_changed_has_no_digest(office: Office) -> None:
    office.subscribe(to(SLACK, Event.DIGEST))
    office.sync()
    told = {}
    for day in ("2026-11-09", "2026-11-16", "2026-11-23"):
        at(office, f"{day} 09:00")
        office.sync()
        told[day] = office.slack.titles()
    assert (told["2026-11-16"], told["2026-11-23"]) == ([], [])
    office.desk.check_in(45.0)
    at(office, "2026-11-30 09:00")
    office.sync()
    assert office.slack.titles() == ["okr-syncer acme: weekly digest"]


def test_a_digest_that_was_missed_is_not_made_up_twice(office: Office) -> None:
    office.subscribe(to(SLACK, Event.DIGEST))
    office.sync()
    office.desk.clock.pass_(days=25)
    office.sync()
    office.sync()
    assert office.slack.titles() == ["okr-syncer acme: weekly digest"]


def test_the_digest_and_the_news_are_one_message(office: Office) -> None:
    office.subscribe(to(SLACK, *Event))
    office.sync()
    office.slack.titles()
    office.desk.check_in(45.0)
    at(office, "2026-11-09 09:00")
    office.sync()
    ((title, body),) = office.slack.got
    assert title.startswith("okr-syncer acme: weekly digest, ")
    assert body.count("stale number") == 1
    assert "Closed since the last digest\n" in body


@pytest.mark.parametrize("person", ["ana", "ben"])
def test_a_persons_digest_has_their_numbers(office: Office, person: str) -> None:
    ana_s = build.key_result(build.initiative(linked=False, owner="ana"))
    ben_s = build.key_result(
        build.initiative("b", linked=False, owner="ben"), id="b", title="Ben's number", owner="ben"
    )
    office.desk.workspace = build.workspace(ana_s, ben_s)
    office.subscribe(to(SLACK, Event.DIGEST, person=person))
    office.sync()
    at(office, "2026-11-09 09:00")
    office.sync()
    body = office.slack.body()
    assert ("from 34% to 52%" in body, "Ben's number" in body) == (person == "ana", person == "ben")


def test_who_owns_the_number_reads_of_impact_and_who_owns_the_bet_of_delivery(office: Office) -> None:
    """The number is Ana's, the bet on it is Ben's."""
    office.desk.check_in(36.0, on="2026-11-02")
    office.subscribe(to(SLACK, Event.DIGEST, person="ana"), to(MAIL, Event.DIGEST, person="ben"))
    office.sync()
    at(office, "2026-11-09 09:00")
    office.sync()
    impact, delivery = office.slack.body(), office.mail.body()
    assert "Your numbers\n- Increase Day 7 activation from 34% to 52% (34 % → 52 %): 36 % on 2 N" in impact
    assert "Your bets" not in impact
    assert "Your bets\n- Bet new-flow: in progress 3/10" in delivery
    assert "; Increase Day 7 activation from 34% to 52%: " in delivery
    assert "Your numbers" not in delivery


def test_what_a_digest_counts_as_news_is_in_its_text(office: Office) -> None:
    """A signal that opened and was told after the last digest, and closes with the next one."""
    office.subscribe(to(SLACK, *Event))
    office.desk.check_in(36.0, on="2026-11-02")
    office.sync()
    at(office, "2026-11-09 09:00")
    office.sync()
    at(office, "2026-11-13 12:00")
    office.sync()
    assert "stale number" in office.slack.got[-1][1]
    office.slack.titles()
    at(office, "2026-11-16 09:00")
    office.desk.check_in(45.0)
    office.sync()
    ((title, body),) = office.slack.got
    assert "closed" in title
    assert "stale number" in body.partition("Closed since the last digest\n")[2]


def test_a_number_beyond_those_shown_is_a_change_all_the_same(office: Office) -> None:
    many = [
        build.key_result(build.initiative(f"i{n}", linked=False), id=f"n{n}", title=f"Number {n}")
        for n in range(45)
    ]
    last = build.key_result(build.initiative("i", linked=False))
    office.desk.workspace = build.workspace(*many, last)
    office.subscribe(to(SLACK, Event.DIGEST))
    office.desk.check_in(44.0, on="2026-11-02")
    office.sync()
    at(office, "2026-11-09 09:00")
    office.desk.check_in(44.5)
    office.sync()
    assert "- and 6 more: syncer report weekly" in office.slack.body()
    at(office, "2026-11-16 09:00")
    office.desk.check_in(44.7)
    office.sync()
    assert office.slack.titles() == ["okr-syncer acme: weekly digest"]


def test_two_entries_of_one_address_share_what_it_knows(office: Office) -> None:
    """The entry on recoveries alone takes nothing away from the one on failures."""
    office.subscribe(to(SLACK, Event.CONNECTION_FAILED), to(SLACK, Event.CONNECTION_RECOVERED))
    office.sync()
    office.desk.tracker.fault = fails(TemporaryError("jira: 503"))
    office.slack.fault = TemporaryError("not now")
    office.sync()
    office.slack.fault = None
    office.sync()
    assert office.slack.titles() == ["okr-syncer acme: 1 connection failed"]
    office.desk.tracker.fault = no_fault
    office.sync()
    assert office.slack.titles() == ["okr-syncer acme: 1 connection recovered"]


def test_a_failure_before_the_reader_was_there_is_no_news_but_its_end_is(office: Office) -> None:
    office.sync()
    office.desk.tracker.fault = fails(TemporaryError("jira: 503"))
    office.sync()
    office.desk.clock.pass_(days=3)
    office.subscribe(to(SLACK, *CONNECTIONS))
    office.sync()
    assert office.slack.titles() == []
    office.desk.tracker.fault = no_fault
    office.sync()
    assert office.slack.titles() == ["okr-syncer acme: 1 connection recovered"]


def test_who_has_nothing_to_hear_any_more_is_no_trouble(office: Office) -> None:
    office.subscribe(to(SLACK, Event.SIGNAL_OPENED))
    office.slack.fault = TemporaryError("not now")
    office.sync()
    assert len(office.troubles()) == 1
    office.desk.check_in(45.0)
    office.sync()
    assert office.troubles() == ()


def test_whatever_goes_wrong_with_telling_fails_no_sync(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.subscribe(to(SLACK, *SIGNALS))

    def faulty(*_: object) -> None:
        raise KeyError(SLACK)

    monkeypatch.setattr(telling, "plan_notifications", faulty)
    report = office.sync()
    assert report.run is not None
    assert report.run.outcome is RunOutcome.DONE
    (trouble,) = report.untold
    assert trouble.sentence == "notifications: a fault while telling (KeyError); report it as a defect"


@dataclass
class LastReader(Reader):
    """While its message is taken, the workspace goes to another run."""

    store: SqlStore | None = None

    def send(self, title: str, body: str) -> None:
        super().send(title, body)
        assert self.store is not None
        with self.store.write() as work:
            work._connection.execute(text("UPDATE leases SET token = token + 1"))


def test_who_was_told_before_telling_broke_off_is_in_the_report(office: Office) -> None:
    office.subscribe(to(SLACK, *SIGNALS), to(MAIL, *SIGNALS))
    office.slack = LastReader(store=office.desk.store)
    report = office.sync()
    assert (len(office.slack.got), len(office.mail.got)) == (1, 0)
    assert report.told == (SLACK,)
    (trouble,) = report.untold
    assert trouble.reader == "notifications"


def test_the_end_of_an_outage_long_over_is_no_news_to_who_asks_for_it_later(office: Office) -> None:
    office.subscribe(to(SLACK, Event.CONNECTION_FAILED))
    office.sync()
    office.desk.tracker.fault = fails(TemporaryError("jira: 503"))
    office.sync()
    office.desk.tracker.fault = no_fault
    office.sync()
    assert office.slack.titles() == ["okr-syncer acme: 1 connection failed"]
    office.desk.clock.pass_(days=30)
    office.subscribe(to(SLACK, *CONNECTIONS))
    office.sync()
    assert office.slack.titles() == []


def test_who_owes_a_check_in_is_reminded_weekly_and_who_has_checked_in_is_not(office: Office) -> None:
    office.subscribe(to(SLACK, Event.CHECK_IN_DUE, person="ana"), to(MAIL, Event.CHECK_IN_DUE, person="ben"))
    office.desk.check_in(36.0, on="2026-11-02")
    office.sync()
    at(office, "2026-11-09 08:45")
    office.sync()
    assert office.slack.got == []
    at(office, "2026-11-09 09:00")
    office.sync()
    ((title, body),) = office.slack.got
    assert title == "okr-syncer acme: 1 check-in due"
    assert body == (
        "Check-ins due\n- Increase Day 7 activation from 34% to 52%: last said on 2 Nov 2026. "
        "syncer check-in activation VALUE"
    )
    assert office.mail.got == [], "the number is Ana's"
    office.slack.titles()
    at(office, "2026-11-09 10:00")
    office.sync()
    at(office, "2026-11-16 08:00")
    office.desk.check_in(37.0, on="2026-11-15")
    at(office, "2026-11-16 09:00")
    office.sync()
    assert office.slack.got == []
    at(office, "2026-11-23 09:00")
    office.sync()
    assert office.slack.titles() == ["okr-syncer acme: 1 check-in due"]


def test_a_reminder_for_all_names_who_is_meant_and_nothing_confidential(office: Office) -> None:
    office.desk.workspace = build.workspace(
        build.key_result(), build.key_result(id="rival", title="Buy the rival", confidential=True)
    )
    office.subscribe(to(SLACK, Event.CHECK_IN_DUE))
    office.sync()
    at(office, "2026-11-09 09:00")
    office.sync()
    body = office.slack.body()
    assert "nobody has said a value yet, overdue. syncer check-in activation VALUE (Ana Ruiz)" in body
    assert "rival" not in body
