"""The breaker and the budget of repeats: pure, by a clock that is told the time."""

from typing import Any

import pytest

from gateway.imin.transport.circuit_breaker import Breaker, RetryBudget


class Clock:
    """A clock that is told the time."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


Step = tuple[float, str, Any]


CLOSED: Step = (0, "fail", "closed")


BREAKER: dict[str, list[Step]] = {
    "four failures leave it closed": [CLOSED] * 4,
    "the fifth in a row opens it": [CLOSED] * 4 + [(0, "fail", "open"), (0.9, "admit", False)],
    "a success between starts the count anew": [CLOSED] * 4 + [(0, "work", "closed")] + [CLOSED] * 4,
    "after a second one call goes through": [CLOSED] * 4
    + [(0, "fail", "open"), (1, "admit", True), (1, "admit", False), (1.5, "admit", False)],
    "a probe that works closes it": [CLOSED] * 4
    + [(0, "fail", "open"), (1, "admit", True), (1.1, "work", "closed"), (1.1, "admit", True)],
    "a probe that fails leaves it open for the rest of its second": [CLOSED] * 4
    + [(0, "fail", "open"), (1, "admit", True), (1.1, "fail", "open"), (1.9, "admit", False)]
    + [(2, "admit", True)],
    "after a probe that hung the next goes at once": [CLOSED] * 4
    + [(0, "fail", "open"), (1, "admit", True), (2.5, "fail", "half-open"), (2.5, "admit", True)],
    "a probe that was given up lets another try": [CLOSED] * 4
    + [(0, "fail", "open"), (1, "admit", True), (1.2, "abandon", "open"), (2, "admit", True)],
    "calls from before the opening say nothing": [(0, "admit", True)]
    + [CLOSED] * 4
    + [(0, "fail", "open"), (0.5, "work before", "open"), (0.5, "admit", False)],
}


@pytest.mark.parametrize("steps", BREAKER.values(), ids=BREAKER)
def test_breaker(steps: list[Step]) -> None:
    """Opens after five failures in a row, and lets one call a second through to see."""
    clock = Clock()
    breaker = Breaker(5, 1.0, clock)
    era = breaker.admit()
    first = era
    assert first is not None

    for at, action, expected in steps:
        clock.now = at
        if action == "admit":
            admitted = breaker.admit()
            assert (admitted is not None) is expected
            era = era if admitted is None else admitted
            continue
        current = breaker._era  # noqa: SLF001  # calls let through now belong to it
        if action == "work before":
            breaker.worked(first)
        else:
            {"fail": breaker.failed, "work": breaker.worked, "abandon": breaker.abandoned}[action](current)
        assert breaker.state == expected


@pytest.mark.parametrize(
    ("calls", "repeats"), [(0, 3), (5, 4), (10, 5), (40, 10), (1_000, 10)], ids="{} calls".format
)
def test_budget(calls: int, repeats: int) -> None:
    """Repeats: three to begin with, one for every five calls, ten at once at most."""
    budget = RetryBudget(0.2)
    for _ in range(calls):
        budget.earn()

    spent = 0
    while budget.spend():
        spent += 1

    assert spent == repeats


def test_budget_share() -> None:
    """Where every call fails, one in five is repeated."""
    budget = RetryBudget(0.2)
    repeats = 0
    for _ in range(1_000):
        budget.earn()
        repeats += budget.spend()

    assert repeats == 203
