import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.load import parse_file
from config.schema import workspace_schema
from tests.config.models import KINDS

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"
CHECK = jsonschema.Draft202012Validator(workspace_schema(KINDS))


def keys(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node
        for child in node.values():
            yield from keys(child)
    elif isinstance(node, list):
        for child in node:
            yield from keys(child)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(workspace_schema(KINDS))
    jsonschema.Draft202012Validator.check_schema(workspace_schema({}))


@pytest.mark.parametrize("name", ["minimal", "full"])
def test_the_examples_fit(name: str) -> None:
    CHECK.validate(parse_file(EXAMPLES / f"{name}.yaml").value)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"workspace": "Acme"},
        {"zone": "UTC"},
        {"connections": {"jira": {"kind": "linear"}}},
        {"connections": {"jira": {"kind": "jira", "url": "https://a", "token": "hunter2"}}},
        {"connections": {"Jira": {"kind": "jira", "url": "https://a", "token": {"env": "T"}}}},
        {"connections": {"jira": {"kind": "jira", "url": "https://a", "token": {"env": "T", "file": "t"}}}},
        {"schedule": {"sync": "often"}},
        {"signals": {"behind_gap": 25}},
        {"signals": {"focus_limt": 5}},
        {"status_map": {"jira": {"Done": "doen"}}},
        {"notify": [{"to": {"env": "A"}, "on": []}]},
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(changed: dict[str, Any]) -> None:
    assert CHECK.is_valid({"version": 1, "workspace": "acme"})
    assert not CHECK.is_valid({"version": 1, "workspace": "acme", **changed})


def test_it_keeps_to_what_older_editors_understand() -> None:
    newer = {"prefixItems", "oneOf", "discriminator", "ge", "gt", "le"}
    assert newer.isdisjoint(keys(workspace_schema(KINDS)))


def test_defaults_are_written_as_the_file_writes_them() -> None:
    schedule = workspace_schema(KINDS)["$defs"]["Schedule"]["properties"]
    assert {key: field["default"] for key, field in schedule.items()} == {
        "sync": "every 15m",
        "reconcile": "daily 03:00",
        "check_in": "mon 09:00",
        "stale_after": "2h",
    }


def test_the_same_connectors_give_the_same_document() -> None:
    turned = dict(reversed(KINDS.items()))
    assert json.dumps(workspace_schema(turned)) == json.dumps(workspace_schema(KINDS))
