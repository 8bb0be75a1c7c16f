"""The name of imin's host moves to another address while connections are open."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
import yarl

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.imin.transport.errors import ResponseTooLate
from gateway.imin.transport.pool import ConnectionPool
from gateway.sandbox import SANDBOX, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.forwarder import forwarding_to
from tests.support.scripted_server import ScriptedServer, port_of, whole
from tests.support.waiting import PLENTY, until

Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]
MAX_BODY = 1_000


class Name:
    """A resolver of one name. addresses: what it resolves to at present. times: how often it was asked."""

    def __init__(self) -> None:
        self.addresses: list[Address] = []
        self.times = 0

    async def resolve(self, _host: str, _port: int) -> list[Address]:
        self.times += 1
        return self.addresses


def address(port: int, host: str = "127.0.0.1") -> Address:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return (family, socket.SOCK_STREAM, 0, "", (host, port))


async def scripted(stack: AsyncExitStack, answers: list[bytes]) -> tuple[ScriptedServer, int]:
    """A server with these answers, and its port."""
    server = ScriptedServer()
    server.answers = answers
    return server, await stack.enter_async_context(port_of(server))


@asynccontextmanager
async def pool_of(name: Name, max_connection_seconds: float) -> AsyncIterator[ConnectionPool]:
    pool = ConnectionPool("http://imin.test/api", {}, max_connection_seconds, name.resolve)
    pool.open()
    try:
        yield pool
    finally:
        pool.close()


async def body(pool: ConnectionPool, seconds: float = PLENTY) -> bytes:
    return (await pool.get("/x", seconds, MAX_BODY))[1]


@pytest.mark.parametrize(("max_seconds", "second"), [(PLENTY, b"old"), (0, b"new")], ids=["young", "too old"])
async def test_greatest_age(max_seconds: float, second: bytes) -> None:
    """A connection is reused until its greatest age; then the name is resolved again."""
    name = Name()
    async with AsyncExitStack() as stack:
        _, old_port = await scripted(stack, [whole(b"old"), whole(b"old")])
        _, new_port = await scripted(stack, [whole(b"new")])
        pool = await stack.enter_async_context(pool_of(name, max_seconds))
        name.addresses = [address(old_port)]
        first = await body(pool)
        name.addresses = [address(new_port)]

        assert (first, await body(pool)) == (b"old", second)


async def test_moved_under_load() -> None:
    """Requests without a pause reach the new address too, and reuse one connection before."""
    name = Name()
    async with AsyncExitStack() as stack:
        old, old_port = await scripted(stack, [whole(b"old")] * 100_000)
        new, new_port = await scripted(stack, [whole(b"new")] * 100_000)
        pool = await stack.enter_async_context(pool_of(name, 0.1))
        name.addresses = [address(old_port)]
        await body(pool)
        name.addresses = [address(new_port)]

        async def is_new() -> bool:
            return await body(pool) == b"new"

        await until(is_new)

    assert set(old.connections) == {1}
    assert new.connections == [1]
    assert name.times == 2


async def test_patch_after_move() -> None:
    """A PATCH resolves the name, whatever connections are open."""
    name = Name()
    async with AsyncExitStack() as stack:
        old, old_port = await scripted(stack, [whole(b"old")])
        new, new_port = await scripted(stack, [whole(b"new")])
        pool = await stack.enter_async_context(pool_of(name, PLENTY))
        name.addresses = [address(old_port)]
        await body(pool)
        name.addresses = [address(new_port)]
        await pool.send_once("PATCH", "/x", b"{}", PLENTY, MAX_BODY)

    assert (len(old.requests), len(new.requests)) == (1, 1)


@pytest.mark.parametrize("hosts", [("::1", "127.0.0.1"), ("127.0.0.1", "::1")], ids=["AAAA first", "A first"])
async def test_address_that_refuses(hosts: tuple[str, str]) -> None:
    """If one address of the name refuses connections, the next is used, whichever family it is of."""
    name = Name()
    async with AsyncExitStack() as stack:
        _, port = await scripted(stack, [whole(b"one"), whole(b"two")])
        pool = await stack.enter_async_context(pool_of(name, 0))
        name.addresses = [address(_closed_port(), hosts[0]), address(port)]
        first = await body(pool)
        name.addresses = [address(port), address(_closed_port(), hosts[1])]

        assert (first, await body(pool)) == (b"one", b"two")


async def test_silent_peer() -> None:
    """A peer that stops answering on one connection gets no request on those that were idle meanwhile."""
    name = Name()
    async with AsyncExitStack() as stack:
        gone, gone_port = await scripted(stack, [whole(b"one"), whole(b"two"), b""])
        _, new_port = await scripted(stack, [whole(b"new")])
        pool = await stack.enter_async_context(pool_of(name, PLENTY))
        name.addresses = [address(gone_port)]
        await asyncio.gather(body(pool), body(pool))
        name.addresses = [address(new_port)]
        with pytest.raises(ResponseTooLate):
            await body(pool, 0.05)

        assert await body(pool) == b"new"
    assert len(gone.requests) == 3


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


async def test_gateway(settings: Settings, imin: tuple[Sandbox, str], gateway: Gateway) -> None:
    """A gateway follows imin's name to a new address within the setting, without a failed request."""
    sandbox, url = imin
    app = create_sandbox(SandboxSettings(now=datetime(2026, 11, 1, 9, tzinfo=UTC)))
    query = "{ viewer { orders(first: 1) { totalCount } } }"
    async with listening(app, "127.0.0.1") as moved_to, forwarding_to(yarl.URL(url).port or 0) as name:
        changed = settings.but(
            imin_base_url=f"http://127.0.0.1:{name.port}/api/v2", imin_connection_max_seconds=0.1
        )
        async with gateway_listening(changed, demo_caller) as moving:
            client = Gateway(moving, gateway.http)
            answers = [await client.data(query)]
            name.target = yarl.URL(moved_to).port

            async def has_moved() -> bool:
                answers.append(await client.data(query))
                return bool(app[SANDBOX].request_log.counts())

            await until(has_moved)

    assert all(answer == answers[0] for answer in answers)
    assert sandbox.request_log.count("GET /orders") == len(answers) - 1
    assert len(name.connections) == 2
