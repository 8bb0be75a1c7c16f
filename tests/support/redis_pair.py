"""Two real Redis servers behind one name, a primary and a replica, which can change roles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.support.forwarder import Forwarder, forwarding_to
from tests.support.redis_server import RedisServer, redis_running
from tests.support.waiting import until


@dataclass
class RedisPair:
    """name: the primary's; its connections stay with the server they were opened to."""

    name: Forwarder
    primary: RedisServer
    replica: RedisServer

    @property
    def url(self) -> str:
        return RedisServer(self.name.port).url

    async def replicate(self) -> None:
        """Make the replica one, and wait until it has the primary's data."""
        await self.replica.command("REPLICAOF", "127.0.0.1", self.primary.port)
        await until(self._is_in_sync)

    async def fail_over(self) -> None:
        """Swap the roles; the name moves with the role."""
        await self.replicate()
        await self.primary.command("REPLICAOF", "127.0.0.1", self.replica.port)
        await self.replica.command("REPLICAOF", "NO", "ONE")
        self.primary, self.replica = self.replica, self.primary
        self.name.target = self.primary.port

    async def _is_in_sync(self) -> bool:
        status: dict[str, object] = await self.replica.command("INFO", "replication")
        return status.get("master_link_status") == "up"


@asynccontextmanager
async def redis_pair() -> AsyncIterator[RedisPair]:
    async with (
        redis_running() as primary,
        redis_running() as replica,
        forwarding_to(primary.port) as name,
    ):
        pair = RedisPair(name, primary, replica)
        await pair.replicate()
        yield pair
