import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest

pytest_plugins = ["tests.databases", "tests.described", "tests.figures"]

KEPT = frozenset({"SYNCER_SPECS", "SYNCER_TEST_PG_DSN"})

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("ci")


def pytest_configure() -> None:
    """A shell starts what it runs in the background deaf to SIGINT, and every child would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> list[str]:
    specs = os.environ.get("SYNCER_SPECS")  # noqa: TID251 - the tests' own setting
    return [
        f"requests are checked against the OpenAPI documents in {specs}"
        if specs
        else "SYNCER_SPECS is unset: the checks against the vendors' OpenAPI documents are skipped",
    ]


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> Iterator[None]:
    """No setting of whoever runs the tests reaches them."""
    foreign = [name for name in os.environ if name.startswith("SYNCER_") and name not in KEPT]  # noqa: TID251 - as above
    with pytest.MonkeyPatch.context() as environment:
        for name in foreign:
            environment.delenv(name)
        yield
