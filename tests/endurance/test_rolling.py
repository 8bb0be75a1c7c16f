"""Replicas restarted in turn, once each; `make soak` does it for five minutes."""

import pytest

from tests.endurance.rolling import roll
from tests.support.redis_server import needs_redis


@pytest.mark.parametrize("with_redis", [False, pytest.param(True, marks=needs_redis)])
async def test_rolling(with_redis: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """While replicas are restarted in turn, and their Redis fails over, every request is answered right."""
    result = await roll(minutes=0, restarts=2, with_redis=with_redis)

    assert (result.lost, result.wrong) == ([], [])
    assert result.restarts >= 2
    assert result.answered > 2
