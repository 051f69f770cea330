"""The state of one Jira site and the edits humans make to it; both deployments stand on it.

Every moment comes from the clock the site is made with, so that a run can be repeated exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from connectors.sandbox import jira_adf, jira_dump
from connectors.sandbox.jira_comments import CommentBook
from connectors.sandbox.jira_issues import IssueBook
from connectors.sandbox.jira_records import (
    RESOLUTIONS,
    STATUSES,
    TYPE_NAMED,
    Account,
    Comment,
    Issue,
    Project,
    Status,
    Version,
)

Deployment = Literal["cloud", "datacenter"]

PageQuirk = Literal["token repeated", "token on the last page", "token omitted"]
"""How a search by token is known to go wrong; "token omitted" leaves it out although `isLast` is false."""

BOT = Account("712020:0b0t", "OKR Bot", "okr-bot@acme.example", "Europe/Berlin")
"""The account the service signs in with unless a test names another."""


class JiraSite:
    """One site: projects, issues, comments, the bot's rights, and switches for what can go wrong.

    Editing functions take issue keys, old keys of moved issues included, and raise KeyError for unknown
    ones. `zone` is the site's default time zone: timestamps are shown in it.

    Switches: `token_revoked` (401), `anonymous` (credentials ignored: 200 with nothing in it), `captcha`
    (403), `scoped_token` (Cloud: the token works on the gateway path only), `bot_is_admin` (may discard
    notifications), `bot_may_comment`, `bot_may_edit_own`, `bot_may_edit_all`, `index_lag` (how long a
    search does not see a change), `page_size` (upper bound of every search page), `page_quirk` (how Cloud
    breaks its paging), `search_warning` (type of a warning in every search: a partial result with 200),
    `comment_limit`.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        deployment: Deployment = "cloud",
        zone: str = "Europe/Berlin",
        bot: Account = BOT,
        token: str = "sandbox-token",  # noqa: S107  a made-up token of a stand-in
        email: str = "okr-bot@acme.example",
        base_url: str = "",
    ) -> None:
        self.now = now
        self.deployment = deployment
        self.zone = zone
        self.bot = bot
        self.token = token
        self.email = email
        self.base_url = base_url
        self.cloud_id = "11223344-a1b2-3b33-c444-def123456789"
        self.token_revoked = self.anonymous = self.captcha = self.scoped_token = False
        self.bot_is_admin = self.bot_may_comment = self.bot_may_edit_own = True
        self.bot_may_edit_all = False
        self.index_lag = timedelta(0)
        self.page_size: int | None = None
        self.page_quirk: PageQuirk | None = None
        self.search_warning: str | None = None
        self.comment_limit = 5000
        self.statuses: dict[str, Status] = {status.id: status for status in STATUSES}
        self.projects: dict[str, Project] = {}
        self.versions: dict[str, Version] = {}
        self.hidden: set[str] = set()
        self.hidden_projects: set[str] = set()
        self.book = CommentBook()
        self._issues = IssueBook()

    def add_project(self, key: str, name: str) -> Project:
        """Create an empty project."""
        made = Project(str(10_000 + len(self.projects)), key, name)
        self.projects[key] = made
        return made

    def archive_project(self, key: str, *, archived: bool = True) -> None:
        """Archive a project, or restore it: no issue is touched, none is found any more."""
        self.projects[key] = replace(self.projects[key], archived=archived)

    def edit_project(self, key: str, **changes: Any) -> None:  # noqa: ANN401  fields of a Project
        """Change the name, the lead, or put it into the trash and back (`trashed`)."""
        self.projects[key] = replace(self.projects[key], **changes)

    def add_version(self, project: str, name: str, **more: Any) -> Version:  # noqa: ANN401  as above
        """Create a version of a project."""
        made = Version(str(10_400 + len(self.versions)), self.projects[project].key, name, **more)
        self.versions[made.id] = made
        return made

    def edit_version(self, version: str, **changes: Any) -> None:  # noqa: ANN401  as above
        """Change a version: `name`, `released`, `archived`, `start`, `release`."""
        self.versions[version] = replace(self.versions[version], **changes)

    def fix_in(self, key: str, *versions: str) -> None:
        """Replace the fix versions of an issue, by version id."""
        self._edit(key, versions=versions)

    def add_status(self, name: str, category: str) -> Status:
        """Create one more status."""
        made = Status(str(10_100 + len(self.statuses)), name, category)
        self.statuses[made.id] = made
        return made

    def recategorise(self, name: str, category: str) -> None:
        """Give a status another category, as an administrator may: no issue's `updated` moves."""
        status = self.status_named(name)
        self.statuses[status.id] = replace(status, category=category)

    def status_named(self, name: str) -> Status:
        """The status of that name; KeyError names the ones there are."""
        for status in self.statuses.values():
            if status.name == name:
                return status
        raise KeyError(f"No status {name!r}; there are {[s.name for s in self.statuses.values()]}.")

    def add_issue(
        self,
        project: str,
        type_name: str,
        summary: str,
        *,
        parent: str | None = None,
        assignee: Account | None = None,
        due: str | None = None,
        start: str | None = None,
        points: float | None = None,
        status: str = "To Do",
        resolution: str | None = None,
        labels: Iterable[str] = (),
    ) -> str:
        """Create an issue and return its key; `parent` is a key, `due` and `start` are "YYYY-MM-DD"."""
        if type_name not in TYPE_NAMED:
            raise KeyError(f"No issue type {type_name!r}; there are {sorted(TYPE_NAMED)}.")
        now = self.now()
        made = Issue(
            id=self._issues.next_id(),
            key=self._next_key(project),
            project=project,
            type=type_name,
            summary=summary,
            status=self.status_named("To Do").id,
            created=now,
            updated=now,
            category_changed=now,
            parent=self.issue(parent).id if parent else None,
            assignee=assignee,
            due=due,
            start=start,
            points=points,
            labels=tuple(labels),
        )
        self._store(self._with_status(made, status, resolution))
        return made.key

    def issue(self, key: str) -> Issue:
        """The issue with that key, old key or id, as it truly is; KeyError when there is none."""
        return self._issues.get(key)

    def issues(self) -> Iterator[Issue]:
        """Every issue as it truly is, by ascending id."""
        return iter(self._issues.by_id.values())

    def find(self, id_or_key: str) -> Issue | None:
        """The issue if the bot may see it, by id, key (any case) or the key it had before a move."""
        try:
            found = self.issue(id_or_key)
        except KeyError:
            return None
        return found if self.is_visible(found) else None

    def is_visible(self, issue: Issue) -> bool:
        """Whether the bot may open it; on Cloud nothing of an archived project opens."""
        closed = self.deployment == "cloud" and self.projects[issue.project].archived
        hidden = issue.id in self.hidden or issue.project in self.hidden_projects
        hidden = hidden or self.projects[issue.project].trashed
        return not hidden and not closed

    def children_of(self, issue: str) -> set[str]:
        """The ids of the direct children of the issue with that id."""
        return self._issues.children_of(issue)

    def set_status(self, key: str, status: str, resolution: str | None = None) -> None:
        """Move an issue to a status; the resolution becomes exactly what is given, None included."""
        self._store(self._with_status(self.issue(key), status, resolution))

    def assign(self, key: str, account: Account | None) -> None:
        """Change the assignee."""
        self._edit(key, assignee=account)

    def set_due(self, key: str, due: str | None) -> None:
        """Change the due date, "YYYY-MM-DD"."""
        self._edit(key, due=due)

    def set_points(self, key: str, points: float | None) -> None:
        """Change the estimate."""
        self._edit(key, points=points)

    def rename(self, key: str, summary: str) -> None:
        """Change the summary."""
        self._edit(key, summary=summary)

    def label(self, key: str, *labels: str) -> None:
        """Replace the labels."""
        self._edit(key, labels=labels)

    def reparent(self, key: str, parent: str | None) -> None:
        """Put an issue under another parent, or under none."""
        self._edit(key, parent=self.issue(parent).id if parent else None)

    def move(self, key: str, project: str) -> str:
        """Move an issue to another project and return its new key; the old key keeps working.

        Versions are a project's own and stay behind.
        """
        moved = replace(self.issue(key), key=self._next_key(project), project=project, versions=())
        return self._store(moved).key

    def delete(self, key: str) -> None:
        """Delete an issue with its comments and sub-tasks; other children stay, without a parent."""
        gone = self.issue(key)
        for child in map(self._issues.get, sorted(self.children_of(gone.id), key=int)):
            if TYPE_NAMED[child.type].level < 0:
                self.delete(child.id)
            else:
                self._store(replace(child, parent=None), touch=False)
        self._mark_late(gone.id)
        self._issues.remove(gone)
        self.book.remove_issue(gone.id)

    def hide(self, key: str) -> None:
        """Take away the bot's permission to see the issue; at once, also in searches."""
        self.hidden.add(self.issue(key).id)

    def reveal(self, key: str) -> None:
        """Let the bot see the issue again."""
        self.hidden.discard(self.issue(key).id)

    def comments(self, key: str) -> list[Comment]:
        """The comments of an issue as they stand, oldest first."""
        return self.book.of(self.issue(key).id)

    def write_comment(
        self,
        key: str,
        author: Account,
        body: Any,  # noqa: ANN401  an ADF document or text
        *,
        properties: Mapping[str, Any] | None = None,
        visibility: Mapping[str, str] | None = None,
    ) -> Comment:
        """Write a comment as `author`; moves the issue's `updated`. Cloud makes plain text a document."""
        issue = self.issue(key).id
        made = self.book.add(
            issue, author, self._kept(body), self.now(), properties=properties, visibility=visibility
        )
        self._edit(issue)
        return made

    def edit_comment(
        self,
        key: str,
        comment: str,
        author: Account,
        body: Any,  # noqa: ANN401  an ADF document or text
        *,
        visibility: Mapping[str, str] | None = None,
    ) -> Comment:
        """Change a comment as `author`; the same body and visibility again store nothing and move nothing."""
        found = self.book.by_id[str(comment)]
        if found.issue != self.issue(key).id:
            raise KeyError(comment)
        seen = visibility or found.visibility
        kept = self._kept(body)
        if (kept, seen) == (found.body, found.visibility):
            return found
        changed = replace(found, body=kept, visibility=seen, update_author=author, updated=self.now())
        self.book.put(changed)
        self._edit(found.issue)
        return changed

    def delete_comment(self, key: str, comment: str) -> None:
        """Delete a comment; the issue's `updated` stays."""
        if self.book.by_id[str(comment)].issue != self.issue(key).id:
            raise KeyError(comment)
        self.book.remove(str(comment))

    def indexed(self, issue: str) -> Issue | None:
        """The issue as a search sees it: without the changes younger than `index_lag`."""
        return self._issues.indexed(issue, self.now() - self.index_lag)

    def unindexed(self) -> set[str]:
        """The ids of issues whose latest change the index may not have seen yet."""
        return self._issues.late()

    def hide_project(self, key: str) -> None:
        """Take away the bot's permission to browse a whole project."""
        self.hidden_projects.add(self.projects[key].key)

    def reveal_project(self, key: str) -> None:
        """Let the bot browse the project again."""
        self.hidden_projects.discard(key)

    def stamp(self, moment: datetime) -> str:
        """A moment as Jira writes it: milliseconds, the site's zone, the offset without a colon."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"

    def dump(self) -> dict[str, Any]:
        """Everything that lasts, as JSON; switches and the index's lag are not part of it."""
        names = ("deployment", "zone", "token", "email", "base_url")
        return {
            **{name: getattr(self, name) for name in names},
            "bot": jira_dump.plain(self.bot),
            "statuses": jira_dump.plain(list(self.statuses.values())),
            "projects": jira_dump.plain(list(self.projects.values())),
            "versions": jira_dump.plain(list(self.versions.values())),
            "hidden": sorted(self.hidden),
            "hidden_projects": sorted(self.hidden_projects),
            "issues": jira_dump.issues_out(self._issues),
            "comments": jira_dump.comments_out(self.book),
        }

    @classmethod
    def load(cls, dumped: Mapping[str, Any], now: Callable[[], datetime]) -> Self:
        """A site as `dump` left it, on a clock of its own."""
        site = cls(
            now,
            deployment=dumped["deployment"],
            zone=dumped["zone"],
            bot=Account(**dumped["bot"]),
            token=dumped["token"],
            email=dumped["email"],
            base_url=dumped["base_url"],
        )
        site.statuses = {raw["id"]: Status(**raw) for raw in dumped["statuses"]}
        site.projects = jira_dump.projects_in(dumped["projects"])
        site.versions = {raw["id"]: Version(**raw) for raw in dumped.get("versions", ())}
        site.hidden = set(dumped["hidden"])
        site.hidden_projects = set(dumped["hidden_projects"])
        site._issues = jira_dump.issues_in(dumped["issues"])
        site.book = jira_dump.comments_in(dumped["comments"])
        return site

    def _next_key(self, project: str) -> str:
        if project not in self.projects:
            raise KeyError(f"No project {project!r}; there are {sorted(self.projects)}.")
        return self._issues.next_key(project)

    def _with_status(self, issue: Issue, status: str, resolution: str | None) -> Issue:
        if resolution is not None and resolution not in RESOLUTIONS:
            raise KeyError(f"No resolution {resolution!r}; there are {sorted(RESOLUTIONS)}.")
        new, old, now = self.status_named(status), self.statuses[issue.status], self.now()
        return replace(
            issue,
            status=new.id,
            resolution=resolution,
            resolved=(issue.resolved or now) if resolution else None,
            category_changed=now if new.category != old.category else issue.category_changed,
        )

    def _kept(self, body: Any) -> Any:  # noqa: ANN401  an ADF document or text
        if self.deployment == "datacenter":
            return body
        return jira_adf.normalised(jira_adf.paragraph(body) if isinstance(body, str) else body)

    def _edit(self, key: str, **changes: Any) -> Issue:  # noqa: ANN401  fields of an Issue
        return self._store(replace(self.issue(key), **changes))

    def _store(self, issue: Issue, *, touch: bool = True) -> Issue:
        self._mark_late(issue.id)
        kept = replace(issue, updated=self.now()) if touch else issue
        self._issues.put(kept)
        return kept

    def _mark_late(self, issue: str) -> None:
        if self.index_lag:
            self._issues.mark_late(issue, self.now())
