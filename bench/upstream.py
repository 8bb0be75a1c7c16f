"""A fast imin: the sandbox's answers, rendered before the first request.

Reads only the request line. `GET /count` returns the number of requests since the last count;
`GET /latency/<ms>` delays each answer.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime

import orjson
import uvloop

from gateway.sandbox import SANDBOX, SandboxSettings, create_sandbox

PAGES = 192
CUSTOMER = "1234"


def _answer(body: bytes, status: bytes = b"200 OK") -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(body)) + body


class Imin(asyncio.Protocol):
    """One connection."""

    pages: dict[bytes, bytes] = {}  # noqa: RUF012  # shared by all connections on purpose
    orders: dict[bytes, bytes] = {}  # noqa: RUF012  # as above
    count = 0
    latency = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]  # TCP
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            path = request[4 : request.index(b" ", 4)]
            if path.startswith(b"/api/"):
                Imin.count += 1
                self._send_later(self._find(path))
            else:
                self._transport.write(_answer(self._control(path)))

    def _send_later(self, answer: bytes) -> None:
        if Imin.latency:
            asyncio.get_running_loop().call_later(Imin.latency, self._transport.write, answer)
        else:
            self._transport.write(answer)

    def _find(self, path: bytes) -> bytes:
        place, _, query = path.removeprefix(b"/api/v2/").partition(b"?")
        if place == b"orders":
            return Imin.pages[query.rpartition(b"page=")[2]]
        return Imin.orders.get(place.removeprefix(b"orders/")) or _answer(b"{}", b"404 Not Found")

    def _control(self, path: bytes) -> bytes:
        if path.startswith(b"/latency/"):
            Imin.latency = int(path.removeprefix(b"/latency/")) / 1000
        counted, Imin.count = Imin.count, 0
        return b"%d" % counted


def render_answers() -> list[str]:
    """Render all answers; returns the identifiers of the orders."""
    sandbox = create_sandbox(
        SandboxSettings(now=datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    )[SANDBOX]
    for number in range(1, PAGES + 1):
        page = sandbox.orders_page(CUSTOMER, number)
        Imin.pages[b"%d" % number] = _answer(orjson.dumps(page))
        for order in page["imin:item"]:
            Imin.orders[order["identifier"].encode()] = _answer(
                orjson.dumps(sandbox.order(order["identifier"]))
            )
    return [identifier.decode() for identifier in Imin.orders]


async def main() -> None:
    """Serve until the process is stopped."""
    sys.stdout.write(orjson.dumps(render_answers()).decode() + "\n")
    sys.stdout.flush()
    server = await asyncio.get_running_loop().create_server(Imin, "127.0.0.1", int(os.environ["PORT"]))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
