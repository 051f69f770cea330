"""What `check` says of rights and clocks beside what can be read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.cli.world import World, today


def test_a_right_to_comment_that_is_missing_is_named_link_by_link(acme: World) -> None:
    acme.story.sites.cloud.bot_may_comment = False

    ran = acme.run("check")

    assert ran.code == 0
    assert "jira         warn epic ONB-12: no comment can be written, " in ran.out
    assert "add comments" in ran.out.casefold()
    assert "give the token's account that right, or set publish: off" in ran.out
    assert "epic GRO-4: no comment" not in ran.out


def test_nothing_is_said_of_rights_where_nothing_is_published(acme: World) -> None:
    acme.story.sites.cloud.bot_may_comment = False
    text = acme.file.read_text(encoding="utf-8").replace(
        "\ncycles:", "\npublish: {enabled: false}\n\ncycles:"
    )
    acme.file.write_text(text, encoding="utf-8")

    assert "no comment can be written" not in acme.run("check").out


def test_the_time_zone_of_the_tracker_is_shown(acme: World) -> None:
    assert "time zone " in acme.run("check").out


def test_the_clock_of_every_tracker_is_held_against_ours(acme: World) -> None:
    out = acme.run("check").out

    for connection in ("jira", "platform", "asana"):
        assert re.search(
            rf"^{connection} +ok   its clock (agrees with|is \d s (ahead of|behind)) ours$", out, re.MULTILINE
        )


@pytest.mark.parametrize(("off", "way"), [(300, "ahead of"), (-300, "behind")])
def test_a_clock_that_is_wrong_is_a_warning(acme: World, off: float, way: str) -> None:
    acme.story.clock.follow(lambda: today() + timedelta(seconds=off))

    out = acme.run("check").out

    assert re.search(rf"^jira +warn its clock is (299|300|301) s {way} ours$", out, re.MULTILINE)
    assert "-> set the clock of this machine by a time server" in out


def test_statuses_that_nobody_mapped_are_told_with_what_they_are_taken_for(acme: World) -> None:
    site = acme.story.sites.cloud
    first, second, third, *_ = sorted(site.children_of(site.issue("ONB-12").id))
    site.set_status(first, "In Progress")
    site.set_status(second, "Done", "Done")
    site.set_status(third, "On Hold")
    told = "statuses that status_map does not name, by their category: "
    (jira, platform) = (line for line in acme.run("check").out.splitlines() if told in line)
    assert jira.endswith(f"{told}Done as done, In Progress as in progress, To Do as planned")
    assert platform.startswith("platform     ok   ")
    assert "On Hold" not in jira + platform, "that one is in the file"


def test_cycles_that_overlap_are_named_with_their_days(acme: World) -> None:
    text = acme.file.read_text(encoding="utf-8").rstrip()
    end = acme.story.start + timedelta(days=90)
    cycle = f"  - {{id: late, start: {end - timedelta(days=9)}, end: {end + timedelta(days=60)}}}"
    acme.file.write_text(f"{text}\n{cycle}\n", encoding="utf-8")

    out = acme.run("check", "--offline").out

    assert f"cycles demo-quarter and late overlap from {end - timedelta(days=9)} to {end}\n" in out
    assert "-> each is judged by its own days; set them apart if not meant\n" in out


def test_a_year_around_its_quarters_is_no_slip(acme: World) -> None:
    text = acme.file.read_text(encoding="utf-8").rstrip()
    start, end = acme.story.start, acme.story.start + timedelta(days=300)
    acme.file.write_text(f"{text}\n  - {{id: year, start: {start}, end: {end}}}\n", encoding="utf-8")

    assert "overlap" not in acme.run("check", "--offline").out


def test_work_that_several_bets_link_is_told(acme: World) -> None:
    acme.edit("link: {connection: jira, epic: WEB-4}", "link: {connection: jira, epic: ONB-12}")

    out = acme.run("check").out

    told = "epic ONB-12 is linked by new-flow, tooltips: its work counts for each of them\n"
    assert f"jira         warn {told}" in out
    assert "-> link it once to a key result\n" in out
    both = "epic PLAT-5 is linked by ticket-search, replica: its work counts for each of them\n"
    assert f"platform     ok   {both}" in out, "a bet on two numbers may be meant"


def test_a_ticket_in_asana_is_refused_as_one_in_jira_is(acme: World) -> None:
    site = acme.story.sites.asana
    task = site.tasks("1200000000000778")[0]["gid"]
    part = site.add_task(None, "part", parent=task)
    webinars = '{connection: asana, project: "1200000000000778"}'
    acme.edit(webinars, f'{{connection: asana, task: "{part}", allow_issue: true}}')
    acme.edit('{connection: asana, project: "1200000000000780"}', f'{{connection: asana, task: "{task}"}}')

    checked, verified, synced = (acme.run(*one) for one in (["check"], ["links", "verify"], ["sync"]))

    plain = f"{task} is no milestone; link its project, or set allow_issue: true on the link"
    below = f"{part} is a sub-task, part of the task above it; link the project or the task above it"
    assert f"asana        FAIL task {task}: {plain}\n" in checked.out
    assert f"asana        FAIL task {part}: {below}\n" in checked.out
    assert (checked.code, verified.code, synced.code) == (3, 3, 3)
    for sentence in (plain, below):
        assert sentence in verified.out
        assert sentence in synced.out


def test_open_work_without_a_due_day_is_told(acme: World) -> None:
    acme.story.sites.cloud.set_due("ONB-12", None)

    (line,) = [line for line in acme.run("check").out.splitlines() if "without a due day" in line]

    assert line.startswith("jira         warn open work without a due day: ")
    assert "ONB-12 Rebuild" in line


def test_work_that_two_links_find_is_told_with_how_much_of_it(acme: World) -> None:
    acme.edit("link: {connection: jira, epic: WEB-4}", 'link: {connection: jira, jql: "parent = ONB-12"}')
    site = acme.story.sites.cloud
    count = len(site.children_of(site.issue("ONB-12").id))

    out = acme.run("check").out

    told = f"{count} pieces of work in epic ONB-12 and jql parent = ONB-12 alike, counted for each of them\n"
    assert f"jira         warn {told}" in out
    assert "-> narrow one of these links, unless it is meant" in out


def test_work_that_is_linked_before_its_number_has_a_start_is_told(synced: World) -> None:
    noted = "numbers      ok   key result activation has linked work and no value yet\n"

    before = synced.run("check").out
    assert noted in before
    assert "-> say where it starts: syncer check-in activation VALUE\n" in before
    assert "retention" not in before
    synced.run("check-in", "activation", "36")
    assert noted not in synced.run("check").out
