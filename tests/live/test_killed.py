"""A worker is killed with kill -9 while a client follows a booking."""

import os
import signal
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.commands import KEY, Serving, serve_environment, started
from tests.support.issuer import claims, token
from tests.support.subscriptions import PROTOCOL, Socket, number_and_item
from tests.support.waiting import until

CHANGES = """
subscription ($id: ID!) {
  orderChanges(id: $id) {
    order { items { session { startDate } customerNotice } cancellations { state } }
    changes { code }
  }
}
"""
CANCEL = """
mutation ($input: CancelOrderItemsInput!) { cancelOrderItems(input: $input) { result { __typename } } }
"""
ITEMS = "query ($number: ID!) { order(identifier: $number) { id items { id } } }"


async def test_hears_what_it_missed(imin: tuple[Sandbox, str], tmp_path: Path) -> None:
    """The first event of the next connection has all that happened in between, and what the journal knows."""
    sandbox, url = imin
    number, item = number_and_item(sandbox)
    settings = serve_environment(url.removesuffix("/api/v2")) | {
        "GATEWAY_STATE_PATH": str(tmp_path / "state"),
        "GATEWAY_FOLLOW_FIRST_SECONDS": "0.05",
        "GATEWAY_FOLLOW_LONGEST_SECONDS": "0.1",
    }
    headers = {"Authorization": f"Bearer {token(KEY, claims('1234'))}"}
    async with AsyncExitStack() as stack:
        process, lines = await stack.enter_async_context(started("serve", "--workers=2", **settings))
        http = await stack.enter_async_context(aiohttp.ClientSession(headers=headers))
        served = Serving(process, lines[-1].removeprefix("ready "), url, headers, 0.0)
        gateway = Gateway(served.url, http)
        order = (await gateway.data(ITEMS, number=number))["order"]
        socket = await _followed(gateway, served.headers, number)
        first = await _next(socket)

        await gateway.data(CANCEL, input={"orderId": order["id"], "orderItemIds": [order["items"][1]["id"]]})
        killed = served.workers()
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        while isinstance(await socket.receive(), dict):
            pass
        sandbox.changes.move_session(number, item, datetime(2027, 1, 1, 10, tzinfo=UTC), None)
        sandbox.changes.set_text(number, item, "customerNotice", "Sorry!")
        await until(lambda: len(served.workers() - killed) == 2)
        missed = await _next(await _followed(gateway, served.headers, number))

    assert first["order"]["cancellations"] == []
    assert missed["changes"] == []
    assert missed["order"]["cancellations"] == [{"state": "PENDING"}]
    assert missed["order"]["items"][0] == {
        "session": {"startDate": "2027-01-01T10:00:00+00:00"},
        "customerNotice": "Sorry!",
    }


async def _followed(gateway: Gateway, headers: dict[str, str], order: str) -> Socket:
    """A new connection, which subscribes; a worker that has just started may refuse it at first."""
    opened: list[aiohttp.ClientWebSocketResponse] = []

    async def connects() -> bool:
        with suppress(aiohttp.ClientError):
            opened.append(await gateway.http.ws_connect(f"{gateway.url}/graphql", protocols=[PROTOCOL]))
        return bool(opened)

    await until(connects)
    socket = Socket(opened[0])
    await socket.connect(headers["Authorization"])
    await socket.send(id="1", type="subscribe", payload={"query": CHANGES, "variables": {"id": order}})
    return socket


async def _next(socket: Socket) -> Any:
    message = await socket.receive()
    assert message["type"] == "next", message
    return message["payload"]["data"]["orderChanges"]
