"""Receipts: PDFs that the gateway fetches from imin and passes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from gateway.signing.global_ids import IdSigner
from tests.conftest import Gateway

RECEIPTS = "{ viewer { orders(first: 1) { nodes { receipts { id identifier url } } } } }"


async def link(gateway: Gateway) -> str:
    data = await gateway.data(RECEIPTS)
    url: str = data["viewer"]["orders"]["nodes"][0]["receipts"][0]["url"]
    return url


async def test_pdf(gateway: Gateway, sandbox: Sandbox) -> None:
    """The link returns imin's PDF, for one request to imin."""
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


async def test_too_large(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """Nothing is sent of a receipt beyond the size limit."""
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
        pytest.param(
            *("black_hole", 504, "UPSTREAM_TIMEOUT"), marks=pytest.mark.settings(imin_timeout_seconds=2)
        ),
    ],
)
async def test_imin_fails(gateway: Gateway, sandbox: Sandbox, fault: str, status: int, code: str) -> None:
    """If imin fails, the client gets a coded error instead of a PDF."""
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
class LargeReceipt:
    """An imin with one large receipt.

    first: bytes sent before `go_on` is set. breaks_off: whether the connection is cut then, instead of
    sending the rest. is_announced: whether there is a Content-Length.
    """

    first: int = len(PDF)
    breaks_off: bool = False
    is_announced: bool = True
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
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
async def fetching(receipt: LargeReceipt, settings: Settings) -> AsyncIterator[aiohttp.ClientResponse]:
    """The gateway's response to a request for that receipt."""
    app = web.Application()
    app.router.add_get("/api/v2/receipts/7", receipt.handle)
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
    """A large receipt is sent on while imin is still sending it."""
    receipt = LargeReceipt(first=2_000_000)

    async with fetching(receipt, settings) as response:
        begin = await response.content.readexactly(1_000_000)
        receipt.go_on.set()
        rest = await response.read()

    assert (response.status, response.content_length) == (200, len(PDF))
    assert begin + rest == PDF


@pytest.mark.parametrize("is_announced", [True, False])
async def test_breaks_off(settings: Settings, is_announced: bool) -> None:  # noqa: FBT001
    """If imin breaks off a large receipt, the response breaks off too: half a PDF must not look complete."""
    receipt = LargeReceipt(first=2_000_000, breaks_off=True, is_announced=is_announced)

    async with fetching(receipt, settings) as response:
        await response.content.readexactly(1_000_000)
        receipt.go_on.set()
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    assert response.status == 200


async def test_larger_than_announced(settings: Settings) -> None:
    """A receipt announced as too large is refused; one that turns out to be too large is cut off."""
    announced, found = LargeReceipt(), LargeReceipt(is_announced=False)
    announced.go_on.set()
    found.go_on.set()
    settings = settings.but(imin_max_receipt_bytes=1_000_000)

    async with fetching(announced, settings) as response:
        answer = await response.json()
    async with fetching(found, settings) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    assert answer["errors"][0]["extensions"]["code"] == "UPSTREAM_INVALID"


async def test_small_receipt_breaks_off(settings: Settings) -> None:
    """If imin breaks off a small receipt, the client gets an error: none of it has been sent yet."""
    receipt = LargeReceipt(first=100_000, breaks_off=True)
    receipt.go_on.set()

    async with fetching(receipt, settings) as response:
        answer = await response.json()

    assert response.status == 503
    assert answer["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
