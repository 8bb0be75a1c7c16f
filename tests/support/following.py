"""A client's end of what follows an order: a WebSocket or an event stream."""

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

FOLLOW = """
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

    async def say(self, **message: Any) -> None:
        await self.ws.send_json(message)

    async def hear(self) -> Any:
        """The next message; a closing one as its code and reason."""
        message = await self.ws.receive(timeout=10)
        if message.type is WSMsgType.TEXT:
            return json.loads(message.data)
        return message.data, message.extra

    async def begin(self) -> None:
        await self.say(type="connection_init")
        assert await self.hear() == {"type": "connection_ack"}

    async def follow(self, order: str, name: str = "1") -> None:
        await self.say(id=name, type="subscribe", payload={"query": FOLLOW, "variables": {"id": order}})

    async def state(self) -> Any:
        """The next state of an order."""
        message = await self.hear()
        assert message["type"] == "next", message
        return message["payload"]["data"]["orderChanged"]


@asynccontextmanager
async def socket_of(gateway: Gateway, **options: Any) -> AsyncIterator[Socket]:
    options.setdefault("protocols", [PROTOCOL])
    async with gateway.http.ws_connect(f"{gateway.url}/graphql", **options) as ws:
        yield Socket(ws)


def statuses(state: Any) -> list[str]:
    return [item["status"] for item in state["items"]]


def number_and_item(sandbox: Sandbox) -> tuple[str, str]:
    number = sandbox.store.identifiers("1234")[0]
    return number, sandbox.order(number)["orderedItem"][0]["identifier"]


async def stream(gateway: Gateway, order: str, accept: str = "text/event-stream") -> aiohttp.ClientResponse:
    body = {"query": FOLLOW, "variables": {"id": order}}
    return await gateway.http.post(f"{gateway.url}/graphql", json=body, headers={"Accept": accept})


async def event(response: aiohttp.ClientResponse) -> bytes:
    return await asyncio.wait_for(response.content.readuntil(b"\n\n"), 10)
