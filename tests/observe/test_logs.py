"""The log: one line per event, no secret, no forged line, no traceback for nothing."""

from __future__ import annotations

import io
import json
import logging
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from syncer.observe.logs import bound, configure, get_logger

SECRET = 'k3y"with\\odd/signs\n'


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, threading.excepthook
    yield
    root.handlers[:], threading.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def as_json(level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    configure(format="json", level=level, redact=[SECRET], stream=stream)
    return stream


def test_a_line_says_when_how_grave_who_and_what() -> None:
    stream = as_json()
    get_logger("syncer.x").info("sync closed", workspace="acme", requests=3, seconds=0.5, run=None)
    (line,) = logged(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "event": "sync closed",
        "logger": "syncer.x",
        "workspace": "acme",
        "requests": 3,
        "seconds": 0.5,
        "run": None,
    }


def test_what_is_bound_is_on_every_line_of_the_block_even_others_and_on_none_after() -> None:
    stream = as_json()
    with bound(workspace="acme", slot="09:00"):
        get_logger("x").info("inside")
        logging.getLogger("apscheduler.executors").warning("also %s", "inside")
    get_logger("x").info("outside")
    inside, also, outside = logged(stream)
    assert (inside["workspace"], inside["slot"]) == ("acme", "09:00")
    assert (also["workspace"], also["event"]) == ("acme", "also inside")
    assert "workspace" not in outside


def test_what_one_job_of_a_pooled_thread_binds_does_not_reach_the_next() -> None:
    stream = as_json()

    def first() -> None:
        with bound(workspace="acme"):
            pass

    with ThreadPoolExecutor(1) as pool:
        pool.submit(first).result()
        pool.submit(get_logger("x").info, "second").result()
    assert "workspace" not in logged(stream)[0]


@pytest.mark.parametrize("name", ["apscheduler.scheduler", "urllib3.connectionpool", "jira.client", "asana"])
def test_libraries_are_quiet_below_a_warning_and_come_out_like_ours(name: str) -> None:
    stream = as_json()
    logging.getLogger(name).info("chatter")
    logging.getLogger(name).warning("retrying %r", {"n": 1})
    (line,) = logged(stream)
    assert (line["logger"], line["level"], line["event"]) == (name, "warning", "retrying {'n': 1}")


def fails(why: str) -> None:
    raise ValueError(why)


def fail_in(name: str, why: str = "no\nway") -> None:
    try:
        fails(why)
    except ValueError:
        logging.getLogger(name).exception("job failed")


def test_an_exception_is_one_line_without_a_traceback() -> None:
    stream = as_json()
    fail_in("apscheduler.executors.default")
    (line,) = logged(stream)
    assert (line["event"], line["error"]) == ("job failed", "ValueError: no\nway")
    assert "Traceback" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_debug_shows_the_traceback_still_on_one_line() -> None:
    stream = as_json("debug")
    fail_in("apscheduler.executors.default")
    (line,) = logged(stream)
    assert line["exception"].startswith("Traceback")
    assert stream.getvalue().count("\n") == 1


def test_a_thread_that_dies_is_a_line_too() -> None:
    stream = as_json()

    def dies() -> None:
        raise ValueError("gone")

    thread = threading.Thread(target=dies, name="lease-acme")
    thread.start()
    thread.join()
    (line,) = logged(stream)
    assert line["event"] == "a thread ended with an error; report this as a defect"
    assert (line["thread"], line["error"]) == ("lease-acme", "ValueError: gone")


def test_a_warning_of_a_library_is_a_line() -> None:
    stream = as_json()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    (line,) = logged(stream)
    assert (line["logger"], "DeprecationWarning: old" in line["event"]) == ("py.warnings", True)


def test_a_level_hides_what_is_below() -> None:
    stream = as_json("warning")
    get_logger("x").info("hidden")
    get_logger("x").warning("shown")
    assert [line["event"] for line in logged(stream)] == ["shown"]


def test_a_second_call_replaces_the_first() -> None:
    first, second = as_json(), as_json()
    get_logger("x").info("once")
    assert (first.getvalue(), len(logged(second))) == ("", 1)


@pytest.mark.parametrize("format_", ["text", "json"])
@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        (f"in a sentence {SECRET}!", "odd"),
        ("GET /x?token=abcdef123&page=2", "abcdef123"),
        ("Authorization: Bearer abc.def-123", "abc.def"),
        ("sent Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("{'Authorization': 'Digest zzz'}", "zzz"),
        ("postgresql://syncer:hunter22@db/okr", "hunter22"),
        ('{"api_token": "hunter22"}', "hunter22"),
    ],
)
def test_a_secret_shows_nowhere(format_: Any, said: str, hidden: str) -> None:
    stream = io.StringIO()
    configure(format=format_, level="debug", redact=[SECRET], stream=stream)
    get_logger("x").info(said, why=said, deep={"list": [said, {"a": said}]}, other=ValueError(said))
    logging.getLogger("urllib3").warning("%s", said)
    fail_in("jira", said)
    assert "***" in stream.getvalue()
    assert hidden not in stream.getvalue()


@pytest.mark.parametrize(
    "key", ["token", "api_token", "Authorization", "password", "client_secret", "cookie", "apikey"]
)
def test_what_stands_under_a_telling_key_is_hidden(key: str) -> None:
    stream = as_json()
    get_logger("x").info("headers", **{key: "hunter22"}, headers={key: ["hunter22"]})
    (line,) = logged(stream)
    assert (line[key], line["headers"]) == ("***", {key: "***"})


@pytest.mark.parametrize(
    "said", ["the token was refused", "tokens=ok is no sentence", "basic work", "status: done"]
)
def test_ordinary_words_stay(said: str) -> None:
    stream = as_json()
    get_logger("x").info(said.replace("tokens=ok", "tokens"))
    assert logged(stream)[0]["event"] == said.replace("tokens=ok", "tokens")


def test_text_is_for_people() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    get_logger("syncer.x").warning(
        "connection failed", workspace="acme", why='it said "no"', hint="", n=3, until=None
    )
    head, tail = stream.getvalue().split(" warning ", 1)
    assert head.endswith("Z")
    assert tail == 'connection failed workspace=acme why="it said \'no\'" hint="" n=3 until=null\n'


@pytest.mark.parametrize("format_", ["text", "json"])
@given(said=st.text(alphabet=st.characters(), max_size=40))
def test_nothing_that_is_logged_can_forge_a_line_or_move_a_terminal(format_: Any, said: str) -> None:
    stream = io.StringIO()
    configure(format=format_, stream=stream)
    logging.getLogger("x").warning("%s", said)
    get_logger("x").warning(said, why=said, deep=[{said: said}])
    text = stream.getvalue()
    assert text.count("\n") == 2
    assert text.replace("\n", "").isprintable()
