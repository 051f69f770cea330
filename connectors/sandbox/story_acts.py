"""What people do in the trackers: each act changes a site and says in a sentence what was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from connectors.sandbox.asana_fields import Record
from connectors.sandbox.jira_records import Issue
from connectors.sandbox.story_cast import Campaign, Epic, Member
from connectors.sandbox.story_trackers import Trackers

Act = Callable[[Trackers], str]


def begin(epic: Epic) -> Act:
    """Move an epic into progress."""
    return _transition(epic, "In Progress", None, "was started")


def drop(epic: Epic) -> Act:
    """Give an epic up: Won't Do."""
    return _transition(epic, "Won't Do", "Won't Do", "was given up (Won't Do)")


def _transition(epic: Epic, status: str, resolution: str | None, said: str) -> Act:
    def act(trackers: Trackers) -> str:
        trackers.site(epic).set_status(epic.key, status, resolution)
        return f"{_label(trackers, epic)} {said}."

    return act


def work_on(epic: Epic, share: float) -> Act:
    """Close stories until about that share of an epic is done: at least one, and never the last."""

    def act(trackers: Trackers) -> str:
        site, (counted, left) = trackers.site(epic), _stories(trackers, epic)
        closed = max(1, min(len(left) - 1, round(share * counted) - (counted - len(left))))
        for story in left[:closed]:
            site.set_status(story.key, "Done", "Done")
        for story in left[closed : closed + 2]:
            site.set_status(story.key, "In Progress")
        done = counted - len(left) + closed
        return (
            f"{_label(trackers, epic)}: {_counted(closed, 'story', 'stories')} closed, {done} of {counted}."
        )

    return act


def finish(epic: Epic) -> Act:
    """Close what is left of an epic, and the epic."""

    def act(trackers: Trackers) -> str:
        site, (_, left) = trackers.site(epic), _stories(trackers, epic)
        for story in left:
            site.set_status(story.key, "Done", "Done")
        site.set_status(epic.key, "Done", "Done")
        return f"{_label(trackers, epic)} was finished and closed."

    return act


def finish_stories(epic: Epic) -> Act:
    """Close what is left of an epic, and forget the epic itself."""

    def act(trackers: Trackers) -> str:
        site, (_, left) = trackers.site(epic), _stories(trackers, epic)
        for story in left:
            site.set_status(story.key, "Done", "Done")
        return f"{_label(trackers, epic)}: the last stories were closed; nobody closed the epic."

    return act


def cancel(epic: Epic, count: int) -> Act:
    """Cancel stories of an epic: Won't Do."""

    def act(trackers: Trackers) -> str:
        _, left = _stories(trackers, epic)
        for story in left[-count:]:
            trackers.site(epic).set_status(story.key, "Won't Do", "Won't Do")
        return f"{_label(trackers, epic)}: {_counted(count, 'story', 'stories')} cancelled (Won't Do)."

    return act


def widen(epic: Epic, count: int) -> Act:
    """Add stories to an epic."""

    def act(trackers: Trackers) -> str:
        trackers.grow_epic(epic, count)
        return f"{_label(trackers, epic)}: {_counted(count, 'story', 'stories')} more came into scope."

    return act


def rename(epic: Epic, title: str) -> Act:
    """Give an epic another name."""

    def act(trackers: Trackers) -> str:
        before = _label(trackers, epic)
        trackers.site(epic).rename(epic.key, title)
        return f"{before} was renamed to {title}."

    return act


def move(epic: Epic, project: str) -> Act:
    """Move an epic to another project: its key changes."""

    def act(trackers: Trackers) -> str:
        before = _label(trackers, epic)
        now = trackers.site(epic).move(epic.key, project)
        return f"{before} was moved to project {project} and is {now} now."

    return act


def assign(epic: Epic, member: Member) -> Act:
    """Give an epic an assignee."""

    def act(trackers: Trackers) -> str:
        trackers.site(epic).assign(epic.key, member.account(epic.site))
        return f"{_label(trackers, epic)} was assigned to {member.name}."

    return act


def run(campaign: Campaign, share: float) -> Act:
    """Complete tasks until about that share of a project is done: at least one, and never the last."""

    def act(trackers: Trackers) -> str:
        counted, left = _tasks(trackers, campaign)
        closed = max(1, min(len(left) - 1, round(share * counted) - (counted - len(left))))
        for task in left[:closed]:
            trackers.asana.complete(task["gid"], by=campaign.owner.asana)
        done = counted - len(left) + closed
        return f"{campaign.title}: {_counted(closed, 'task', 'tasks')} completed, {done} of {counted}."

    return act


def say(campaign: Campaign, status: str, title: str) -> Act:
    """Post a status update on a project; `status` is Asana's word (on_track, at_risk, on_hold, complete)."""

    def act(trackers: Trackers) -> str:
        trackers.asana.post_status(campaign.gid, status, title, campaign.owner.asana)
        return f"{campaign.title}: {campaign.owner.name} posted “{title}” ({status.replace('_', ' ')})."

    return act


def promise(campaign: Campaign, days: int) -> Act:
    """Give a project a nearer due day: so many days from now."""

    def act(trackers: Trackers) -> str:
        due = (trackers.clock.now().date() + timedelta(days=days)).isoformat()
        trackers.asana.set_project(campaign.gid, due_on=due)
        return f"{campaign.title} was promised for {due}."

    return act


def rewrite(member: Member, task: str, number: str) -> Act:
    """Tell that somebody writes a key result anew; the trackers know nothing of it."""

    def act(trackers: Trackers) -> str:
        del trackers
        return f"{member.name} wrote a key result anew: “{task}” is “{number}” now."

    return act


def lock(campaign: Campaign) -> Act:
    """Make a project private: our account does not see it any more."""

    def act(trackers: Trackers) -> str:
        trackers.asana.hide_project(campaign.gid)
        return f"{campaign.title} was made private."

    return act


def unlock(campaign: Campaign) -> Act:
    """Let our account into a private project again."""

    def act(trackers: Trackers) -> str:
        trackers.asana.reveal_project(campaign.gid)
        return f"{campaign.title} was shared with us again."

    return act


def complete(campaign: Campaign) -> Act:
    """Complete the tasks that are left, and the project."""

    def act(trackers: Trackers) -> str:
        for task in _tasks(trackers, campaign)[1]:
            trackers.asana.complete(task["gid"], by=campaign.owner.asana)
        trackers.asana.complete_project(campaign.gid, by=campaign.owner.asana)
        return f"{campaign.title} was marked complete."

    return act


def archive(campaign: Campaign) -> Act:
    """Archive a project."""

    def act(trackers: Trackers) -> str:
        trackers.asana.archive_project(campaign.gid)
        return f"{campaign.title} was archived."

    return act


def _label(trackers: Trackers, epic: Epic) -> str:
    issue = trackers.site(epic).issue(epic.key)
    return f"{issue.key} {issue.summary}"


def _stories(trackers: Trackers, epic: Epic) -> tuple[int, list[Issue]]:
    """How many stories count, and those that are open, oldest first."""
    site = trackers.site(epic)
    children = [site.issue(child) for child in sorted(site.children_of(site.issue(epic.key).id), key=int)]
    counted = [child for child in children if child.resolution != "Won't Do"]
    return len(counted), [child for child in counted if child.resolution is None]


def _tasks(trackers: Trackers, campaign: Campaign) -> tuple[int, list[Record]]:
    """How many of the people's tasks there are, and those that are open, oldest first."""
    bot = trackers.asana.bot.gid
    tasks = [task for task in trackers.asana.tasks(campaign.gid) if task["created_by"] != bot]
    return len(tasks), [task for task in tasks if not task["completed"]]


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
