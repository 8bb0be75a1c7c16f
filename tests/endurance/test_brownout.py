"""A brownout in short: one endpoint that swallows requests takes no other along, and is forgiven soon."""

from tests.endurance.brownout import brownout


async def test_brownout() -> None:
    """Healthy queries go on, the sick one is refused soon and then at once, and works again after the repair.

    The bound on healthy queries is wide, as this machine may be busy; `make faults` holds the narrow one.
    """
    figures = await brownout(calm=1, brown=4, repaired=2.5)

    assert figures.healthy_failed == 0
    assert figures.brown_p99 < figures.calm_p99 + 0.5
    assert figures.slowest_refusal <= 2
    assert figures.later_refusal < 0.2
    assert figures.recovered_after <= 2
    assert figures.attempts <= 1.2
