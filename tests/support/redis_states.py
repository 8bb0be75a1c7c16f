"""States in which a Redis server answers, but cannot be used. Each lasts as long as its context."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.redis_server import RedisServer, redis_running
from tests.support.waiting import until

SLOW_LOADING = ("--loading-process-events-interval-bytes", "1024")
"""Options with which a server answers while it loads data."""


@asynccontextmanager
async def replica(server: RedisServer) -> AsyncIterator[None]:
    """READONLY to each write, as after a failover."""
    async with redis_running() as primary:
        await server.command("REPLICAOF", "127.0.0.1", primary.port)
        yield


@asynccontextmanager
async def orphan(server: RedisServer) -> AsyncIterator[None]:
    """MASTERDOWN to everything."""
    await server.command("CONFIG", "SET", "replica-serve-stale-data", "no")
    async with replica(server):
        pass
    await until(lambda: _has(server, "replication", "master_link_status:down"))
    yield


@asynccontextmanager
async def loading(server: RedisServer) -> AsyncIterator[None]:
    """LOADING to everything. server: started with SLOW_LOADING."""
    async with redis_running("--enable-debug-command", "yes") as primary:
        await primary.command("DEBUG", "POPULATE", 50_000)
        await server.command("CONFIG", "SET", "key-load-delay", 2_000)
        await server.command("REPLICAOF", "127.0.0.1", primary.port)
        await until(lambda: _has(server, "persistence", "loading:1"))
        yield
        await server.kill()  # instead of waiting for it


@asynccontextmanager
async def without_slots(server: RedisServer) -> AsyncIterator[None]:
    """CLUSTERDOWN to everything. server: started with `--cluster-enabled yes`, and has all slots."""
    await server.command("CLUSTER", "FLUSHSLOTS")
    await until(lambda: _cluster_is(server, "fail"))
    yield


@asynccontextmanager
async def without_replicas(server: RedisServer) -> AsyncIterator[None]:
    """NOREPLICAS to each write, as a primary answers that is cut off from its replicas."""
    await server.command("CONFIG", "SET", "min-replicas-to-write", 1)
    yield


@asynccontextmanager
async def without_disk(server: RedisServer) -> AsyncIterator[None]:
    """MISCONF to each write."""
    shutil.rmtree(server.folder)
    await server.command("CONFIG", "SET", "save", "3600 1")
    await server.command("BGSAVE")
    await until(lambda: _has(server, "persistence", "rdb_last_bgsave_status:err"))
    yield


@asynccontextmanager
async def without_memory(server: RedisServer) -> AsyncIterator[None]:
    """OOM to each write."""
    await server.command("CONFIG", "SET", "maxmemory", 1)
    yield


async def take_all_slots(server: RedisServer) -> None:
    """Make a server with `--cluster-enabled yes` a whole cluster."""
    await server.command("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)
    await until(lambda: _cluster_is(server, "ok"))


async def _has(server: RedisServer, section: str, line: str) -> bool:
    name, _, value = line.partition(":")
    return str((await server.command("INFO", section))[name]) == value


async def _cluster_is(server: RedisServer, state: str) -> bool:
    return bool((await server.command("CLUSTER INFO"))["cluster_state"] == state)
