"""The budget of retries."""

import pytest

from gateway.imin.transport.retry_budget import RetryBudget


@pytest.mark.parametrize(
    ("calls", "retries"), [(0, 3), (5, 4), (10, 5), (40, 10), (1_000, 10)], ids="{} calls".format
)
def test_saved_retries(calls: int, retries: int) -> None:
    """There are three retries to begin with and one more for every five calls, at most ten at once."""
    budget = RetryBudget(0.2)
    for _ in range(calls):
        budget.record_call()

    taken = 0
    while budget.charge():
        taken += 1

    assert taken == retries


def test_share() -> None:
    """If every call fails, one in five is retried."""
    budget = RetryBudget(0.2)
    retries = 0
    for _ in range(1_000):
        budget.record_call()
        retries += budget.charge()

    assert retries == 203
