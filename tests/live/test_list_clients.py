"""Clients that keep a list of their own, and bring it up to date with the events of a live list."""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.live_feeds import (
    ORDERS_CHANGED,
    QUIET,
    UNCHANGED,
    UPCOMING_CHANGED,
    apply,
    call_webhook,
    changes,
    event,
    names,
    start,
)
from tests.support.processes import REPOSITORY
from tests.support.subscriptions import socket_of
from tests.support.waiting import HANGS_AFTER

NODE = shutil.which("node")
RUN = """
import { readFileSync } from "node:fs";
import { apply } from "./live-list.mjs";
const events = JSON.parse(readFileSync(new URL("events.json", import.meta.url)));
console.log(JSON.stringify(events.reduce(apply, [])));
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.but(imin_webhook_key=SecretStr("key"), imin_order_webhook_key=SecretStr("key"))


@pytest.mark.settings(**QUIET)
async def test_more_than_the_window_shows(gateway: Gateway, sandbox: Sandbox) -> None:
    """If so much has changed that a client could miss something in between, it begins again."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=2)
        await event(socket)
        new = [sandbox.add_order("1234")["identifier"] for _ in range(3)]
        await call_webhook(gateway, "customer-accounts", identifier="1234")
        change = await event(socket)

    assert change["isSnapshot"]
    assert changes(change) == UNCHANGED
    assert names(change) == new[:0:-1]


async def test_cursors(gateway: Gateway, sandbox: Sandbox) -> None:
    """The cursors of every event work as `after` of the query, also after later changes."""
    query = (
        """query ($after: String) { viewer { orders(first: 2, after: $after) { nodes { identifier } } } }"""
    )
    own = sandbox.store.identifiers("1234")
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=3)
        events = [await event(socket)]
        for _ in range(2):
            sandbox.add_order("1234")
            events.append(await event(socket))

    for change, at in zip(events, (3, 2, 1), strict=True):
        data = await gateway.data(query, after=change["connection"]["pageInfo"]["endCursor"])
        assert [node["identifier"] for node in data["viewer"]["orders"]["nodes"]] == own[at : at + 2]


async def test_applied(gateway: Gateway, sandbox: Sandbox) -> None:
    """A client that applies the changes to a list of its own has what a query shows, without gaps."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=4, customer="empty")
        window = await event(socket)
        shown = window["connection"]["edges"]
        made: list[str] = []
        for step in ("add", "add", "add", "cancel", "remove", "add", "add", "remove"):
            if step == "add":
                made.insert(0, sandbox.add_order("empty")["identifier"])
            elif step == "remove":
                sandbox.remove_order(made.pop(1))
            else:
                sandbox.seller_cancel(made[1], sandbox.order(made[1])["orderedItem"][0]["identifier"])
            shown = apply(shown, window := await event(socket))
            nodes = [edge["node"] for edge in window["connection"]["edges"]]
            common = min(len(shown), len(nodes))
            assert [edge["node"] for edge in shown[:common]] == nodes[:common]

    assert [edge["node"]["identifier"] for edge in shown] == made


@pytest.mark.skipif(NODE is None, reason="there is no node on this machine")
async def test_documented_client(gateway: Gateway, sandbox: Sandbox, tmp_path: Path) -> None:
    """The function on the page applies events as the client of these tests does."""
    page = (REPOSITORY / "docs" / "live-updates.md").read_text(encoding="utf-8")
    code = page.partition("```js\n// live-list.js\n")[2].partition("```")[0]
    (tmp_path / "live-list.mjs").write_text(code, encoding="utf-8")
    (tmp_path / "run.mjs").write_text(RUN, encoding="utf-8")
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, UPCOMING_CHANGED, first=3, customer="empty")
        changes_seen = [await event(socket)]
        for day in (5, 7, 9, 11, 6, 4):
            order = sandbox.add_order("empty", start=datetime(2026, 11, day, tzinfo=UTC))["identifier"]
            changes_seen.append(await event(socket))
        sandbox.changes.move_session(order, None, datetime(2026, 11, 5, 12, tzinfo=UTC), None)
        changes_seen.append(await event(socket))
        sandbox.remove_order(order)
        changes_seen.append(await event(socket))
    shown: list[Any] = []
    for change in changes_seen:
        shown = apply(shown, change)

    assert NODE
    (tmp_path / "events.json").write_text(json.dumps(changes_seen), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(NODE, tmp_path / "run.mjs", stdout=PIPE)
    output, _ = await asyncio.wait_for(process.communicate(), HANGS_AFTER)

    assert json.loads(output) == shown
