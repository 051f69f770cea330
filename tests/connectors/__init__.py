import pytest

pytest.register_assert_rewrite(
    "connectors.testing.ledger",
    "connectors.testing.lives",
    "connectors.testing.reading",
    "connectors.testing.failing",
    "connectors.testing.publishing",
)
