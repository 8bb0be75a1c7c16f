"""Replicas restarted in turn for nine seconds; `make soak` does it for five minutes."""

from tests.endurance.rolling import roll


async def test_rolling() -> None:
    """While replicas are restarted in turn, every request gets the right answer."""
    result = await roll(minutes=0.15)

    assert (result.lost, result.wrong) == ([], [])
    assert result.answered == 450
    assert result.restarts >= 1
