"""The story's workspace file."""

from __future__ import annotations

from datetime import date
from string import Template
from typing import Final

from connectors.sandbox.story_cast import CAST, CLOUD_BOT, WORKSPACE_GID

_FILE: Final = Template("""\
# yaml-language-server: $$schema=./workspace.schema.json
#
# The demo quarter: three trackers on this machine, one cycle whose last day is $end.

version: 1
workspace: acme
timezone: UTC
schedule: {stale_after: 2d}           # a demo that was kept is not stale at once

connections:
  jira:                               # engineering
    kind: jira
    url: $jira
    deployment: cloud
    email: $email
    token: {file: acme_jira_token}
  platform:                           # the platform team
    kind: jira
    url: $datacenter
    deployment: datacenter
    token: {file: acme_platform_token}
  asana:                              # marketing
    kind: asana
    url: $asana
    workspace_gid: "$workspace_gid"
    token: {file: acme_asana_token}
    plan: paid
    write_to: task

people:
$people

status_map:
  jira: {"Won't Do": dropped, "On Hold": on_hold}
  platform: {"Won't Do": dropped, "On Hold": on_hold}

cycles:
  - id: demo-quarter
    start: $start
    end: $end
    objectives:
      - id: onboarding
        title: Make onboarding the reason new users stick
        owner: ana
        key_results:
          - id: activation
            title: Increase Day 7 activation from 34% to 52%
            owner: ana
            unit: "%"
            start: 34
            target: 52
            min_move: 1
            settle: 14d
            initiatives:
              - id: new-flow
                title: Rebuild the onboarding flow
                owner: ben
                bet: {move: 8, why: "half of the drop-off is in step 3"}
                link: {connection: jira, epic: ONB-12}
              - id: emails
                title: Activation email sequence
                owner: cleo
                bet: {move: 6, why: "who opens the day 2 mail comes back"}
                link: {connection: asana, project: "1200000000000777"}
              - id: tooltips
                title: In-app tooltips
                owner: ben
                bet: {move: 4, why: "nobody finds the import"}
                link: {connection: jira, epic: WEB-4}
          - id: first-response
            title: Bring support's first response from 9 to 2 hours
            owner: dev
            unit: h
            start: 9
            target: 2
            initiatives:
              - id: shared-inbox
                title: Shared inbox for support
                owner: dev
                bet: {move: 4, why: "a third of the mails wait for somebody to notice them"}
                link: {connection: platform, epic: SUP-2}
              - id: templates
                title: Answer templates
                owner: dev
                link: {connection: platform, epic: SUP-3}
              - id: ticket-search
                title: Ticket search without waiting
                owner: dev
                link: {connection: platform, epic: PLAT-5}    # carries a bet on page load, too
      - id: growth
        title: Grow without buying the growth
        owner: cleo
        key_results:
          - id: trial-to-paid
            title: $trials
            owner: cleo
            unit: "%"
            start: 8
            target: 12
            initiatives:
              - id: webinars
                title: Partner webinars
                owner: cleo
                bet: {move: 3, why: "partners' customers convert twice as often"}
                link: {connection: asana, project: "1200000000000778"}
              - id: lost-trials
                title: Talk to ten lost trials
                owner: ana                # without a link its status is kept by hand
          - id: weekly-teams
            title: Raise weekly active teams from 420 to 560
            owner: ana
            unit: teams
            start: 420
            target: 560
            initiatives:
              - id: invitations
                title: Team invitations   # nobody is named here: the owner is the epic's assignee
                link: {connection: jira, epic: GRO-3}
              - id: referrals
                title: Referral campaign
                owner: cleo
                link: {connection: asana, project: "1200000000000780"}
          - id: retention
            title: Lift net revenue retention from 101.3% to 109.7%
            owner: eva
            unit: "%"
            start: 101.3
            target: 109.7
            confidential: true            # no comment, no notification, no report names it
            initiatives:
              - id: renewals
                title: Renewal playbook
                owner: eva
                link: {connection: jira, epic: GRO-4}
      - id: speed
        title: Make the product feel instant
        owner: ben
        key_results:
          - id: page-load
            title: Cut the page load from 4.2 to 2.5 seconds (75th percentile)
            owner: ben
            unit: s
            start: 4.2
            target: 2.5
            min_move: 0.1
            focus_limit: 5
            initiatives:
              - id: images
                title: Serve images from the edge
                owner: dev
                link: {connection: platform, epic: PLAT-4}
              - id: replica
                title: Answer reads from a replica
                owner: dev
                link: {connection: platform, epic: PLAT-5}
              - id: bundle
                title: Split the bundle
                owner: ben
                bet: {move: 0.6, why: "two thirds of the bundle are for the editor"}
                link: {connection: jira, epic: WEB-5}
              - id: dashboard
                title: Cache the dashboard
                owner: ben
                link: {connection: jira, epic: WEB-6}
              - id: landing
                title: Lighter landing pages
                owner: cleo
                link: {connection: asana, project: "1200000000000779"}
              - id: scripts
                title: Fewer tracking scripts
                owner: ben
              - id: fonts
                title: Smaller fonts
                owner: ben
""")


TASK: Final = "Deliver phase 1 of the partner webinars"
NUMBER: Final = "Raise trial-to-paid conversion from 8% to 12%"
REWRITTEN: Final = 3
"""The week in which somebody sees that a key result is a task, and writes the number it is meant to move."""


def workspace_file(start: date, end: date, week: int, *, jira: str, datacenter: str, asana: str) -> str:
    """The YAML of the cycle from `start` to `end` as it stands at the end of a week (from 1).

    The other three are the base URLs of the stand-ins.
    """
    return _FILE.substitute(
        start=start,
        end=end,
        trials=NUMBER if week >= REWRITTEN else TASK,
        jira=jira,
        datacenter=datacenter,
        asana=asana,
        email=CLOUD_BOT.email,
        workspace_gid=WORKSPACE_GID,
        people="\n".join(
            f"  {one.id}: {{name: {one.name}, email: {one.email}, jira: {one.cloud},"
            f' platform: JIRAUSER{one.datacenter}, asana: "{one.asana}"}}'
            for one in CAST
        ),
    )
