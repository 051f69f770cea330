"""The plot: what happens in which week, on which day of it, and the statuses people keep by hand."""

from __future__ import annotations

from typing import Final

from connectors.sandbox.story_acts import (
    Act,
    archive,
    assign,
    begin,
    cancel,
    complete,
    drop,
    finish,
    finish_stories,
    lock,
    move,
    promise,
    rename,
    rewrite,
    run,
    say,
    unlock,
    widen,
    work_on,
)
from connectors.sandbox.story_cast import (
    ANA,
    BEN,
    BUNDLE,
    CLEO,
    DASHBOARD,
    EMAILS,
    IMAGES,
    INBOX,
    INVITATIONS,
    LANDING,
    NEW_FLOW,
    REFERRALS,
    RENEWALS,
    REPLICA,
    TEMPLATES,
    TOOLTIPS,
    WEBINARS,
)
from connectors.sandbox.story_file import NUMBER, REWRITTEN, TASK

# Activation: the mails ship and bring a point; flow and tooltips ship in week 7 and bring nothing.
_ACTIVATION: Final = (
    (1, 1, begin(NEW_FLOW)),
    (1, 4, work_on(NEW_FLOW, 0.1)),
    (1, 3, run(EMAILS, 0.1)),
    (2, 3, work_on(NEW_FLOW, 0.25)),
    (2, 4, run(EMAILS, 0.3)),
    (3, 1, cancel(NEW_FLOW, 2)),
    (3, 2, rename(NEW_FLOW, "Rebuild the onboarding flow, web and mobile")),
    (3, 4, work_on(NEW_FLOW, 0.4)),
    (3, 4, run(EMAILS, 0.5)),
    (4, 0, widen(NEW_FLOW, 4)),
    (4, 1, begin(TOOLTIPS)),
    (4, 3, work_on(NEW_FLOW, 0.55)),
    (4, 4, work_on(TOOLTIPS, 0.2)),
    (4, 4, say(EMAILS, "on_track", "Last mail in review")),
    (4, 5, run(EMAILS, 0.8)),
    (5, 1, move(TOOLTIPS, "ONB")),
    (5, 2, work_on(TOOLTIPS, 0.45)),
    (5, 3, work_on(NEW_FLOW, 0.8)),
    (5, 4, say(EMAILS, "complete", "All mails are live")),
    (5, 4, complete(EMAILS)),
    (6, 2, work_on(TOOLTIPS, 0.7)),
    (6, 4, work_on(NEW_FLOW, 0.9)),
    (7, 2, finish(NEW_FLOW)),
    (7, 4, finish(TOOLTIPS)),
)

# First response: honest work that pays late; nobody touches the replica until week 5.
_FIRST_RESPONSE: Final = (
    (1, 1, begin(INBOX)),
    (1, 2, begin(REPLICA)),
    (1, 4, work_on(INBOX, 0.1)),
    (1, 4, work_on(REPLICA, 0.05)),
    (3, 2, work_on(INBOX, 0.3)),
    (4, 2, begin(TEMPLATES)),
    (5, 3, work_on(INBOX, 0.5)),
    (5, 3, work_on(REPLICA, 0.2)),
    (6, 3, work_on(TEMPLATES, 0.3)),
    (7, 3, work_on(INBOX, 0.7)),
    (8, 3, work_on(TEMPLATES, 0.6)),
    (8, 4, work_on(REPLICA, 0.4)),
    (9, 3, work_on(INBOX, 0.9)),
    (10, 3, work_on(TEMPLATES, 0.8)),
    (10, 4, work_on(REPLICA, 0.5)),
    (11, 2, finish(INBOX)),
    (12, 3, finish(TEMPLATES)),
)

# Trials: a task is listed as the key result until week 3; the number climbs while the webinars wait, and the
# webinars start in week 6.
_TRIALS: Final = (
    (REWRITTEN, 1, rewrite(CLEO, TASK, NUMBER)),
    (2, 1, say(WEBINARS, "on_hold", "Waiting for the partners' dates")),
    (6, 1, say(WEBINARS, "on_track", "First date fixed")),
    (6, 3, run(WEBINARS, 0.15)),
    (7, 3, run(WEBINARS, 0.3)),
    (8, 3, run(WEBINARS, 0.5)),
    (9, 3, run(WEBINARS, 0.65)),
    (10, 3, run(WEBINARS, 0.8)),
    (11, 3, run(WEBINARS, 0.9)),
    (12, 2, complete(WEBINARS)),
    (13, 2, archive(WEBINARS)),
)

# Weekly teams: an epic nobody owns until week 5, and a project that is private for a week.
_TEAMS: Final = (
    (1, 2, begin(INVITATIONS)),
    (1, 3, work_on(INVITATIONS, 0.05)),
    (2, 3, run(REFERRALS, 0.1)),
    (3, 3, work_on(INVITATIONS, 0.2)),
    (4, 3, run(REFERRALS, 0.2)),
    (5, 1, assign(INVITATIONS, ANA)),
    (5, 3, work_on(INVITATIONS, 0.35)),
    (6, 3, run(REFERRALS, 0.3)),
    (7, 3, work_on(INVITATIONS, 0.5)),
    (8, 1, lock(REFERRALS)),
    (9, 1, unlock(REFERRALS)),
    (9, 3, work_on(INVITATIONS, 0.65)),
    (10, 3, run(REFERRALS, 0.5)),
    (10, 4, say(REFERRALS, "at_risk", "Legal wants to see the reward first")),
    (12, 2, run(REFERRALS, 0.6)),
    (12, 3, work_on(INVITATIONS, 0.8)),
    (13, 3, work_on(INVITATIONS, 0.9)),
)

# Page load: seven bets until week 4, then five; landing pages that stay green past their day, an epic that
# nobody closes, and in the end the work goes on and the number stops.
_PAGE_LOAD: Final = (
    (1, 2, begin(IMAGES)),
    (1, 3, work_on(IMAGES, 0.1)),
    (2, 2, begin(BUNDLE)),
    (3, 3, work_on(BUNDLE, 0.1)),
    (4, 2, drop(DASHBOARD)),
    (4, 3, work_on(IMAGES, 0.4)),
    (5, 2, say(LANDING, "on_track", "Two weeks at most")),
    (5, 2, promise(LANDING, 14)),
    (5, 3, run(LANDING, 0.2)),
    (6, 3, work_on(IMAGES, 0.7)),
    (7, 3, work_on(BUNDLE, 0.3)),
    (7, 4, run(LANDING, 0.5)),
    (7, 4, finish_stories(IMAGES)),
    (8, 2, finish(IMAGES)),
    (9, 3, work_on(BUNDLE, 0.5)),
    (9, 4, complete(LANDING)),
    (10, 3, work_on(BUNDLE, 0.6)),
    (11, 2, widen(BUNDLE, 6)),
    (11, 3, work_on(BUNDLE, 0.6)),
    (12, 3, work_on(BUNDLE, 0.7)),
    (12, 4, work_on(REPLICA, 0.6)),
    (13, 3, work_on(BUNDLE, 0.8)),
)

# Renewals: the only bet is given up in week 5 and taken up again in week 6.
_RENEWALS: Final = (
    (1, 1, begin(RENEWALS)),
    (1, 4, work_on(RENEWALS, 0.05)),
    *((week, 4, work_on(RENEWALS, 0.05 + week * 0.065)) for week in range(2, 13) if week != 5),
    (5, 3, drop(RENEWALS)),
    (6, 1, begin(RENEWALS)),
    (13, 2, finish(RENEWALS)),
)

_PLOTS: Final = (_ACTIVATION, _FIRST_RESPONSE, _TRIALS, _TEAMS, _PAGE_LOAD, _RENEWALS)

PLOT: Final[tuple[tuple[int, int, Act], ...]] = tuple(
    sorted((scene for plot in _PLOTS for scene in plot), key=lambda scene: scene[:2])
)
"""(week from 1, day of the week from 0 to 5, act), in order of time."""

BY_HAND: Final = (
    (1, "lost-trials", "planned", "Interview guide is being written", ANA),
    (1, "scripts", "planned", "", BEN),
    (1, "fonts", "planned", "", BEN),
    (3, "scripts", "in_progress", "Two of five are out", BEN),
    (4, "fonts", "dropped", "Saves 4 kB, not worth the argument", BEN),
    (7, "lost-trials", "in_progress", "Three of ten talked to", ANA),
    (7, "scripts", "done", "All five are out", BEN),
    (10, "lost-trials", "done", "Ten of ten; the price page is what puts them off", ANA),
)
"""(week, initiative, status, note, author) of the bets whose status is kept by hand."""
