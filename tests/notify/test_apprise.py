"""What goes over the wire, and what of the address goes nowhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from syncer.errors import CredentialsError, FatalError, SyncerError, TemporaryError
from syncer.notify.apprise_notifier import AppriseNotifier
from tests.notify.postbox import SECRET, Letter, Postbox, postbox

NAME = "{env: ACME_SLACK_URL}"


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as made:
        yield made


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that any library logs, down to the last level."""
    root, stream = logging.getLogger(), io.StringIO()
    handler, level = logging.StreamHandler(stream), root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def notifier(url: str) -> AppriseNotifier:
    return AppriseNotifier(NAME, lambda: url)


def test_title_and_body_arrive_as_they_were_written(box: Postbox) -> None:
    notifier(box.url).send("acme: news", "Opened\n- 34 % → 52 %: *not* moving & late\n\nClosed\n- Größe")
    assert box.take() == [
        Letter("acme: news", "Opened\n- 34 % → 52 %: *not* moving & late\n\nClosed\n- Größe")
    ]


def test_nobody_is_called_by_a_title(box: Postbox) -> None:
    notifier(box.url).send("@channel", "<!here> and @everyone")
    (letter,) = box.take()
    assert (letter.title, letter.body) == ("@\u200bchannel", "<\u200b!here> and @\u200beveryone")


def test_the_address_is_asked_for_anew_for_each_message(box: Postbox) -> None:
    urls = iter(["json://127.0.0.1:1/old", box.url])
    rotated = AppriseNotifier(NAME, lambda: next(urls))
    with pytest.raises(TemporaryError):
        rotated.send("first", "x")
    rotated.send("second", "x")
    assert [letter.title for letter in box.take()] == ["second"]


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_refusal_is_a_sentence_without_the_address(
    box: Postbox, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    box.answer = status
    with pytest.raises(TemporaryError) as caught:
        notifier(box.url).send("acme: news", "x")
    assert caught.value.sentence == (
        f"{NAME}: the service did not take the message; "
        "see that it can be reached and that the URL there is still valid"
    )
    assert SECRET not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "url", [SECRET, f"nonsense://{SECRET}", f"slack://{SECRET}", f"https://[{SECRET}", f"mailto://{SECRET}"]
)
def test_what_apprise_does_not_know_is_refused_without_showing_it(
    url: str, logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    for attempt in (notifier(url).check, lambda: notifier(url).send("t", "b")):
        with pytest.raises(FatalError) as caught:
            attempt()
        assert caught.value.sentence.startswith(f"{NAME} is no URL that Apprise knows; ")
        assert SECRET not in repr(caught.value)
    assert SECRET not in logged.getvalue() + "".join(capsys.readouterr())


def test_one_entry_has_one_address(box: Postbox) -> None:
    with pytest.raises(FatalError, match="holds 2 URLs; give each an entry of its own"):
        notifier(f"{box.url}, {box.url}").send("t", "b")
    assert box.take() == []


def test_nothing_that_apprise_knows_of_an_address_is_logged(
    logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SyncerError):
        notifier(f"json://user:{SECRET}@127.0.0.1:1/{SECRET}?+X-Key={SECRET}").send("t", "b")
    logging.getLogger("apprise.plugins").error("POST to %s", SECRET)
    assert SECRET not in logged.getvalue() + "".join(capsys.readouterr())


def test_a_secret_that_is_not_there_is_said(box: Postbox) -> None:
    def missing() -> str:
        raise CredentialsError("environment variable ACME_SLACK_URL is not set")

    with pytest.raises(CredentialsError, match="ACME_SLACK_URL is not set"):
        AppriseNotifier(NAME, missing).send("t", "b")


def test_a_check_names_the_service_and_sends_nothing(box: Postbox) -> None:
    assert notifier(box.url).check() == "JSON"
    assert box.take() == []
