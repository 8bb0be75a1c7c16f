"""A Redis for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.support.redis_server import RedisServer, redis_running


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    async with redis_running() as server:
        yield server
