from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from connectors.asana.connector import plugin as asana
from connectors.jira.connector import plugin as jira
from syncer.errors import FatalError
from syncer.registry import GROUP, load_installed, load_plugins


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_the_installed_connectors_are_found_by_kind() -> None:
    plugins = load_plugins()
    assert plugins["jira"] is jira
    assert plugins["asana"] is asana


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            [entry("nowhere", "no.such.module:plugin")],
            (
                "connector nowhere of an unknown distribution cannot be loaded: No module named 'no'; "
                "install it again"
            ),
        ),
        (
            [entry("jira", "connectors.jira.connector:JiraConnector")],
            (
                "connector jira of an unknown distribution: connectors.jira.connector:JiraConnector is no "
                "syncer.ports.Plugin"
            ),
        ),
        (
            [entry("linear", "connectors.jira.connector:plugin")],
            "connector linear of an unknown distribution says its kind is jira; the two must agree",
        ),
        (
            [
                entry("jira", "connectors.jira.connector:plugin"),
                entry("jira", "connectors.jira.connector:plugin"),
            ],
            "kind jira has two connectors; uninstall an unknown distribution or the other",
        ),
    ],
)
def test_a_connector_that_cannot_be_used_is_named(found: list[EntryPoint], sentence: str) -> None:
    with pytest.raises(FatalError) as caught:
        load_plugins(found)
    assert caught.value.sentence == sentence


def test_what_is_broken_keeps_nobody_from_the_rest() -> None:
    found = load_installed(
        [
            entry("asana", "connectors.asana.connector:plugin"),
            entry("nowhere", "no.such.module:plugin"),
            entry("jira", "connectors.jira.connector:plugin"),
            entry("jira", "connectors.jira.connector:plugin"),
        ]
    )

    assert found.plugins == {"asana": asana}
    assert found.broken == {
        "nowhere": (
            "connector nowhere of an unknown distribution cannot be loaded: No module named 'no'; "
            "install it again"
        ),
        "jira": "kind jira has two connectors; uninstall an unknown distribution or the other",
    }
