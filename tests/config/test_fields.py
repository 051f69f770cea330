from datetime import time, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from config.fields import (
    LITERAL_SECRET,
    Daily,
    DailyAt,
    Duration,
    Every,
    Identifier,
    Number,
    SecretRef,
    Switch,
    Weekly,
    WeeklyAt,
    brief,
    format_duration,
    is_loopback,
)
from tests.config.models import AsanaLike, JiraLike


def sentence_of(kind: Any, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    (error,) = caught.value.errors()
    return str(error["ctx"]["error"])


def url_of(url: str, **more: object) -> str:
    return JiraLike.parse({"kind": "jira", "url": url, "token": {"env": "T"}, **more}).url


def url_sentence(url: str) -> str:
    with pytest.raises(ValidationError) as caught:
        url_of(url)
    (error,) = caught.value.errors()
    assert error["loc"] == ("url",)
    return str(error["ctx"]["error"])


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("15m", timedelta(minutes=15)),
        ("6h", timedelta(hours=6)),
        ("21d", timedelta(days=21)),
        ("2w", timedelta(weeks=2)),
        (" 2 w ", timedelta(weeks=2)),
    ],
)
def test_durations_are_read(text: str, length: timedelta) -> None:
    assert TypeAdapter(Duration).validate_python(text) == length


@pytest.mark.parametrize(
    "value", ["15", "15s", "-1d", "1.5h", "", 15, True, None, "every 15m", "123456d", "x" * 500]
)
def test_other_durations_are_refused(value: object) -> None:
    assert sentence_of(Duration, value) == f"{brief(value)} is not a duration; write 15m, 6h, 21d or 2w"


@pytest.mark.parametrize("text", ["every 15m", "15m"])
def test_an_interval_may_say_every(text: str) -> None:
    assert TypeAdapter(Every).validate_python(text) == timedelta(minutes=15)
    assert TypeAdapter(Every).dump_python(timedelta(minutes=15)) == "every 15m"


def test_an_interval_is_at_least_a_minute() -> None:
    assert sentence_of(Every, "every 0m") == "the shortest interval is 1m"


@pytest.mark.parametrize("text", ["0m", "15m", "90m", "6h", "25h", "21d"])
def test_durations_are_written_as_they_are_read(text: str) -> None:
    assert format_duration(TypeAdapter(Duration).validate_python(text)) == text


def test_schedule_times_are_read_and_written() -> None:
    assert TypeAdapter(Daily).validate_python("daily 03:00") == DailyAt(time(3))
    assert TypeAdapter(Weekly).validate_python("Sun 23:59") == WeeklyAt(6, time(23, 59))
    assert str(DailyAt.at("03:05")) == "daily 03:05"
    assert str(WeeklyAt.at("mon", "09:00")) == "mon 09:00"


@pytest.mark.parametrize("value", ["03:00", "daily 24:00", "daily 3:00", "mon 09:00", 3])
def test_other_times_of_the_day_are_refused(value: object) -> None:
    assert sentence_of(Daily, value) == f"{brief(value)} is not a time of the day; write daily 03:00"


@pytest.mark.parametrize("value", ["09:00", "monday 09:00", "mon 9:00", "daily 03:00", None])
def test_other_times_of_the_week_are_refused(value: object) -> None:
    expected = f"{brief(value)} is not a time of the week; write mon 09:00 (mon tue wed thu fri sat sun)"
    assert sentence_of(Weekly, value) == expected


def test_a_secret_is_a_reference() -> None:
    assert str(SecretRef.model_validate({"env": "ACME_TOKEN"})) == "{env: ACME_TOKEN}"
    assert str(SecretRef.model_validate({"file": "acme/token"})) == "{file: acme/token}"


@pytest.mark.parametrize(
    "value",
    [
        "hunter2",
        4711,
        True,
        None,
        ["hunter2"],
        {},
        {"hunter2": ""},
        {"value": "hunter2"},
        {"env": "A", "file": "hunter2"},
        {"env": 4711},
        {"file": " "},
    ],
)
def test_a_literal_secret_is_refused_and_never_repeated(value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        SecretRef.model_validate(value)
    assert str(caught.value.errors()[0]["ctx"]["error"]) == LITERAL_SECRET
    assert "hunter2" not in str(caught.value)
    assert "4711" not in str(caught.value)


def test_an_environment_name_that_is_none_is_not_repeated() -> None:
    said = sentence_of(SecretRef, {"env": "xoxb-hunter2"})
    assert said == "env: takes the name of an environment variable: letters, digits and _, no digit first"


def test_an_address_in_the_place_of_a_file_is_not_repeated() -> None:
    said = sentence_of(SecretRef, {"file": "json://hunter2/x"})
    assert said == "file: takes the name of a file; write the address into that file"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://acme.atlassian.net/", "https://acme.atlassian.net"),
        ("https://acme.example:8443/jira//", "https://acme.example:8443/jira"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_urls_lose_their_trailing_slash(given: str, kept: str) -> None:
    assert url_of(given) == kept


@pytest.mark.parametrize("url", ["http://acme.example", "http://10.0.0.1", "http://localhost.acme.example"])
def test_http_leaves_this_machine_only_where_it_is_allowed(url: str) -> None:
    remedy = "use https://, or set allow_http: true on this connection"
    assert url_sentence(url) == f"http:// sends the token in clear text; {remedy}"
    assert url_of(url, allow_http=True) == url


@pytest.mark.parametrize(
    "url", ["acme.example", "ftp://acme.example", "https://", "https://a:99999", "https://a b"]
)
def test_other_addresses_are_refused(url: str) -> None:
    assert url_sentence(url) == "not a web address; write https://host"


@pytest.mark.parametrize("url", ["https://bot:hunter2@acme.example", "https://hunter2@acme.example"])
def test_credentials_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    assert url_sentence(url) == "a user name or password does not belong in a URL; the token has its own key"


@pytest.mark.parametrize("url", ["https://acme.example/?token=hunter2", "https://acme.example/#x"])
def test_a_query_in_a_url_is_refused(url: str) -> None:
    said = "a query or fragment does not belong in this URL; write the address of the site alone"
    assert url_sentence(url) == said


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("LOCALHOST", True), ("127.1", False), ("a", False)],
)
def test_loopback_is_this_machine_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_digits_without_quotes_are_an_identifier() -> None:
    settings = AsanaLike.parse({"kind": "asana", "workspace_gid": 1200000000000001, "token": {"env": "T"}})
    assert settings.workspace_gid == "1200000000000001"
    assert settings.url == "https://app.asana.com"
    assert sentence_of(Identifier, 1.5) == "an id that looks like a decimal number needs quotes"


@pytest.mark.parametrize("value", ["34", True, None, []])
def test_only_numbers_are_numbers(value: object) -> None:
    assert sentence_of(Number, value) == f"{brief(value)} is not a number"


@pytest.mark.parametrize(("value", "word"), [("on", "on"), (True, "on"), ("off", "off"), (False, "off")])
def test_a_switch_takes_either_spelling(value: object, word: str) -> None:
    assert TypeAdapter(Switch).validate_python(value) == word


def test_numbers_stay_within_what_can_be_subtracted() -> None:
    said = "is too large to be reckoned with; choose a larger unit"
    assert sentence_of(Number, 10**400) == said
    assert sentence_of(Number, -1e300) == said
    assert TypeAdapter(Number).validate_python(-1e15) == -1e15


def test_durations_stay_within_what_can_be_added_to_a_date() -> None:
    assert sentence_of(Duration, "99999w") == "'99999w' is longer than ten years"
    assert TypeAdapter(Duration).validate_python("520w") == timedelta(weeks=520)


def test_values_are_shown_short() -> None:
    assert brief("x" * 500) == f"'{'x' * 55}…'"
    assert [brief(value) for value in (True, [1], {"a": 1}, 1.5, None)] == [
        "true",
        "a list",
        "a mapping",
        "1.5",
        "None",
    ]
