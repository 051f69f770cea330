"""Our one comment, on the wire and on the site."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from connectors.sandbox.jira_site import Deployment
from connectors.sandbox.server import Response, Wire
from syncer.domain.comment import marker
from syncer.domain.sync import ConnectorState, Delivery, Placement, Receipt, Standing, Wrote
from syncer.errors import ForbiddenError, NotFoundError, ReadOnlyError, SkippableError, TemporaryError
from tests.connectors.jira.desk import ANA, Desk, comment, desk, on, publication, ref

BOTH = pytest.mark.parametrize("deployment", ["cloud", "datacenter"])


def posted(d: Desk, **options: Any) -> Delivery:
    return d.connect(**options).publish(publication(d.id_of("ONB-1")), None)


def body_of(d: Desk) -> Any:
    return d.site.comments("ONB-1")[-1].body


@BOTH
def test_a_comment_is_created_with_its_property(deployment: Deployment) -> None:
    with desk(deployment) as d:
        delivery = posted(d)
        (made,) = d.site.comments("ONB-1")
        assert delivery == Delivery(Placement(made.id), Standing.STANDING, Wrote.CREATED)
        wanted = publication(d.id_of("ONB-1"))
        assert made.properties["okr-syncer"] == {"marker": wanted.marker, "digest": wanted.digest, "v": 1}
        assert made.properties["sd.public.comment"] == {"internal": True}
        assert made.visibility is None
        assert wanted.marker in str(made.body)


@BOTH
@pytest.mark.parametrize("seen_by", ["group", "role"])
def test_a_restricted_comment_is_never_public(deployment: Deployment, seen_by: str) -> None:
    with desk(deployment) as d:
        placement = posted(d, comment_visibility={seen_by: "staff"}).placement
        assert d.site.comments("ONB-1")[0].visibility == {"type": seen_by, "value": "staff"}
        connector = d.connect(comment_visibility={seen_by: "staff"})
        connector.publish(publication(d.id_of("ONB-1"), "More"), placement)
        assert [w.json["visibility"] for w in d.writes()] == [{"type": seen_by, "value": "staff"}] * 2


@BOTH
@pytest.mark.parametrize("status", [400, 403])
def test_a_restriction_that_is_refused_never_falls_back_to_a_public_comment(
    deployment: Deployment, status: int
) -> None:
    why = {"errorMessages": ["The group named staff does not exist."], "errors": {}}
    with desk(deployment) as d:
        d.server.fault = on("POST", "/comment", Response.of(status, why))
        connector = d.connect(comment_visibility={"group": "staff"})
        with pytest.raises(SkippableError, match="staff does not exist"):
            connector.publish(publication(d.id_of("ONB-1")), None)
        assert d.site.comments("ONB-1") == []
        assert [w.json["visibility"]["value"] for w in d.writes()] == ["staff"]


@BOTH
def test_an_edit_is_in_place_and_quiet(deployment: Deployment) -> None:
    with desk(deployment) as d:
        placement = posted(d).placement
        delivery = d.connect().publish(publication(d.id_of("ONB-1"), "Newer"), placement)
        assert delivery == Delivery(placement, Standing.STANDING, Wrote.UPDATED)
        assert len(d.site.comments("ONB-1")) == 1
        assert "Newer" in str(body_of(d))
        assert d.writes()[-1].query == {"notifyUsers": ["false"]}


PAGE = Response(200, b"<!doctype html><title>Log in</title>", {"Content-Type": "text/html"})


@BOTH
@pytest.mark.parametrize("line", ["Newer", None], ids=["edit", "removal"])
def test_a_page_in_the_place_of_an_answer_is_no_success(deployment: Deployment, line: str | None) -> None:
    with desk(deployment) as d:
        placement = posted(d).placement
        wanted = publication(d.id_of("ONB-1"), line or "", withdrawn=line is None)
        d.server.fault = lambda _, request: PAGE if request.method in {"PUT", "DELETE"} else None
        with pytest.raises(TemporaryError) as caught:
            d.connect().publish(wanted, placement)
    assert caught.value.outcome_unknown
    assert str(caught.value).startswith("Jira's answer to our comment cannot be read")


@BOTH
def test_a_lost_quiet_edit_is_not_forgotten_over_a_loud_one_that_is_refused(deployment: Deployment) -> None:
    with desk(deployment) as d:
        placement = posted(d).placement
        d.site.bot_is_admin = False
        answers = [Wire.LOSE_ANSWER, None, Response.of(403, {"errorMessages": ["No"]})]
        d.server.fault = lambda _, request: answers.pop(0) if request.method == "PUT" else None
        with pytest.raises(ForbiddenError) as caught:
            d.connect().publish(publication(d.id_of("ONB-1"), "Newer"), placement)
        assert answers == []
        assert caught.value.outcome_unknown


@BOTH
def test_where_quiet_is_not_allowed_it_is_remembered(deployment: Deployment) -> None:
    with desk(deployment) as d:
        placement = posted(d).placement
        d.site.bot_is_admin = False
        connector = d.connect()
        for line in ("One", "Two"):
            assert connector.publish(publication(d.id_of("ONB-1"), line), placement).wrote is Wrote.UPDATED
        assert [w.query for w in d.writes()[1:]] == [{"notifyUsers": ["false"]}, {}, {}]
        # The next sync makes a new connector and does not try again; another project is another right.
        assert d.connect().publish(publication(d.id_of("ONB-1"), "Three"), placement).wrote is Wrote.UPDATED
        assert [w.query for w in d.writes()[4:]] == [{}]
        elsewhere = replace(publication(d.id_of("ONB-1"), "Four"), ref=ref("WEB-1"))
        d.connect().publish(elsewhere, placement)
        assert [w.query for w in d.writes()[5:]] == [{"notifyUsers": ["false"]}, {}]


@BOTH
def test_a_comment_of_an_account_we_are_not_any_more_is_neither_edited_nor_doubled(
    deployment: Deployment,
) -> None:
    with desk(deployment) as d:
        item, placement = d.id_of("ONB-1"), posted(d).placement
        made = d.site.comments("ONB-1")[0]
        d.site.book.by_id[made.id] = replace(made, author=ANA, update_author=ANA)
        sentence = r"written by another account \(Ana Ruiz\); it is neither edited nor doubled"
        with pytest.raises(ForbiddenError, match=sentence) as caught:
            d.connect().publish(publication(item, "Newer"), placement)
        assert caught.value.hint.startswith("Use that account's token again")
        with pytest.raises(ForbiddenError, match=sentence):
            d.connect().find_published(ref("ONB-1"), item, marker("acme", item))
        assert len(d.writes()) == 1


def test_a_thousand_comments_are_verified_by_one_request() -> None:
    with desk() as d:
        keys = [d.site.add_issue("ONB", "Epic", f"Epic {n}") for n in range(30)]
        placements = {d.id_of(key): d.connect().publish(publication(d.id_of(key)), None) for key in keys}
        receipts = [
            Receipt(
                workspace="acme",
                ref=ref("ONB-1"),
                item_id=item,
                placement=made.placement,
                standing=Standing.STANDING,
            )
            for item, made in placements.items()
        ]
        d.site.edit_comment(keys[3], receipts[3].placement.comment_id or "", ANA, "mine now")
        d.site.delete_comment(keys[4], receipts[4].placement.comment_id or "")
        d.site.hide(keys[5])
        connector, before = d.connect(confirm=None), len(d.server.requests)
        found = connector.verify(receipts)
        assert Counter(found.values()) == {Standing.STANDING: 27, Standing.EDITED: 1, Standing.OPTED_OUT: 1}
        assert receipts[5].item_id not in found, "nobody knows of what is not shown"
        sent = Counter(request.path.rpartition("/")[2] for request in d.server.requests[before:])
        assert sent["list"] == 1
        assert sum(sent.values()) == 7, "two to sign in, one for all, two for each that it does not show"


@BOTH
def test_a_deleted_comment_is_an_opt_out(deployment: Deployment) -> None:
    with desk(deployment) as d:
        placement = posted(d).placement
        d.site.delete_comment("ONB-1", placement.comment_id or "")
        delivery = d.connect().publish(publication(d.id_of("ONB-1"), "Newer"), placement)
        assert delivery == Delivery(placement, Standing.OPTED_OUT, Wrote.NOTHING)
        assert d.site.comments("ONB-1") == []
        assert len(d.writes()) == 1


@BOTH
def test_a_comment_on_an_issue_nobody_shows_us_is_no_opt_out(deployment: Deployment) -> None:
    with desk(deployment) as d:
        item, placement = d.id_of("ONB-1"), posted(d).placement
        d.site.hide("ONB-1")
        for wanted in (publication(item, "Newer"), publication(item, withdrawn=True)):
            with pytest.raises(NotFoundError, match="Jira does not know the item, or does not show it"):
                d.connect().publish(wanted, placement)


@BOTH
def test_what_a_human_edited_is_left_alone(deployment: Deployment) -> None:
    with desk(deployment) as d:
        placement = posted(d).placement
        d.site.edit_comment("ONB-1", placement.comment_id or "", ANA, "mine now")
        delivery = d.connect().publish(publication(d.id_of("ONB-1"), "Newer"), placement)
        assert delivery == Delivery(placement, Standing.EDITED, Wrote.NOTHING)
        assert "mine now" in str(body_of(d))


@BOTH
def test_a_withdrawal_removes_it(deployment: Deployment) -> None:
    with desk(deployment) as d:
        placement = posted(d).placement
        gone = publication(d.id_of("ONB-1"), withdrawn=True)
        assert d.connect().publish(gone, placement) == Delivery(
            Placement(), Standing.WITHDRAWN, Wrote.REMOVED
        )
        assert d.site.comments("ONB-1") == []
        again = d.connect().publish(gone, placement)
        assert again == Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING)


def test_a_withdrawal_of_nothing_asks_nothing() -> None:
    with desk() as d:
        delivery = d.connect().publish(publication("1", withdrawn=True), None)
        assert delivery == Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING)
        assert d.server.requests == []


@BOTH
def test_it_is_found_again_by_marker_and_author(deployment: Deployment) -> None:
    with desk(deployment) as d:
        item = d.id_of("ONB-1")
        mark = marker("acme", item)
        connector = d.connect()
        assert connector.find_published(ref("ONB-1"), item, mark) == ()
        d.site.write_comment("ONB-1", ANA, f"look: {mark}")
        d.site.write_comment("ONB-1", d.site.bot, f"another: {mark}0")
        d.site.write_comment("ONB-1", d.site.bot, f"another: {marker('my-acme', item)}")
        assert connector.find_published(ref("ONB-1"), item, mark) == ()
        placement = posted(d).placement
        for n in range(130):
            d.site.write_comment("ONB-1", ANA, f"talk {n}")
        assert connector.find_published(ref("ONB-1"), item, mark) == (placement,)


@BOTH
def test_a_lost_answer_is_adopted_and_not_posted_again(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.server.fault = on("POST", "/comment", Wire.LOSE_ANSWER)
        with pytest.raises(TemporaryError, match="Jira broke off the connection") as caught:
            posted(d)
        assert caught.value.outcome_unknown
        item = d.id_of("ONB-1")
        found = d.connect().find_published(ref("ONB-1"), item, marker("acme", item))
        assert found == (Placement(d.site.comments("ONB-1")[0].id),)
        assert len(d.writes()) == 1


@BOTH
def test_one_whose_answer_was_lost_is_ours_although_a_person_wrote_over_its_marker(
    deployment: Deployment,
) -> None:
    with desk(deployment) as d:
        d.server.fault = on("POST", "/comment", Wire.LOSE_ANSWER)
        with pytest.raises(TemporaryError):
            posted(d)
        d.server.fault = None
        (mine,) = d.site.comments("ONB-1")
        d.site.edit_comment("ONB-1", mine.id, ANA, "Ana says otherwise")
        for n in range(3):
            d.site.write_comment("ONB-1", d.site.bot, f"of something else {n}")
        item = d.id_of("ONB-1")
        d.server.requests.clear()

        found = d.connect().find_published(ref("ONB-1"), item, marker("acme", item))

        assert found == (Placement(mine.id),)
        asked = [one.path for one in d.server.requests if "/properties/" in one.path]
        assert len(asked) == 1, "nothing is asked about what nobody edited"


@pytest.mark.parametrize("wreck", [Wire.TRUNCATE, Response(201, b"<html>")])
def test_an_unreadable_answer_to_a_new_comment_leaves_the_outcome_unknown(wreck: Any) -> None:
    sentence = "Jira's answer to our comment cannot be read, so it is not known what stands there"
    with (
        desk(fault=on("POST", "/comment", wreck)) as d,
        pytest.raises(TemporaryError, match=sentence) as caught,
    ):
        posted(d)
    assert caught.value.outcome_unknown


@BOTH
def test_without_the_right_to_comment_it_is_said(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.bot_may_comment = False
        with pytest.raises(ForbiddenError, match="the account needs the right 'Add comments'") as caught:
            posted(d)
        assert caught.value.hint.startswith("Give the token's account 'Add comments'")


@BOTH
@pytest.mark.parametrize(
    ("withdrawn", "right"), [(False, "Edit own comments"), (True, "Delete own comments")]
)
def test_without_the_right_to_change_it_it_is_said(
    deployment: Deployment, withdrawn: bool, right: str
) -> None:
    with desk(deployment) as d:
        placement = posted(d).placement
        d.site.bot_may_edit_own = False
        with pytest.raises(ForbiddenError, match=f"the account needs the right '{right}'"):
            d.connect().publish(publication(d.id_of("ONB-1"), "Newer", withdrawn=withdrawn), placement)
        assert len(d.site.comments("ONB-1")) == 1


@BOTH
def test_a_full_issue_is_said(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.comment_limit = 0
        with pytest.raises(SkippableError, match=r"\(413\): The issue has reached its limit of 0 comments"):
            posted(d)


@BOTH
def test_an_issue_that_vanished_takes_no_comment(deployment: Deployment) -> None:
    with desk(deployment) as d:
        wanted = publication(d.id_of("ONB-1"))
        d.site.delete("ONB-1")
        with pytest.raises(NotFoundError):
            d.connect().publish(wanted, None)


@BOTH
def test_a_comment_too_long_is_shortened_and_found_again(deployment: Deployment) -> None:
    with desk(deployment) as d:
        item = d.id_of("ONB-1")
        d.connect().publish(publication(item, *(f"Bet number {n} {'x' * 60}" for n in range(900))), None)
        assert "the rest did not fit into one comment." in str(body_of(d))
        assert d.connect().find_published(ref("ONB-1"), item, marker("acme", item))


@BOTH
def test_a_run_that_only_reads_writes_nothing(deployment: Deployment) -> None:
    with desk(deployment) as d:
        item, placement = d.id_of("ONB-1"), posted(d).placement
        steps = ((publication(item), None), (publication(item), placement))
        for wanted, where in (*steps, (publication(item, withdrawn=True), placement)):
            with pytest.raises(ReadOnlyError, match="was about to be written to Jira in a run that only"):
                d.connect(confirm=None).publish(wanted, where)
        assert d.connect(confirm=None).find_published(ref("ONB-1"), item, marker("acme", item))
        d.connect(confirm=None).fetch([ref("ONB-1")], d.connect().fetch([], ConnectorState()).state)
        assert len(d.writes()) == 1


@BOTH
def test_requests_and_writes_are_counted(deployment: Deployment) -> None:
    with desk(deployment) as d:
        connector = d.connect()
        connector.fetch([ref("ONB-1")], ConnectorState())
        assert (connector.requests, connector.writes) == (4, 0)
        connector.publish(publication(d.id_of("ONB-1")), None)
        assert (connector.requests, connector.writes) == (5, 1)


def test_comments_that_are_no_list_are_a_failure() -> None:
    with desk(fault=on("GET", "/comment", Response.of(200, {"comments": [None], "total": 1}))) as d:
        with_item = d.id_of("ONB-1")
        with pytest.raises(TemporaryError, match="Jira sent a page without a list of comments"):
            d.connect().find_published(ref("ONB-1"), with_item, marker("acme", with_item))


def test_the_digest_is_that_of_the_neutral_comment() -> None:
    assert publication("7", "a").digest == comment("7", "a").digest
