"""A short brownout: an endpoint that does not answer affects no other, and is used again soon."""

from tests.endurance.brownout import brownout


async def test_brownout() -> None:
    """Other queries continue; those to the endpoint are refused soon, and work again after the repair.

    The bound on the others is wide, because the machine may be busy; `make faults` checks a narrow one.
    """
    figures = await brownout(calm=1, brown=4, repaired=2.5)

    assert figures.healthy_failed == 0
    assert figures.brown_p99 < figures.calm_p99 + 0.5
    assert figures.slowest_refusal <= 2
    assert figures.later_refusal < 0.2
    assert figures.recovered_after <= 2
    assert figures.attempts <= 1.2
