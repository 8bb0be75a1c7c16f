"""A receipt as a file to save, how long its links work, and what a person sees whose link does not open."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.http.test_receipt_links import no_caller

RECEIPT = "receipts { identifier url downloadUrl urlExpiresAt } latestReceipt { identifier url }"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def receipt(gateway: Gateway) -> Any:
    data = await gateway.data(f"{{ viewer {{ orders(first: 1) {{ nodes {{ {RECEIPT} }} }} }} }}")
    return data["viewer"]["orders"]["nodes"][0]["receipts"][0]


async def test_expiry(gateway: Gateway, sandbox: Sandbox) -> None:
    """A link says when it expires, five minutes after the query."""
    found = await receipt(gateway)

    assert found["urlExpiresAt"] == "2026-11-01T09:05:00+00:00"
    ends = int(datetime(2026, 11, 1, 9, 5, tzinfo=UTC).timestamp())
    id_ = found["url"].rpartition("/")[2].partition("?")[0]
    assert found["url"].startswith(f"{gateway.url}/receipts/{id_}?ends={ends}&signature=")
    assert found["downloadUrl"].startswith(f"{gateway.url}/receipts/{id_}?download=1&ends={ends}&signature=")
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def test_latest(gateway: Gateway) -> None:
    """The latest receipt is the first of the receipts; there is none before the first one exists."""
    query = f'{{ customer(identifier: "receipts") {{ orders {{ nodes {{ {RECEIPT} }} }} }} }}'

    orders = (await gateway.data(query))["customer"]["orders"]["nodes"]

    latest = [order["latestReceipt"] for order in orders]
    first = [order["receipts"][0] if order["receipts"] else None for order in orders]
    assert latest == [one and {name: one[name] for name in ("identifier", "url")} for one in first]
    assert latest.count(None) == 1


async def test_download(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """`download=1` makes a browser save the PDF, with a token or within a signed link."""
    found = await receipt(gateway)
    path = found["downloadUrl"].removeprefix(gateway.url)
    dispositions = []
    async with gateway_listening(settings, no_caller, sandbox.clock.now) as public:
        for address in (public + path, gateway.url + path.partition("&")[0]):
            async with gateway.http.get(address) as response:
                assert (await response.read())[:5] == b"%PDF-"
                dispositions.append(response.headers["Content-Disposition"])
        added = found["url"].replace(gateway.url, public) + "&download=1"
        async with gateway.http.get(added) as response:
            assert response.status == 404

    name = f"receipt-{found['identifier']}.pdf"
    assert dispositions == [f'attachment; filename="{name}"'] * 2


@pytest.mark.parametrize(
    ("problem", "status", "title"),
    [
        ("expired", 403, "This link has expired"),
        ("altered", 404, "This link does not work"),
        ("503", 503, "This cannot be opened right now"),
        ("html_200", 502, "This cannot be opened right now"),
    ],
)
async def test_page(gateway: Gateway, sandbox: Sandbox, problem: Any, status: int, title: str) -> None:
    """A browser's window shows a page that says what to do, with the status that a program gets."""
    url = (await receipt(gateway))["url"]
    if problem == "expired":
        sandbox.clock.advance(301)
    elif problem == "altered":
        url += "x"
    else:
        sandbox.faults.add(Fault("GET /receipts/:id", problem, times=None))

    async with gateway.http.get(url, headers=BROWSER) as page:
        text = await page.text()
    async with gateway.http.get(url) as answer:
        assert answer.content_type == "application/json"

    assert (page.status, answer.status) == (status, status)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
    assert f"<h1>{title}</h1>" in text
