"""Requests leave nothing behind in memory, not even cycles for the garbage collector."""

import gc
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvloop

from gateway.context import Context
from gateway.http.streaming.websocket_connection import WebSocketConnection
from gateway.http.streaming.websocket_session import WebSocketSession
from gateway.imin.documents import Page
from gateway.sandbox import Fault, Sandbox
from gateway.server.memory import run
from tests.conftest import Gateway
from tests.support.cancellations import booked
from tests.support.subscriptions import socket_of
from tests.support.waiting import until

QUERIES = Path(__file__).parents[2] / "bench" / "queries"
MANY_DIGITS = "{ viewer { orders(first: %s) { totalCount } } }" % ("9" * 5_000)
DOCUMENTS = {path.stem: path.read_text() for path in sorted(QUERIES.glob("W*.graphql"))}


@contextmanager
def without_collector() -> Iterator[Callable[[], list[str]]]:
    """Turn garbage collection off; yields a function that names the objects of requests still alive."""
    gc.collect()
    before = request_objects()
    gc.disable()
    try:
        yield lambda: [
            type(value).__name__ for value in request_objects() if not any(value is other for other in before)
        ]
    finally:
        gc.enable()


def request_objects() -> list[object]:
    """The contexts and pages that are alive.

    aiohttp caches the handlers of ended applications, so the pages cached by gateways of other tests may be
    among them.
    """
    kinds = (Context, Page, WebSocketSession, WebSocketConnection)
    return [value for value in gc.get_objects() if isinstance(value, kinds)]


async def test_no_cycles(gateway: Gateway, sandbox: Sandbox) -> None:
    """Without the garbage collector, no object of an answered request stays alive."""
    orders = [order["identifier"] for order in sandbox.orders_page("1234", 1)["imin:item"]]
    variables = {
        "W1": {"customer": "1234"},
        "W2": {"id": orders[0]},
        "W3": dict(zip("abcdefghij", orders, strict=True)),
        "W4": {"customer": "1234"},
    }
    with without_collector() as leaked:
        for name, text in DOCUMENTS.items():
            for _ in range(3):
                await gateway.data(text, **variables[name])
            assert leaked() == []


@pytest.mark.parametrize(
    "text", ["{ viewer { ", "{ nothing }", "{" + "a{" * 300, "mutation { id }", MANY_DIGITS]
)
async def test_no_cycles_after_refusals(gateway: Gateway, text: str) -> None:
    """The cached errors of an invalid document refer to no object of the request that sent it."""
    with without_collector() as leaked:
        await gateway.answer(text)
        assert leaked() == []


async def test_no_cycles_after_errors(gateway: Gateway, sandbox: Sandbox) -> None:
    """Nor does an object of a request whose fields failed."""
    sandbox.faults.add(Fault("GET /orders", "html_200", times=None))
    with without_collector() as leaked:
        for _ in range(3):
            await gateway.answer("{ viewer { orders(first: 100) { nodes { id items { id } } } } }")
        assert leaked() == []


async def test_no_cycles_after_subscriptions(gateway: Gateway) -> None:
    """Nor does an object of a WebSocket whose client has left, with a subscription that ran."""
    order, _ = await booked(gateway)
    with without_collector() as leaked:
        async with socket_of(gateway) as socket:
            await socket.connect()
            await socket.subscribe(order)
            await socket.next_state()
            await socket.send(id="2", type="subscribe", payload={"query": "{ viewer { identifier } }"})
            await socket.receive()
        await until(lambda: leaked() == [])


def page_faults(depth: int) -> int:
    """Page faults of a thousand calls that are made at that depth of the stack."""
    if depth:
        return page_faults(depth - 1)

    def called(more: int) -> int:
        return called(more - 1) if more else 0

    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(1000):
        called(3)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


async def most_page_faults() -> int:
    return max(page_faults(depth) for depth in range(0, 400, 2))


def test_stack_chunk() -> None:
    """In our event loop calls allocate no memory at any depth of the stack; in a plain loop they do."""
    assert run(most_page_faults()) < 100
    if sys.version_info < (3, 13):
        assert uvloop.run(most_page_faults()) >= 1000


SETTLED = """
from pathlib import Path
import gateway.app
from gateway.server.memory import settle

def mapped():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssFile"))

before = mapped()
settle()
print(before, mapped())
import gateway.sandbox.api.app
gateway.app.build_schema()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_library_pages_released() -> None:
    """A process that has settled holds less than half of the libraries' files in memory, and still works."""
    command = [sys.executable, "-c", SETTLED]
    process = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # ours

    before, after = map(int, process.stdout.split())
    assert after < before / 2
