"""Receipts: a browser opens them here, and only those the gateway linked to."""

import pytest

from gateway.__main__ import gateway_listening
from gateway.auth import Caller, demo_caller
from gateway.sandbox import Fault, Sandbox
from gateway.settings import Settings
from tests.conftest import Gateway

RECEIPTS = "{ viewer { orders(first: 1) { nodes { receipts { id identifier url } } } } }"


async def link(gateway: Gateway) -> str:
    data = await gateway.data(RECEIPTS)
    url: str = data["viewer"]["orders"]["nodes"][0]["receipts"][0]["url"]
    return url


async def test_pdf(gateway: Gateway, sandbox: Sandbox) -> None:
    """The link leads to imin's PDF, through the gateway, for one request."""
    url = await link(gateway)
    sandbox.ledger.clear()

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
    assert sandbox.ledger.counts() == {"GET /receipts/:id": 1}


async def test_only_linked_ones(gateway: Gateway, sandbox: Sandbox) -> None:
    """A receipt cannot be had by its number, by a changed id or by another thing's id."""
    url = await link(gateway)
    data = await gateway.data("{ viewer { id orders(first: 1) { nodes { id } } } }")
    order = data["viewer"]["orders"]["nodes"][0]["id"]
    sandbox.ledger.clear()

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
    assert sandbox.ledger.entries == []


async def test_another_customer(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Another customer's link is answered like one that never was."""
    id_ = (await link(gateway)).rpartition("/")[2].partition("?")[0]
    sandbox.ledger.clear()

    async def stranger(_request: object) -> Caller:
        return Caller("small")

    async with gateway_listening(settings, stranger) as url:
        async with gateway.http.get(f"{url}/receipts/{id_}") as foreign:
            foreign_answer = await foreign.read()
        async with gateway.http.get(f"{url}/receipts/nonsense") as missing:
            assert await missing.read() == foreign_answer

    assert foreign.status == missing.status == 404
    assert sandbox.ledger.entries == []


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
                "message": "This link has ended. Ask for the receipt's url again.",
                "extensions": {"code": "FORBIDDEN"},
            }
        ]
    }
    assert sandbox.ledger.count("GET /receipts/:id") == 2


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
