"""Replicas of two releases side by side, as during an upgrade and while it is taken back."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from gateway.sandbox import SANDBOX, Fault, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel
from tests.support.commands import KEY, PROJECT, serve_environment, started
from tests.support.issuer import claims, token
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import LIST
from tests.support.subscriptions import PENDING, socket_of, statuses
from tests.support.waiting import HANGS_AFTER, PLENTY, until

pytestmark = needs_redis


def authorization() -> str:
    return f"Bearer {token(KEY, claims('1234'))}"


Change = tuple[str, str, str]
"""A file, a text in it, and what a later release has instead."""

NEW_FIELDS: list[Change] = [
    (
        "cancellation/attempts.py",
        "class Journal(KeyStore, Protocol):",
        "class Attempt(Attempt, frozen=True):\n    added: int = 1\n\n\nclass Journal(KeyStore, Protocol):",
    ),
    (
        "replicas/announcements.py",
        "    is_new_order: bool = False\n",
        "    is_new_order: bool = False\n    added: int = 1\n",
    ),
    (
        "replicas/announcements.py",
        "    more: _More = _More()\n",
        "    more: _More = _More()\n    last: int = 1\n",
    ),
]
NEW_SHAPES: list[Change] = [
    (
        "journal/keys.py",
        "class KeyEntry(Struct, frozen=True):",
        "class KeyEntry(Struct, frozen=True, rename='upper'):",
    ),
    ("replicas/cache.py", 'struct.Struct("!d")', 'struct.Struct("!Id")'),
    ("replicas/cache.py", "_HEADER.pack(body", "_HEADER.pack(1, body"),
    ("replicas/cache.py", "*_HEADER.unpack_from(found)", "_HEADER.unpack_from(found)[1]"),
]
NEW_VERSION: Change = ("replicas/stored_values.py", "FORMAT_VERSION = 1", "FORMAT_VERSION = 2")


def changed_release(changes: list[Change], folder: Path) -> None:
    """Write the package with changes into a folder."""
    shutil.copytree(PROJECT / "gateway", folder / "gateway")
    for name, before, after in changes:
        file = folder / "gateway" / name
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after))


@asynccontextmanager
async def serving(sandbox_url: str, redis: RedisServer, folder: Path) -> AsyncIterator[Gateway]:
    """`gateway serve` of the package in a folder; customer 1234 is the caller."""
    environment = serve_environment(sandbox_url) | {
        "PYTHONSAFEPATH": "1",  # no package from the working directory
        "PYTHONPATH": str(folder),
        "GATEWAY_REDIS_URL": redis.url,
        "GATEWAY_CACHE_FRESH_SECONDS": "3600",
        "GATEWAY_CANCEL_DEADLINE_SECONDS": "2",  # the test waits for it
        "GATEWAY_FOLLOW_FIRST_SECONDS": str(PLENTY),
        "GATEWAY_FOLLOW_LONGEST_SECONDS": str(PLENTY),
        "GATEWAY_LOG_LEVEL": "ERROR",
    }
    async with (
        started("serve", "--port=0", **environment) as (_, lines),
        aiohttp.ClientSession(headers={"Authorization": authorization()}) as http,
    ):
        yield Gateway(lines[-1].removeprefix("ready "), http)


@pytest.mark.parametrize(
    "changes",
    [NEW_FIELDS, [*NEW_SHAPES, NEW_VERSION], NEW_SHAPES],
    ids=["new fields", "new version", "new shapes in the old version"],
)
async def test_side_by_side(changes: list[Change], tmp_path: Path, redis: RedisServer) -> None:
    """Each release answers as if alone; changes are announced and unconfirmed items held across them."""
    changed_release(changes, tmp_path)
    app = create_sandbox(SandboxSettings())
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(2 * HANGS_AFTER))
        imin = await stack.enter_async_context(listening(app, "127.0.0.1"))
        this = await stack.enter_async_context(serving(imin, redis, PROJECT))
        other = await stack.enter_async_context(serving(imin, redis, tmp_path))
        for first, second in ((this, other), (other, this)):
            await _check_lists(app[SANDBOX], first, second)
            await _check_cancelled_twice(app[SANDBOX], redis, first, second)
            await _check_held(app[SANDBOX], first, second)
        versions = {name.split(b":")[2] for name in await redis.command("KEYS", "gateway:answer:*")}

    assert versions == ({b"1", b"2"} if NEW_VERSION in changes else {b"1"})


async def _check_lists(sandbox: Sandbox, first: Gateway, second: Gateway) -> None:
    """What one has cached is no error for the other."""
    sandbox.add_order("1234")
    assert await first.data(LIST) == await second.data(LIST) == await first.data(LIST)


async def _check_cancelled_twice(
    sandbox: Sandbox, redis: RedisServer, first: Gateway, second: Gateway
) -> None:
    """A cancellation under one key is made once, and a subscriber of the other release learns of it."""
    number = sandbox.add_order("1234")["identifier"]
    order, items = await booked(first)
    async with socket_of(second) as socket:
        await until(lambda: _are_listening(redis))
        await socket.connect(authorization())
        await socket.subscribe(order)
        before = await socket.next_state()
        results = [await cancel(one, order, items, idempotencyKey=number) for one in (first, second)]
        state = await socket.other_state(before)

    assert [result["__typename"] for result in results] == ["CancellationPending"] * 2
    assert set(statuses(state)) == {PENDING}
    assert _patches(sandbox, number) == 1


async def _check_held(sandbox: Sandbox, first: Gateway, second: Gateway) -> None:
    """Items whose cancellation is unconfirmed are not sent again by the other release."""
    number = sandbox.add_order("1234")["identifier"]
    order, items = await booked(first)
    sandbox.faults.add(Fault("PATCH /orders/:id", "late", delay_seconds=3_600))
    results = [await cancel(one, order, items) for one in (first, second)]
    sandbox.faults.clear()

    assert [result["__typename"] for result in results] == ["CancellationUnconfirmedError"] * 2
    assert _patches(sandbox, number) == 1


def _patches(sandbox: Sandbox, number: str) -> int:
    """How often the order was to be changed."""
    log = sandbox.request_log.entries
    return sum(one.route == "PATCH /orders/:id" and one.path.endswith(number) for one in log)


async def _are_listening(redis: RedisServer) -> bool:
    return bool((await redis.command("PUBSUB NUMSUB", "gateway:changed"))[0][1] == 2)
