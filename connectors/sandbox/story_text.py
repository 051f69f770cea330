"""Comments as a person reads them: a document, wiki markup or rich text as plain lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any, Final

from connectors.sandbox.asana_site import AsanaSite
from connectors.sandbox.jira_site import JiraSite
from connectors.sandbox.story_trackers import Trackers

_STATUS_WORD: Final = re.compile(r"\{color:[^}]*\}\*(.*?)\*\{color\}", re.DOTALL)
_HEADING: Final = re.compile(r"^h[1-6]\. ", re.MULTILINE)
_LINK: Final = re.compile(r"(?<!\\)\[([^|\]]*)\|[^\]]*\]")
_MARK: Final = re.compile(r"(?<![\\\w])([*_])(\S(?:.*?\S)?)(?<!\\)\1(?!\w)")
_ESCAPE: Final = re.compile(r"\\([^\w\s])")

_BETWEEN: Final = dict.fromkeys(("doc", "bulletList", "orderedList", "listItem"), "\n")
_BEFORE: Final = {"listItem": "- ", "hardBreak": "\n"}


@dataclass(frozen=True)
class StoryComment:
    """A comment of the bot as it stands. `item` is the key of the epic or the name of the Asana project.

    Asana does not say when a comment was edited: there `updated` is when it was written.
    """

    stand_in: str
    item: str
    text: str
    created: datetime
    updated: datetime
    author: str


def bot_comments(trackers: Trackers) -> list[StoryComment]:
    """Every comment of the bots, tracker by tracker, item by item, oldest first."""
    return [
        *_on_jira("Jira Cloud", trackers.cloud),
        *_on_jira("Jira Data Center", trackers.datacenter),
        *_on_asana(trackers.asana),
    ]


def _on_jira(stand_in: str, site: JiraSite) -> list[StoryComment]:
    return [
        StoryComment(stand_in, issue.key, jira_text(one.body), one.created, one.updated, one.author.name)
        for issue in site.issues()
        for one in site.comments(issue.key)
        if one.author.id == site.bot.id
    ]


def _on_asana(site: AsanaSite) -> list[StoryComment]:
    return [
        _asana_comment(project["name"], site.bot.name, one)
        for project in site.tables["project"].values()
        for task in site.tasks(project["gid"])
        for one in site.comments(task["gid"])
        if one["author"] == site.bot.gid
    ]


def _asana_comment(project: str, author: str, comment: dict[str, Any]) -> StoryComment:
    written = datetime.fromisoformat(comment["created_at"])
    return StoryComment("Asana", project, comment["text"], written, written, author)


def jira_text(body: object) -> str:
    """The text of a document (Cloud) or of wiki markup (Data Center), a line for each block."""
    return wiki_text(body) if isinstance(body, str) else adf_text(body)


def adf_text(node: object) -> str:
    """A document's text: blocks on lines of their own, list items behind a dash, status words in capitals."""
    if not isinstance(node, dict):
        return ""
    kind = str(node.get("type"))
    own = {"text": node.get("text", ""), "status": node.get("attrs", {}).get("text", "").upper()}
    inside = _BETWEEN.get(kind, "").join(adf_text(child) for child in node.get("content", []))
    return _BEFORE.get(kind, "") + str(own.get(kind, "")) + inside


def wiki_text(markup: str) -> str:
    """The text of wiki markup as Jira shows it, one line a block, status words in capitals."""
    text = _STATUS_WORD.sub(lambda found: found[1].upper(), markup)
    text = _LINK.sub(r"\1", _HEADING.sub("", text)).replace("{{", "").replace("}}", "")
    text = re.sub(r"^\* ", "- ", _MARK.sub(r"\2", text), flags=re.MULTILINE)
    return re.sub(r"\n{2,}", "\n", unescape(_ESCAPE.sub(r"\1", text)))
