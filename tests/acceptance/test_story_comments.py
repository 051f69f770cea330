"""Every comment of the demo quarter, in each of its three renderings, is one that its tracker takes."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema.validators import validator_for

from connectors.asana.markup import rich_text
from connectors.jira.markup import adf, wiki
from syncer.domain.comment import Comment
from tests.acceptance.test_story_quarter import play
from tests.connectors import specs

ASANA_TAGS = {"body", "strong", "em", "u", "s", "code", "ol", "ul", "li", "a"}
OURS_IN_WIKI = re.compile(
    r"\{color(?::#[0-9a-f]{6}|:[a-z]+)?\}|\{\{.*?\}\}|\[[^\[\]|~]*\|https?://[^\[\]|]+\]|^h3\. |^\* ",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def comments(tmp_path_factory: pytest.TempPathFactory) -> list[Comment]:
    played = play(date(2026, 11, 22), 7, tmp_path_factory.mktemp("acme"))
    delivered = [one.publication.comment for report in played.reports for one in report.delivered]
    found = [comment for comment in delivered if comment is not None]
    assert len(found) > 20
    return found


def test_as_a_document(comments: list[Comment]) -> None:
    schema: Any = json.loads(specs.needed("adf-schema-full.json").read_text(encoding="utf-8"))
    validator = validator_for(schema)(schema)
    for comment in comments:
        validator.validate(adf(comment))


def test_as_rich_text(comments: list[Comment]) -> None:
    for comment in comments:
        body = ET.fromstring(rich_text(comment))
        for element in body.iter():
            assert element.tag in ASANA_TAGS
            assert set(element.attrib) <= ({"href"} if element.tag == "a" else set())


def test_as_wiki_markup(comments: list[Comment]) -> None:
    """What is left without escaped characters and our own markup holds nothing that Jira acts on."""
    for comment in comments:
        left = OURS_IN_WIKI.sub("", re.sub(r"\\.", "", wiki(comment)))
        assert re.findall(r"[{}\[\]|!~^]|https?:", left) == []
