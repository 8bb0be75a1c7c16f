"""The circuit breaker, driven by a clock that the test sets."""

from typing import Any

import pytest

from gateway.imin.transport.circuit_breaker import CircuitBreaker


class ManualClock:
    """A clock whose time the test sets. now: seconds."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


Step = tuple[float, str, Any]
"""Time, action, and the expected state after it, or for "allow" whether the call is allowed."""


FAILS_CLOSED: Step = (0, "fail", "closed")


STEPS: dict[str, list[Step]] = {
    "four failures leave it closed": [FAILS_CLOSED] * 4,
    "the fifth in a row opens it": [FAILS_CLOSED] * 4 + [(0, "fail", "open"), (0.9, "allow", False)],
    "a success in between resets the count": [FAILS_CLOSED] * 4
    + [(0, "succeed", "closed")]
    + [FAILS_CLOSED] * 4,
    "one call a second is allowed as a probe": [FAILS_CLOSED] * 4
    + [(0, "fail", "open"), (1, "allow", True), (1, "allow", False), (1.5, "allow", False)],
    "a probe that succeeds closes it": [FAILS_CLOSED] * 4
    + [(0, "fail", "open"), (1, "allow", True), (1.1, "succeed", "closed"), (1.1, "allow", True)],
    "a probe that fails leaves it open for the rest of its second": [FAILS_CLOSED] * 4
    + [(0, "fail", "open"), (1, "allow", True), (1.1, "fail", "open"), (1.9, "allow", False)]
    + [(2, "allow", True)],
    "after a probe that hung the next one is allowed at once": [FAILS_CLOSED] * 4
    + [(0, "fail", "open"), (1, "allow", True), (2.5, "fail", "half-open"), (2.5, "allow", True)],
    "a probe without an outcome lets another follow": [FAILS_CLOSED] * 4
    + [(0, "fail", "open"), (1, "allow", True), (1.2, "end without outcome", "open"), (2, "allow", True)],
    "calls from before the opening are ignored": [(0, "allow", True)]
    + [FAILS_CLOSED] * 4
    + [(0, "fail", "open"), (0.5, "succeed in the first epoch", "open"), (0.5, "allow", False)],
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_circuit_breaker(steps: list[Step]) -> None:
    """It opens after five failures in a row, and then allows one call a second as a probe."""
    clock = ManualClock()
    breaker = CircuitBreaker(5, 1.0, clock)
    first_epoch = breaker.epoch
    record = {
        "fail": breaker.record_failure,
        "succeed": breaker.record_success,
        "end without outcome": breaker.record_unknown,
    }

    for at, action, expected in steps:
        clock.now = at
        if action == "allow":
            assert (breaker.allow() is not None) is expected
            continue
        if action == "succeed in the first epoch":
            breaker.record_success(first_epoch)
        else:
            record[action](breaker.epoch)
        assert breaker.state == expected
