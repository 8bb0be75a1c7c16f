"""Leases in Redis: of the replicas whose subscribers watch the same thing, one reads it from imin."""

import asyncio
import secrets
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

from gateway.imin.changes import Change
from gateway.live.shared_polling import Claim
from gateway.replicas.announcements import Announcements
from gateway.replicas.redis_client import RedisClient, RedisUnavailable
from gateway.replicas.stored_values import key_name

_HEARTBEAT_SECONDS = 1.0
_ALIVE_MILLISECONDS = 4_000
"""After that, a replica that shows no sign of life loses its leases."""

_LEASE_MILLISECONDS = 600_000
"""Longer than the longest time between two readings."""

# A lease holds the replica and how much it reads. Any other value counts as none.
_CLAIM = """
local held = redis.call('get', KEYS[1]) or ''
local holder, width = string.match(held, '^(%x+) (%d+)$')
local version = string.sub(redis.call('get', KEYS[2]) or '', 1, 64)
if holder and holder ~= ARGV[1] and tonumber(width) >= tonumber(ARGV[2])
    and redis.call('exists', ARGV[4] .. holder) == 1 then
  return {0, version}
end
redis.call('set', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'px', ARGV[3])
redis.call('pexpire', KEYS[2], ARGV[3])
return {1, version}
"""
_RELEASE = """
local held = redis.call('get', KEYS[1]) or ''
if string.sub(held, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then redis.call('del', KEYS[1]) end
"""


class PollLeases:
    """Implements gateway.live.shared_polling.SharedPolling. While Redis is down, each replica reads."""

    def __init__(self, redis: RedisClient, announcements: Announcements) -> None:
        self._redis = redis
        self._announcements = announcements
        self._replica = secrets.token_hex(8)
        self._alive_prefix = key_name("alive", "")
        self._running: set[asyncio.Task[None]] = set()

    async def claim(self, topic: str, customer: str, width: int) -> Claim:
        keys = _lease(topic, customer), _version(topic, customer)
        arguments = self._replica, width, _LEASE_MILLISECONDS, self._alive_prefix
        try:
            answer: Any = await self._redis.execute(
                lambda redis: redis.eval(_CLAIM, len(keys), *keys, *arguments)
            )
        except RedisUnavailable:
            return Claim(is_mine=True, version="")
        match answer:
            case [int(is_mine), bytes(version)]:
                return Claim(is_mine == 1, version.decode(errors="replace"))
        return Claim(is_mine=True, version="")  # not a Redis that runs scripts

    async def changed(self, topic: str, customer: str) -> str:
        version = secrets.token_hex(8)
        try:
            await self._redis.execute(
                lambda redis: redis.set(_version(topic, customer), version, px=_LEASE_MILLISECONDS)
            )
        except RedisUnavailable:
            return ""
        await self._announcements.announce(Change(customer=customer, topic=topic))
        return version

    def release(self, topic: str, customer: str) -> None:
        name = _lease(topic, customer)
        self._start(self._ignoring_failure(lambda redis: redis.eval(_RELEASE, 1, name, self._replica)))

    def start(self) -> None:
        """Begin to show signs of life."""
        self._heartbeat = asyncio.ensure_future(self._show_life())

    async def stop(self) -> None:
        """Finish what is being released, and show no more signs of life."""
        await asyncio.gather(*self._running, return_exceptions=True)
        self._heartbeat.cancel()
        await asyncio.gather(self._heartbeat, return_exceptions=True)

    async def _show_life(self) -> None:
        name = self._alive_prefix + self._replica
        while True:
            await self._ignoring_failure(lambda redis: redis.set(name, b"", px=_ALIVE_MILLISECONDS))
            await asyncio.sleep(_HEARTBEAT_SECONDS)

    async def _ignoring_failure(self, command: Any) -> None:
        with suppress(RedisUnavailable):  # what is not released or shown expires
            await self._redis.execute(command)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _lease(topic: str, customer: str) -> str:
    return key_name("lease", topic, customer)


def _version(topic: str, customer: str) -> str:
    return key_name("seen", topic, customer)
