"""Input of createCheckoutSession: what is refused before anything is sent, and what imin gets unchanged."""

from typing import Any

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.checkout import CREATE, MUTATION, create, for_sale, sent

LONG, CONTROL = "x" * 10_000, "a\u0000b"
HOSTILE: list[tuple[str, Any]] = [
    ("opportunityId", ""),
    ("opportunityId", LONG),
    ("opportunityId", CONTROL),
    ("opportunityId", "a\nb"),
    ("opportunityId", ["a"]),
    ("opportunityId", None),
    ("opportunityId", "../../../api/v2/orders"),
    ("opportunityId", "a/%2E%2e/b"),
    ("opportunityId", "https://open.example.org/../b"),
    ("opportunityId", "javascript:alert(1)"),
    ("opportunityId", "ftp://open.example.org/1"),
    ("opportunityId", "<b>a</b>"),
    ("opportunityId", "a\\b"),
    ("opportunityId", "//open.example.org/1"),
    ("opportunityId", "a//b"),
    ("opportunityId", "mailto:ann@example.org"),
    ("opportunityId", "%2e%2e%2f"),
    ("opportunityId", "a/../b"),
    ("opportunityType", "Slot"),
    ("offerId", LONG),
    ("offerId", "JavaScript:alert(1)"),
    ("offerId", "../offers/1"),
    ("offerId", 'a"b'),
    ("offerId", CONTROL),
    ("offerId", {"id": "a"}),
    ("attendees", []),
    ("attendees", ["1234"] * 2),
    ("attendees", ["1234"] * 51),
    ("attendees", [["1234"]]),
    ("returnUrl", "javascript:alert(1)"),
    ("returnUrl", "data:text/html,x"),
    ("returnUrl", "//app.example.org"),
    ("returnUrl", "/back"),
    ("returnUrl", "https://app.example.org@evil.example/"),
    ("returnUrl", "https://app.example.org\\@evil.example/"),
    ("returnUrl", "https://app.example.org/\r\nX: y"),
    ("returnUrl", "https://app.example.org/" + LONG),
    ("returnUrl", "https://[::1"),
    ("returnUrl", ["https://app.example.org/"]),
    ("returnUrl", 5),
    ("profileUrl", "ftp://app.example.org/"),
    ("profileUrl", "https://"),
    ("idempotencyKey", ""),
    ("idempotencyKey", "k" * 256),
]


@pytest.mark.parametrize(("field", "value"), HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_values(mine: Gateway, sandbox: Sandbox, field: str, value: Any) -> None:
    """A value that cannot be used is a coded error that names the field, and imin gets no request."""
    identifier, _ = for_sale(sandbox)

    answer = await mine.answer(MUTATION, input={"opportunityId": identifier, field: value})

    [error] = answer["errors"]
    assert (answer.get("data"), error["extensions"]["code"]) in [
        (None, "BAD_USER_INPUT"),
        ({"createCheckoutSession": None}, "BAD_USER_INPUT"),
    ]
    assert field in error["message"]
    assert len(error["message"]) < 500
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(
    "identifier", ["abc:123", "urn:uuid:1", "a/b", "https://open.example.org/api//feeds/1?x=a:b#c"]
)
async def test_unusual_identifiers(mine: Gateway, sandbox: Sandbox, identifier: str) -> None:
    """An identifier with punctuation, or a web URL, reaches imin unchanged."""
    await create(mine, opportunityId=identifier)

    [item] = sent(sandbox)["imin:initialOrder"]["orderedItem"]
    assert item["orderedItem"] == {"type": "ScheduledSession", "identifier": identifier}


@pytest.mark.settings(checkout_return_origins="https://app.example.org,https://app.example.org:8443")
@pytest.mark.parametrize(
    ("url", "is_permitted"),
    [
        ("https://app.example.org/back?x=https://evil.example", True),
        ("https://APP.example.org:8443", True),
        ("https://app.example.org:443/", True),
        ("http://app.example.org/", False),
        ("https://app.example.org:8444/", False),
        ("https://app.example.org.evil.example/", False),
        ("https://evil.example/?https://app.example.org/", False),
        ("https://evil.example#@app.example.org/", False),
    ],
)
async def test_return_origins(mine: Gateway, sandbox: Sandbox, url: str, *, is_permitted: bool) -> None:
    """Where the operator has set them, checkout links back to pages of these origins only."""
    identifier, _ = for_sale(sandbox)

    answer = await mine.answer(MUTATION, input={"opportunityId": identifier, "returnUrl": url})

    assert ("errors" not in answer) == is_permitted
    assert sandbox.request_log.count(CREATE) == int(is_permitted)


@pytest.mark.parametrize("field", ["returnUrl", "profileUrl"])
async def test_https(settings: Settings, gateway: Gateway, sandbox: Sandbox, field: str) -> None:
    """In production, checkout links to https pages only."""
    identifier, _ = for_sale(sandbox)
    live = settings.but(profile="production", checkout_base_url="https://127.0.0.1:1")
    async with gateway_listening(live, demo_caller, sandbox.clock.now) as url:
        plain, secure = [
            await Gateway(url, gateway.http).answer(
                MUTATION, input={"opportunityId": identifier, field: f"{scheme}://app.example.org/"}
            )
            for scheme in ("http", "https")
        ]

    assert plain["errors"][0]["message"] == (
        f"{field} must be an https URL of at most 2048 printable characters, without a user, "
        "got 23 characters."
    )
    assert secure["data"]["createCheckoutSession"]["result"]["__typename"] == "CheckoutUnavailableError"


@pytest.mark.parametrize("malformed", ["a b", "", LONG, "../1234", CONTROL], ids=range(5))
@pytest.mark.parametrize("field", ["customerId", "attendees"])
async def test_malformed_customer(desk: Gateway, sandbox: Sandbox, field: str, malformed: str) -> None:
    """A text that can name no customer is answered like a missing customer, without a request."""
    identifier, _ = for_sale(sandbox)
    named = {"customerId": malformed} if field == "customerId" else {"attendees": [malformed]}

    result = await create(desk, **({"opportunityId": identifier, "customerId": "1234"} | named))

    assert result["__typename"] == "CustomerNotFoundError"
    assert sandbox.request_log.entries == []
