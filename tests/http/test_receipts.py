"""Receipts: a browser opens them here, and only those the gateway linked to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.global_ids import IdSigner
from gateway.sandbox import Fault, Sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.conftest import Gateway

RECEIPTS = "{ viewer { orders(first: 1) { nodes { receipts { id identifier url } } } } }"


async def link(gateway: Gateway) -> str:
    data = await gateway.data(RECEIPTS)
    url: str = data["viewer"]["orders"]["nodes"][0]["receipts"][0]["url"]
    return url


async def test_pdf(gateway: Gateway, sandbox: Sandbox) -> None:
    """The link leads to imin's PDF, through the gateway, for one request."""
    url = await link(gateway)
    sandbox.request_log.clear()

    async with gateway.http.get(url) as response:
        content = await response.read()

    assert url.startswith(f"{gateway.url}/receipts/")
    assert response.status == 200
    assert (content[:5], content.rstrip()[-5:]) == (b"%PDF-", b"%%EOF")
    assert b"1917" in content
    headers = {
        name: response.headers[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")
    }
    assert headers == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'inline; filename="receipt-15336.pdf"',
        "Cache-Control": "private, no-store",
    }
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert sandbox.request_log.counts() == {"GET /receipts/:id": 1}


async def test_only_linked_ones(gateway: Gateway, sandbox: Sandbox) -> None:
    """A receipt cannot be had by its number, by a changed id or by another thing's id."""
    url = await link(gateway)
    data = await gateway.data("{ viewer { id orders(first: 1) { nodes { id } } } }")
    order = data["viewer"]["orders"]["nodes"][0]["id"]
    sandbox.request_log.clear()

    for id_ in (
        "1",
        "15336",
        url.rpartition("/")[2].partition("?")[0][:-1] + "x",
        url.rpartition("/")[2][:-1] + "x",
        url.rpartition("/")[2].replace("?ends=1", "?ends=2"),
        url.rpartition("/")[2].replace("?ends=", "?ends=0"),
        url.rpartition("/")[2].replace("?ends=", "?ends=-"),
        url.rpartition("/")[2].replace("?", "?ends=9999999999&"),
        order + "?" + url.partition("?")[2],
        order,
        data["viewer"]["id"],
        "..%2F1",
        "%00",
    ):
        async with gateway.http.get(f"{gateway.url}/receipts/{id_}") as response:
            assert response.status == 404
            assert response.content_type == "application/json"
    assert sandbox.request_log.entries == []


async def test_another_customer(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Another customer's link is answered like one that never was."""
    id_ = (await link(gateway)).rpartition("/")[2].partition("?")[0]
    sandbox.request_log.clear()

    async def stranger(_request: object) -> Caller:
        return Caller("small")

    async with gateway_listening(settings, stranger) as url:
        async with gateway.http.get(f"{url}/receipts/{id_}") as foreign:
            foreign_answer = await foreign.read()
        async with gateway.http.get(f"{url}/receipts/nonsense") as missing:
            assert await missing.read() == foreign_answer

    assert foreign.status == missing.status == 404
    assert sandbox.request_log.entries == []


async def test_link_without_token(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """A browser, which has no token, opens the link for five minutes; the bare address it does not."""

    async def nobody(_request: object) -> None:
        return None

    async with gateway_listening(settings, nobody, sandbox.clock.now) as url:
        signed = f"{url}/receipts/{(await link(gateway)).rpartition('/')[2]}"
        answers = []
        for address, seconds in ((signed, 0), (signed.partition("?")[0], 0), (signed, 299), (signed, 2)):
            sandbox.clock.advance(seconds)
            async with gateway.http.get(address) as response:
                answers.append((response.status, (await response.read())[:5]))
        ended = await gateway.http.get(signed)

    assert answers == [(200, b"%PDF-"), (401, b'{"err'), (200, b"%PDF-"), (403, b'{"err')]
    assert await ended.json() == {
        "errors": [
            {
                "message": "This link has expired. Please query the receipt's url again.",
                "extensions": {"code": "FORBIDDEN"},
            }
        ]
    }
    assert sandbox.request_log.count("GET /receipts/:id") == 2


async def test_too_large(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """A receipt beyond the size cap is not passed on, nor any part of it."""
    small = settings.but(imin_max_receipt_bytes=100)
    async with gateway_listening(small, demo_caller, sandbox.clock.now) as url:
        answer = await gateway.http.get(f"{url}/receipts/{(await link(gateway)).rpartition('/')[2]}")

    assert (answer.status, (await answer.json())["errors"][0]["extensions"]) == (
        502,
        {"code": "UPSTREAM_INVALID"},
    )


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("html_200", 502, "UPSTREAM_INVALID"),
        ("503", 503, "UPSTREAM_UNAVAILABLE"),
        ("black_hole", 504, "UPSTREAM_TIMEOUT"),
    ],
)
async def test_imin_fails(gateway: Gateway, sandbox: Sandbox, fault: str, status: int, code: str) -> None:
    """Where imin fails, the browser gets a coded error, and no half of a PDF."""
    url = await link(gateway)
    sandbox.faults.add(Fault("GET /receipts/:id", fault, times=None))  # type: ignore[arg-type]  # one of its kinds

    async with gateway.http.get(url) as response:
        answer = await response.json()

    assert (response.status, answer["errors"][0]["extensions"]) == (status, {"code": code})


async def test_newest_first(gateway: Gateway) -> None:
    """An order's receipts come newest first; an order without one has none."""
    data = await gateway.data(
        '{ customer(identifier: "receipts") { orders { nodes { receipts { identifier dateCreated } } } } }'
    )

    dates = [[r["dateCreated"] for r in order["receipts"]] for order in data["customer"]["orders"]["nodes"]]
    assert sorted(map(len, dates)) == [0, 1, 2, 3]
    assert all(created == sorted(created, reverse=True) for created in dates)


PDF = b"%PDF-1.7\n" + bytes(range(256)) * 16_000 + b"\n%%EOF"


@dataclass
class Printer:
    """An imin whose only receipt is large. first: of it, what comes before `go_on` is set; then the rest,
    or nothing where it breaks off. is_announced: whether the length is told.
    """

    first: int = len(PDF)
    breaks_off: bool = False
    is_announced: bool = True
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(PDF))} if self.is_announced else {})
        await response.prepare(request)
        await response.write(PDF[: self.first])
        await self.go_on.wait()
        if self.breaks_off:
            assert request.transport is not None
            request.transport.abort()
        else:
            await response.write(PDF[self.first :])
        return response


@asynccontextmanager
async def printing(printer: Printer, settings: Settings) -> AsyncIterator[aiohttp.ClientResponse]:
    """The gateway's answer to who asks for that receipt."""
    app = web.Application()
    app.router.add_get("/api/v2/receipts/7", printer.answer)
    async with (
        listening(app, "127.0.0.1") as upstream,
        gateway_listening(settings.but(imin_base_url=f"{upstream}/api/v2"), demo_caller) as url,
        aiohttp.ClientSession() as http,
    ):
        assert settings.imin_api_key is not None
        signer = IdSigner((settings.imin_api_key.get_secret_value().encode(),))
        async with http.get(f"{url}/receipts/{signer.sign('Receipt', '1234', '1', '7')}") as response:
            yield response


async def test_streamed(settings: Settings) -> None:
    """A large receipt reaches its reader while imin is still sending it."""
    printer = Printer(first=2_000_000)

    async with printing(printer, settings) as response:
        begin = await response.content.readexactly(1_000_000)
        printer.go_on.set()
        rest = await response.read()

    assert (response.status, response.content_length) == (200, len(PDF))
    assert begin + rest == PDF


@pytest.mark.parametrize("is_announced", [True, False])
async def test_breaks_off(settings: Settings, is_announced: bool) -> None:  # noqa: FBT001
    """A large receipt that imin does not finish is not finished here: no half of one passes for a whole."""
    printer = Printer(first=2_000_000, breaks_off=True, is_announced=is_announced)

    async with printing(printer, settings) as response:
        await response.content.readexactly(1_000_000)
        printer.go_on.set()
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    assert response.status == 200


async def test_larger_than_announced(settings: Settings) -> None:
    """A receipt that says it is larger than may be is refused; one that turns out to be is cut off."""
    announced, found = Printer(), Printer(is_announced=False)
    announced.go_on.set()
    found.go_on.set()
    settings = settings.but(imin_max_receipt_bytes=1_000_000)

    async with printing(announced, settings) as response:
        answer = await response.json()
    async with printing(found, settings) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    assert answer["errors"][0]["extensions"]["code"] == "UPSTREAM_INVALID"


async def test_small_ones_fail_whole(settings: Settings) -> None:
    """What goes wrong with a small receipt is told as an error, since nothing of it is given out before."""
    printer = Printer(first=100_000, breaks_off=True)
    printer.go_on.set()

    async with printing(printer, settings) as response:
        answer = await response.json()

    assert response.status == 503
    assert answer["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
