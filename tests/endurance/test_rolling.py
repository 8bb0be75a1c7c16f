"""Replicas restarted in turn in short; `make soak` does it for five minutes."""

from tests.endurance.rolling import roll


async def test_rolling() -> None:
    """While replicas are restarted in turn, each request is answered, and rightly."""
    course = await roll(minutes=0.15)

    assert (course.lost, course.wrong) == ([], [])
    assert course.answered == 450
    assert course.restarts >= 1
