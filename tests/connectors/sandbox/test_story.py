from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import requests

from connectors.sandbox.jira_site import JiraSite
from connectors.sandbox.story import WEEKS, Story, Week
from connectors.sandbox.story_cast import ANA, CAMPAIGNS, EPICS, NEW_FLOW, TOOLTIPS, WEBINARS
from connectors.sandbox.story_text import jira_text

TODAY = date(2026, 11, 22)


@pytest.fixture
def story() -> Iterator[Story]:
    with Story(TODAY) as told:
        yield told


def played(today: date = TODAY, seed: int = 7) -> tuple[Story, list[Week]]:
    story = Story(today, seed)
    story.close()
    return story, list(story.play())


def cancelled(site: JiraSite, key: str) -> int:
    children = site.children_of(site.issue(key).id)
    return sum(site.issue(child).resolution == "Won't Do" for child in children)


def test_a_quarter_is_thirteen_weeks_and_its_last_day_is_today() -> None:
    story, weeks = played()

    assert story.start == TODAY - timedelta(days=90)
    assert [week.number for week in weeks] == list(range(1, WEEKS + 1))
    assert [(week.at.date() - story.start).days + 1 for week in weeks] == [7 * n for n in range(1, 14)]
    assert weeks[-1].at == datetime(2026, 11, 22, 0, 5, tzinfo=UTC)
    assert story.clock.now() == weeks[-1].at


def test_everything_that_happens_in_a_week_happens_before_its_end_and_after_the_last_one(
    story: Story,
) -> None:
    sites = (story.sites.cloud, story.sites.datacenter)
    before = datetime.combine(story.start, datetime.min.time(), UTC)
    for week in story.play():
        assert week.happenings
        touched = [issue.updated for site in sites for issue in site.issues() if issue.updated > before]
        assert all(moment < week.at for moment in touched)
        assert touched
        before = week.at


def test_a_seed_tells_the_same_story_twice_and_another_seed_the_same_with_other_figures() -> None:
    (first, weeks), (again, same), (other, others) = played(), played(), played(seed=8)

    assert weeks == same
    assert first.sites.dump() == again.sites.dump()
    assert weeks != others
    assert [[c.key_result for c in week.check_ins] for week in weeks] == [
        [c.key_result for c in week.check_ins] for week in others
    ]
    assert [[c.health for c in week.check_ins] for week in weeks] == [
        [c.health for c in week.check_ins] for week in others
    ]
    assert [issue.summary for issue in first.sites.cloud.issues()] != [
        issue.summary for issue in other.sites.cloud.issues()
    ]


def test_every_item_the_workspace_file_links_is_there_under_that_key(story: Story) -> None:
    text = story.workspace_file()

    epics = set(re.findall(r"epic: ([A-Z]+-\d+)", text))
    projects = set(re.findall(r'project: "(\d+)"', text))

    assert epics == {epic.key for epic in EPICS}
    assert projects == {campaign.gid for campaign in CAMPAIGNS}
    assert {epic.key: story.sites.site(epic).issue(epic.key).summary for epic in EPICS} == {
        epic.key: epic.title for epic in EPICS
    }
    assert all(story.sites.site(epic).issue(epic.key).type == "Epic" for epic in EPICS)
    assert text.count("link:") == len(epics) + len(projects) + 1, "one item carries two initiatives"


def test_the_workspace_file_names_its_schema_the_stand_ins_and_the_secrets(story: Story) -> None:
    text = story.workspace_file()

    assert text.startswith("# yaml-language-server: $schema=./workspace.schema.json\n")
    assert re.findall(r"url: (\S+)", text) == [stand_in.url for stand_in in story.stand_ins]
    assert re.findall(r"\{file: (\w+)\}", text) == list(story.secrets())
    assert f"start: {story.start}\n" in text
    assert f"end: {TODAY}\n" in text


def test_the_tokens_open_the_stand_ins(story: Story) -> None:
    secrets = story.secrets()
    asked = [
        requests.get(
            f"{story.jira.url}/rest/api/3/issue/ONB-12",
            auth=("okr-bot@acme.example", secrets["acme_jira_token"]),
            timeout=5,
        ),
        requests.get(
            f"{story.datacenter.url}/rest/api/2/issue/SUP-2",
            headers={"Authorization": f"Bearer {secrets['acme_platform_token']}"},
            timeout=5,
        ),
        requests.get(
            f"{story.asana.url}/api/1.0/projects/1200000000000777",
            headers={"Authorization": f"Bearer {secrets['acme_asana_token']}"},
            timeout=5,
        ),
    ]

    assert [answer.status_code for answer in asked] == [200, 200, 200]
    assert asked[2].json()["data"]["name"] == "Activation email sequence"


def test_trackers_change_under_the_links() -> None:
    story, weeks = played()
    cloud = story.sites.cloud
    webinars = story.sites.asana.project(WEBINARS.gid)

    assert cloud.issue(NEW_FLOW.key).summary == "Rebuild the onboarding flow, web and mobile"
    assert cloud.issue(TOOLTIPS.key).key.startswith("ONB-")
    assert cancelled(cloud, NEW_FLOW.key) == 2
    assert cloud.issue("WEB-6").resolution == "Won't Do"
    assert cloud.issue("GRO-3").assignee == ANA.account("cloud")
    assert (webinars["completed"], webinars["archived"]) == (True, True)
    told = [line for week in weeks for line in week.happenings]
    assert any("more came into scope" in line for line in told)
    assert any("(on hold)" in line for line in told)
    assert not any("  " in line or line.endswith("..") for line in told)


def test_a_fortnight_of_check_ins_is_missed_on_weekly_teams() -> None:
    _, weeks = played()

    missed = [
        week.number for week in weeks if "weekly-teams" not in {one.key_result for one in week.check_ins}
    ]

    assert missed == [5, 6]
    assert all(one.on == week.at.date() for week in weeks for one in week.check_ins)


def test_bets_kept_by_hand_are_reported_on() -> None:
    _, weeks = played()

    reports = [(week.number, one.initiative, one.status) for week in weeks for one in week.reports]

    assert (4, "fonts", "dropped") in reports
    assert {initiative for _, initiative, _ in reports} == {"lost-trials", "scripts", "fonts"}


def test_a_story_goes_on_where_it_was_put_down_on_the_same_ports() -> None:
    whole, weeks = played()
    with Story(TODAY) as begun:
        play = begun.play()
        assert [next(play) for _ in range(5)] == weeks[:5]
        put_down = json.loads(json.dumps(begun.dump()))
        ports = [stand_in.port for stand_in in begun.stand_ins]

    with Story.load(put_down) as resumed:
        assert [stand_in.port for stand_in in resumed.stand_ins] == ports
        assert resumed.clock.now() == weeks[4].at
        assert list(resumed.play()) == weeks[5:]
        assert resumed.sites.dump() == whole.sites.dump()


def test_a_taken_port_is_refused_and_the_others_are_free_again() -> None:
    with Story(TODAY) as first:
        taken = first.asana.port
        with pytest.raises(OSError, match="in use"):
            Story(TODAY, asana_port=taken)
    with Story(TODAY, jira_port=taken) as second:
        assert second.jira.port == taken


def test_comments_are_the_bots_alone_with_their_text_as_people_read_it(story: Story) -> None:
    sites, now = story.sites, story.clock.now()
    sites.cloud.write_comment("ONB-12", sites.cloud.bot, "On the way")
    sites.cloud.write_comment("ONB-12", ANA.account("cloud"), "Mine")
    sites.datacenter.write_comment("SUP-2", sites.datacenter.bot, "h3. *On* the way")
    task = sites.asana.add_task(WEBINARS.gid, "OKR rollup", by=sites.asana.bot.gid)
    sites.asana.comment_as(sites.asana.bot.gid, task, "Moving & <well>")
    sites.asana.comment_as(ANA.asana, task, "Mine")

    found = [(one.stand_in, one.item, one.text, one.author) for one in story.comments()]

    assert found == [
        ("Jira Cloud", "ONB-12", "On the way", "OKR Bot"),
        ("Jira Data Center", "SUP-2", "On the way", "OKR Bot"),
        ("Asana", "Partner webinars", "Moving & <well>", "OKR Bot"),
    ]
    assert {(one.created, one.updated) for one in story.comments()} == {(now, now)}


def test_a_document_reads_as_lines() -> None:
    def text(words: str) -> dict[str, object]:
        return {"type": "text", "text": words}

    item = {"type": "listItem", "content": [{"type": "paragraph", "content": [text("one")]}]}
    document = {
        "type": "doc",
        "version": 1,
        "content": [
            {"type": "heading", "attrs": {"level": 3}, "content": [text("OKR rollup")]},
            {
                "type": "paragraph",
                "content": [text("is "), {"type": "status", "attrs": {"text": "off track", "color": "red"}}],
            },
            {"type": "bulletList", "content": [item, item]},
        ],
    }

    assert jira_text(document) == "OKR rollup\nis OFF TRACK\n- one\n- one"


def test_wiki_markup_reads_as_lines() -> None:
    markup = (
        "h3. *OKR rollup* · Flow \\(web\\)\n\n"
        "is {color:red}*off track*{color}, see [the epic|https://jira.example/x_y_z]\n\n"
        "* 3\\*4 &amp; &#92;\n\n_Kept up_ {{okr\\-syncer\\:acme/1}}"
    )

    assert jira_text(markup) == (
        "OKR rollup · Flow (web)\nis OFF TRACK, see the epic\n- 3*4 & \\\nKept up okr-syncer:acme/1"
    )
