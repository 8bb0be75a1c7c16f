"""A client of the subscription orderChanged, over a WebSocket or as an event stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import WSMsgType

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.waiting import HANGS_AFTER

ORDER_CHANGED = """
subscription ($id: ID!) {
  orderChanged(id: $id) { id items { status } totalPaymentDue { amount } receipts { identifier } }
}
"""
CONFIRMED, PENDING, CANCELLED = "ORDER_ITEM_CONFIRMED", "CUSTOMER_CANCELLATION_PENDING", "CUSTOMER_CANCELLED"
PROTOCOL = "graphql-transport-ws"


@dataclass
class Socket:
    """A client's end of a WebSocket."""

    ws: aiohttp.ClientWebSocketResponse

    async def send(self, **message: Any) -> None:
        await self.ws.send_json(message)

    async def receive(self) -> Any:
        """The next message; for a close frame, its code and reason."""
        message = await self.ws.receive(timeout=HANGS_AFTER)
        if message.type is WSMsgType.TEXT:
            return json.loads(message.data)
        return message.data, message.extra

    async def connect(self, authorization: str = "") -> None:
        await self.send(type="connection_init", payload={"Authorization": authorization})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, order: str, name: str = "1") -> None:
        payload = {"query": ORDER_CHANGED, "variables": {"id": order}}
        await self.send(id=name, type="subscribe", payload=payload)

    async def next_state(self) -> Any:
        """The order in the next message."""
        message = await self.receive()
        assert message["type"] == "next", message
        return message["payload"]["data"]["orderChanged"]

    async def other_state(self, before: Any) -> Any:
        """The next state that differs in what is selected. An event may be about something else.

        For example, on a slow machine a cancellation is unconfirmed for long enough to be one.
        """
        while (state := await self.next_state()) == before:
            pass
        return state


@asynccontextmanager
async def socket_of(gateway: Gateway, **options: Any) -> AsyncIterator[Socket]:
    options.setdefault("protocols", [PROTOCOL])
    async with gateway.http.ws_connect(f"{gateway.url}/graphql", **options) as ws:
        yield Socket(ws)


def statuses(state: Any) -> list[str]:
    return [item["status"] for item in state["items"]]


def number_and_item(sandbox: Sandbox) -> tuple[str, str]:
    """imin's identifiers of the newest order of customer 1234 and of its first item."""
    number = sandbox.store.identifiers("1234")[0]
    return number, sandbox.order(number)["orderedItem"][0]["identifier"]


async def stream(gateway: Gateway, order: str, accept: str = "text/event-stream") -> aiohttp.ClientResponse:
    body = {"query": ORDER_CHANGED, "variables": {"id": order}}
    return await gateway.http.post(f"{gateway.url}/graphql", json=body, headers={"Accept": accept})


async def event(response: aiohttp.ClientResponse) -> bytes:
    """The next server-sent event, with its closing blank line."""
    return await asyncio.wait_for(response.content.readuntil(b"\n\n"), HANGS_AFTER)
