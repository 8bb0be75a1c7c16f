"""What imin's checkout may answer, and what of it is passed on."""

import json
from typing import Any

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.imin.endpoints.checkout import read_checkout_session
from gateway.imin.errors import Unreadable
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.checkout import create
from tests.support.scripted_server import ScriptedServer, port_of

BASE = "https://checkout.example.org"
PAGE = f"{BASE}/s/abc"


def response(**members: Any) -> bytes:
    return json.dumps(
        {"type": "imin:CheckoutSession", "potentialAction": [{"type": "OrderAction", "target": PAGE}]}
        | members
    ).encode()


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, "abc"),
        ({"identifier": "x-1"}, "x-1"),
        ({"@id": f"{BASE}/api/checkout-sessions/x-2"}, "x-2"),
        ({"id": 5}, "abc"),
        ({"potentialAction": {"@type": "OrderAction", "target": {"urlTemplate": PAGE}}}, "abc"),
        (
            {
                "potentialAction": [
                    {"type": "CancelAction", "target": f"{BASE}/s/abc/cancel"},
                    {"type": "OrderAction", "target": {"type": "EntryPoint", "url": PAGE}},
                ]
            },
            "abc",
        ),
    ],
    ids=range(6),
)
def test_read(members: dict[str, Any], expected: str) -> None:
    """The page is found in any documented or likely shape; the id is imin's, or the page's last part."""
    session = read_checkout_session(response(**members), BASE)

    assert (session.id, session.url) == (expected, PAGE)


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/s/abc",
        "http://checkout.example.org/s/abc",
        "https://checkout.example.org:444/s/abc",
        "https://checkout.example.org.evil.example/s/abc",
        "https://checkout.example.org@evil.example/s/abc",
        "https://checkout.example.org\\@evil.example/s/abc",
        "https://evil.example\\@checkout.example.org/s/abc",
        "//checkout.example.org/s/abc",
        "/s/abc",
        "javascript:alert(1)//checkout.example.org",
        "https://checkout.example.org/\nx",
        "https://checkout.example.org/" + "x" * 3_000,
        "https://[checkout.example.org",
        "",
        None,
        ["https://checkout.example.org/s/abc"],
        5,
    ],
    ids=range(17),
)
def test_page_elsewhere(page: Any) -> None:
    """A page that is not on the checkout's own host is not passed on."""
    body = response(potentialAction=[{"type": "OrderAction", "target": page}])

    with pytest.raises(Unreadable):
        read_checkout_session(body, BASE)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'"x"', b"{", b"\xff", b"[" * 5_000, b"<html>"])
def test_unreadable(body: bytes) -> None:
    """A body that is no checkout session is one that cannot be read."""
    with pytest.raises(Unreadable):
        read_checkout_session(body, BASE)


def answer(status: str, body: bytes, content_type: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def refusal(**members: Any) -> bytes:
    return answer("400 Bad Request", json.dumps({"@context": "https://openactive.io/"} | members).encode())


UNCONFIRMED = "CheckoutUnconfirmedError"
UNAVAILABLE = "CheckoutUnavailableError"
ANSWERS: list[tuple[bytes, tuple[str, str | None]]] = [
    (answer("201 Created", response()), (UNCONFIRMED, None)),
    (answer("200 OK", b"<html>", "text/html"), (UNCONFIRMED, None)),
    (answer("302 Found", b""), (UNCONFIRMED, None)),
    (answer("404 Not Found", b"<html>", "text/html"), (UNCONFIRMED, None)),
    (answer("404 Not Found", b"{}"), (UNAVAILABLE, None)),
    (answer("401 Unauthorized", b'{"message": "No API key found in request"}'), (UNAVAILABLE, None)),
    (answer("429 Too Many Requests", b""), (UNAVAILABLE, None)),
    (answer("500 Internal Server Error", b""), (UNCONFIRMED, None)),
    (answer("504 Gateway Timeout", b""), (UNCONFIRMED, None)),
    (
        refusal(**{"@type": "UnavailableOpportunityError", "description": "Fully booked."}),
        ("UnavailableOpportunityError", "Fully booked."),
    ),
    (
        refusal(type="https://openactive.io/UnavailableOpportunityError"),
        ("UnavailableOpportunityError", "This session cannot be booked, or no longer."),
    ),
    (refusal(type="UnknownOfferError", description="ann@example.org"), ("CheckoutRefusedError", None)),
    (answer("422 Unprocessable", b"{}"), ("CheckoutRefusedError", None)),
]


@pytest.mark.parametrize(("written", "expected"), ANSWERS, ids=range(len(ANSWERS)))
async def test_answers(
    settings: Settings, gateway: Gateway, written: bytes, expected: tuple[str, str | None]
) -> None:
    """Each answer is one request, whose outcome says no more than imin has said."""
    server = ScriptedServer()
    server.closes_after = lambda _answer: True
    server.answers = [written]
    async with port_of(server) as port:
        other = settings.but(checkout_base_url=f"http://127.0.0.1:{port}")
        async with gateway_listening(other, demo_caller) as url:
            result = await create(Gateway(url, gateway.http), opportunityId="x", idempotencyKey="k")

    kind, message = expected
    assert result["__typename"] == kind
    assert message in (None, result["message"])
    assert "ann@" not in str(result)
    assert "checkout.example.org" not in str(result)
    assert len(server.requests) == 1
