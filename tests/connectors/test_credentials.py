"""A wrong token fails once, whoever uses it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from connectors.credentials import RefusedCredentials
from syncer.errors import CredentialsError

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
