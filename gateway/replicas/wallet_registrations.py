"""Registrations of devices for passes, where all replicas can read them."""

from typing import Any

from gateway.artefacts.wallet.registrations import (
    MAX_DEVICES,
    MAX_PASSES,
    RETENTION_SECONDS,
    TooManyRegistrations,
)
from gateway.journal.errors import JournalUnavailable
from gateway.replicas.redis_client import RedisClient, RedisUnavailable
from gateway.replicas.stored_values import key_name


class ReplicaRegistrations:
    """Implements Registrations in Redis: of each pass its devices and tokens, of each device its passes.

    The state file of one replica would lack what was registered or removed at another.
    """

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def add(self, device: str, serial: str, push_token: str) -> bool:
        of_pass, of_device = _of_pass(serial), _of_device(device)

        def look(pipeline: Any) -> None:
            pipeline.hexists(of_pass, device)
            pipeline.hlen(of_pass)
            pipeline.scard(of_device)

        def fill(pipeline: Any) -> None:
            pipeline.hset(of_pass, device, push_token)
            pipeline.expire(of_pass, RETENTION_SECONDS)
            pipeline.sadd(of_device, serial)
            pipeline.expire(of_device, RETENTION_SECONDS)

        is_known, devices, passes = await self._run(look)
        if not is_known and (devices >= MAX_DEVICES or passes >= MAX_PASSES):
            raise TooManyRegistrations
        await self._run(fill)
        return not is_known

    async def remove(self, device: str, serial: str) -> None:
        def fill(pipeline: Any) -> None:
            pipeline.hdel(_of_pass(serial), device)
            pipeline.srem(_of_device(device), serial)

        await self._run(fill)

    async def serials(self, device: str) -> list[str]:
        [found] = await self._run(lambda pipeline: pipeline.smembers(_of_device(device)))
        return sorted(serial.decode("utf-8", "replace") for serial in found)[:MAX_PASSES]

    async def _run(self, fill: Any) -> list[Any]:
        try:
            return await self._redis.pipeline(fill, is_transaction=True)
        except RedisUnavailable as error:
            raise JournalUnavailable("redis is unavailable") from error


def _of_pass(serial: str) -> str:
    return key_name("wallet-pass", serial)


def _of_device(device: str) -> str:
    return key_name("wallet-device", device)
