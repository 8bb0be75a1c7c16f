"""What requests leave behind in memory: nothing, not even for the garbage collector."""

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
from gateway.imin.documents import Page
from gateway.sandbox import Fault, Sandbox
from gateway.server.memory import run
from tests.conftest import Gateway

QUERIES = Path(__file__).parents[2] / "bench" / "queries"
BIG = "{ viewer { orders(first: %s) { totalCount } } }" % ("9" * 5_000)  # braces all over
DOCUMENTS = {path.stem: path.read_text() for path in sorted(QUERIES.glob("W*.graphql"))}


@contextmanager
def nothing_collected() -> Iterator[Callable[[], list[str]]]:
    """No garbage collection inside; gives what tells the names of what requests have left alive since."""
    gc.collect()
    before = alive()
    gc.disable()
    try:
        yield lambda: [type(one).__name__ for one in alive() if not any(one is other for other in before)]
    finally:
        gc.enable()


def alive() -> list[object]:
    """What there is of that which belongs to a request.

    aiohttp remembers handlers of applications that ended, so caches of other tests' gateways may be among it.
    """
    return [one for one in gc.get_objects() if isinstance(one, Context | Page)]


async def test_no_cycles(gateway: Gateway, sandbox: Sandbox) -> None:
    """With no garbage collector, nothing of a request that was answered is alive."""
    orders = [order["identifier"] for order in sandbox.orders_page("1234", 1)["imin:item"]]
    variables = {
        "W1": {"customer": "1234"},
        "W2": {"id": orders[0]},
        "W3": dict(zip("abcdefghij", orders, strict=True)),
        "W4": {"customer": "1234"},
    }
    with nothing_collected() as left:
        for name, text in DOCUMENTS.items():
            for _ in range(3):
                await gateway.data(text, **variables[name])
            assert left() == []


@pytest.mark.parametrize("text", ["{ viewer { ", "{ nothing }", "{" + "a{" * 300, "mutation { id }", BIG])
async def test_nothing_kept_with_refusals(gateway: Gateway, text: str) -> None:
    """What is remembered of a document that may not run holds nothing of the request that it came with."""
    with nothing_collected() as left:
        await gateway.answer(text)
        assert left() == []


async def test_no_cycles_after_errors(gateway: Gateway, sandbox: Sandbox) -> None:
    """Nor of one whose fields failed."""
    sandbox.faults.add(Fault("GET /orders", "html_200", times=None))
    with nothing_collected() as left:
        for _ in range(3):
            await gateway.answer("{ viewer { orders(first: 100) { nodes { id items { id } } } } }")
        assert left() == []


def pages_taken(depth: int) -> int:
    """Pages of memory that a thousand calls take, made from that deep."""
    if depth:
        return pages_taken(depth - 1)

    def called(left: int) -> int:
        return called(left - 1) if left else 0

    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(1000):
        called(3)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


async def most_pages_taken() -> int:
    return max(pages_taken(depth) for depth in range(0, 400, 2))


def test_room_on_the_stack() -> None:
    """Calls take no memory anew, however deep in the loop they are made; in a plain loop they would."""
    assert run(most_pages_taken()) < 100
    if sys.version_info < (3, 13):
        assert uvloop.run(most_pages_taken()) >= 1000


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


@pytest.mark.skipif(sys.platform != "linux", reason="tells from /proc what is mapped")
def test_libraries_let_go() -> None:
    """Of the libraries' files a process that has settled holds less than half, and goes on as before."""
    command = [sys.executable, "-c", SETTLED]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # ours

    before, after = map(int, told.stdout.split())
    assert after < before / 2
