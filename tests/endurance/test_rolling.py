"""Replicas restarted in turn, once each; `make soak` does it for five minutes."""

from tests.endurance.rolling import roll


async def test_rolling() -> None:
    """While replicas are restarted in turn, every request gets the right answer."""
    result = await roll(minutes=0, restarts=2)

    assert (result.lost, result.wrong) == ([], [])
    assert result.restarts >= 2
    assert result.answered > 2
