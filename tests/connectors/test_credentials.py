"""A wrong token fails once, whoever uses it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from connectors import credentials
from connectors.credentials import RefusedCredentials
from syncer.errors import CredentialsError, TemporaryError

HOST = "acme.example"
SENTENCE = "Jira has already refused this token, so it was not sent again"


def test_a_refused_credential_is_not_sent_again() -> None:
    memory = RefusedCredentials()
    memory.refuse(HOST, "old")
    with pytest.raises(CredentialsError) as caught, memory.login("Jira", HOST, "old"):
        pytest.fail("it was sent")
    assert str(caught.value) == SENTENCE
    assert caught.value.hint == (
        "Too many failed logins lock an account. Put a new token where the workspace file points; "
        "if the account was unlocked instead, restart the service."
    )


@pytest.mark.parametrize(("host", "credential"), [(HOST, "new"), ("other.example", "old")])
def test_another_credential_or_host_is_tried(host: str, credential: str) -> None:
    memory = RefusedCredentials()
    memory.refuse(HOST, "old")
    with memory.login("Jira", host, credential):
        pass
    assert not memory.was_refused(host, credential)


def test_what_is_accepted_later_counts() -> None:
    memory = RefusedCredentials()
    memory.refuse(HOST, "old")
    memory.accept(HOST, "old")
    assert not memory.was_refused(HOST, "old")
    memory.refuse(HOST, "old")
    memory.forget()
    assert not memory.was_refused(HOST, "old")


def test_no_secret_is_kept() -> None:
    memory = RefusedCredentials()
    memory.refuse(HOST, "s3cr3t-token")
    assert "s3cr3t" not in repr(vars(memory))


def test_many_workers_with_one_wrong_token_fail_once() -> None:
    memory, start, count = RefusedCredentials(), Barrier(8), Lock()
    sent: list[int] = []

    def work(number: int) -> str:
        start.wait()
        try:
            with memory.login("Jira", HOST, "wrong"):
                with count:
                    sent.append(number)
                memory.refuse(HOST, "wrong")
        except CredentialsError as error:
            return str(error)
        return "refused"

    with ThreadPoolExecutor(8) as pool:
        said = sorted(pool.map(work, range(8)))
    assert len(sent) == 1
    assert said == [SENTENCE] * 7 + ["refused"]


def test_workers_with_an_accepted_token_do_not_take_turns() -> None:
    memory, together = RefusedCredentials(), Barrier(4)
    memory.accept(HOST, "good")

    def work(_: int) -> bool:
        with memory.login("Jira", HOST, "good"):
            together.wait(timeout=10)
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))


def test_an_answer_from_before_a_refusal_does_not_take_it_back() -> None:
    memory = RefusedCredentials()
    memory.accept(HOST, "revoked")
    with memory.login("Jira", HOST, "revoked") as early:
        memory.refuse(HOST, "revoked")
        memory.accept(HOST, "revoked", early)
    assert memory.was_refused(HOST, "revoked")


def test_workers_with_a_token_revoked_since_its_last_use_fail_once() -> None:
    moment = [0.0]
    memory, start, count = RefusedCredentials(lambda: moment[0]), Barrier(8), Lock()
    memory.accept(HOST, "revoked")
    moment[0] = 61.0
    sent: list[int] = []

    def work(number: int) -> bool:
        start.wait()
        try:
            with memory.login("Jira", HOST, "revoked"):
                with count:
                    sent.append(number)
                memory.refuse(HOST, "revoked")
        except CredentialsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 1
    assert len(sent) == 1


def test_after_one_was_accepted_again_the_others_go_together() -> None:
    moment = [0.0]
    memory, start, together = RefusedCredentials(lambda: moment[0]), Barrier(5), Barrier(4)
    memory.accept(HOST, "good")
    moment[0] = 61.0

    def first(_: int) -> bool:
        with memory.login("Jira", HOST, "good") as login:
            start.wait(timeout=10)
            memory.accept(HOST, "good", login)
        return True

    def later(_: int) -> bool:
        start.wait(timeout=10)
        with memory.login("Jira", HOST, "good"):
            together.wait(timeout=10)
        return True

    with ThreadPoolExecutor(5) as pool:
        going = [pool.submit(first, 0), *(pool.submit(later, n) for n in range(4))]
        assert all(one.result() for one in going)


def test_who_waits_too_long_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_LONGEST_TURN", 0.05)
    memory = RefusedCredentials()
    with memory.login("Jira", HOST, "new"), ThreadPoolExecutor(1) as pool:

        def work() -> None:
            with memory.login("Jira", HOST, "new"):
                pytest.fail("it was sent")

        with pytest.raises(TemporaryError) as caught:
            pool.submit(work).result()
    assert str(caught.value) == (
        "Jira has not answered yet whether it accepts this token, so nothing else was sent with it"
    )


def test_who_may_wait_less_gives_up_sooner() -> None:
    refused = RefusedCredentials()
    with refused.login("Jira", "host", "token"):

        def second() -> str:
            try:
                with refused.login("Jira", "host", "token", longest=0.1):
                    return "sent"
            except TemporaryError as error:
                return error.sentence

        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(second).result(timeout=10)
    assert said == "Jira has not answered yet whether it accepts this token, so nothing else was sent with it"
