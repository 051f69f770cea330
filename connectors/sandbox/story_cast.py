"""The story's people and work: who is who in each tracker, and the epics and projects they bet on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from connectors.sandbox.asana_state import User
from connectors.sandbox.jira_records import Account

ZONE: Final = "Europe/Zurich"


@dataclass(frozen=True)
class Member:
    """One person with an account in each tracker."""

    id: str
    name: str
    cloud: str
    datacenter: str
    asana: str

    @property
    def email(self) -> str:
        """The address all accounts share."""
        return f"{self.id}@acme.example"

    def account(self, deployment: str) -> Account:
        """The person as the Jira site of that deployment knows them."""
        return Account(
            self.cloud if deployment == "cloud" else self.datacenter, self.name, self.email, zone=ZONE
        )


ANA = Member("ana", "Ana Ruiz", "5b10a2844c20165700ede21g", "aruiz", "1200000000000042")
BEN = Member("ben", "Ben Ott", "5b10a2844c20165700ede22h", "bott", "1200000000000043")
CLEO = Member("cleo", "Cleo Marchand", "5b10a2844c20165700ede23j", "cmarchand", "1200000000000044")
DEV = Member("dev", "Dev Patel", "5b10a2844c20165700ede24k", "dpatel", "1200000000000045")
EVA = Member("eva", "Eva Lindqvist", "5b10a2844c20165700ede25m", "elindqvist", "1200000000000046")

CAST: Final = (ANA, BEN, CLEO, DEV, EVA)

CLOUD_BOT: Final = Account("712020:0b0t", "OKR Bot", "okr-bot@acme.example", ZONE)
DATACENTER_BOT: Final = Account("okr-bot", "OKR Bot", "okr-bot@acme.example", ZONE)
ASANA_BOT: Final = User("1200000000000002", "OKR Bot", "okr-bot@acme.example")

WORKSPACE_GID: Final = "1200000000000001"


@dataclass(frozen=True)
class Epic:
    """An epic as it starts: `size` stories, give or take a few by seed, each about one of `parts`."""

    site: Literal["cloud", "datacenter"]
    key: str
    title: str
    owner: Member | None
    size: int
    parts: tuple[str, ...]

    @property
    def project(self) -> str:
        """The key of the Jira project it starts in."""
        return self.key.partition("-")[0]


@dataclass(frozen=True)
class Campaign:
    """An Asana project as it starts: `size` tasks, give or take a few by seed."""

    gid: str
    title: str
    owner: Member
    size: int
    parts: tuple[str, ...]


NEW_FLOW = Epic(
    "cloud",
    "ONB-12",
    "Rebuild the onboarding flow",
    BEN,
    14,
    (
        "the welcome step",
        "step 3",
        "the import step",
        "the invite step",
        "the progress bar",
        "the empty state",
    ),
)
TOOLTIPS = Epic(
    "cloud",
    "WEB-4",
    "In-app tooltips",
    BEN,
    10,
    ("the board tooltip", "the search tooltip", "the report tooltip", "the tour"),
)
BUNDLE = Epic(
    "cloud",
    "WEB-5",
    "Split the bundle",
    BEN,
    16,
    ("the vendor bundle", "the editor bundle", "the chart bundle", "the route loader"),
)
DASHBOARD = Epic(
    "cloud", "WEB-6", "Cache the dashboard", BEN, 9, ("the widget cache", "the cache key", "the refresh")
)
INVITATIONS = Epic(
    "cloud",
    "GRO-3",
    "Team invitations",
    None,
    18,
    ("the invite mail", "the role picker", "the seat limit", "the reminder", "the landing page"),
)
RENEWALS = Epic(
    "cloud",
    "GRO-4",
    "Renewal playbook",
    EVA,
    16,
    ("the renewal date", "the usage report", "the offer", "the call list"),
)
INBOX = Epic(
    "datacenter",
    "SUP-2",
    "Shared inbox for support",
    DEV,
    16,
    ("the inbox", "the assignment rule", "the mail gateway", "the escalation"),
)
TEMPLATES = Epic(
    "datacenter", "SUP-3", "Answer templates", DEV, 12, ("the template", "the variable", "the search")
)
IMAGES = Epic(
    "datacenter",
    "PLAT-4",
    "Serve images from the edge",
    DEV,
    12,
    ("the image host", "the purge", "the certificate", "the fallback"),
)
REPLICA = Epic(
    "datacenter",
    "PLAT-5",
    "Answer reads from a replica",
    DEV,
    20,
    ("the replica", "the read router", "the lag alarm", "the failover"),
)

EPICS: Final = (
    NEW_FLOW,
    TOOLTIPS,
    BUNDLE,
    DASHBOARD,
    INVITATIONS,
    RENEWALS,
    INBOX,
    TEMPLATES,
    IMAGES,
    REPLICA,
)

EMAILS = Campaign(
    "1200000000000777",
    "Activation email sequence",
    CLEO,
    12,
    ("the welcome mail", "the day 2 mail", "the day 5 mail", "the segment"),
)
WEBINARS = Campaign(
    "1200000000000778", "Partner webinars", CLEO, 13, ("the partner list", "the slides", "the invitation")
)
LANDING = Campaign(
    "1200000000000779", "Lighter landing pages", CLEO, 10, ("the hero image", "the font", "the video")
)
REFERRALS = Campaign(
    "1200000000000780", "Referral campaign", CLEO, 14, ("the reward", "the landing page", "the share text")
)

CAMPAIGNS: Final = (EMAILS, WEBINARS, LANDING, REFERRALS)

JIRA_PROJECTS: Final = {
    "cloud": {"ONB": "Onboarding", "WEB": "Web app", "GRO": "Growth"},
    "datacenter": {"SUP": "Support desk", "PLAT": "Platform"},
}
"""Deployment -> project key -> name."""
