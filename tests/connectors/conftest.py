from collections.abc import Iterator

import pytest

from connectors import credentials, pacing
from connectors.jira import publishing


@pytest.fixture(autouse=True)
def _new_process() -> Iterator[None]:
    """Ports of loopback come back: what one test's server refused says nothing about the next one's."""
    yield
    credentials.REFUSED.forget()
    pacing.SHARED.forget()
    publishing.LOUD.forget()
