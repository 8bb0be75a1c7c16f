"""createCheckoutSession: what is sent in each of the three forms, and for whom."""

from typing import Any

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.checkout import CREATE, MUTATION, create, for_sale

CONTEXT = ["https://openactive.io/", "https://imin.co/"]
OTHER = "group"


def sent(sandbox: Sandbox) -> Any:
    """The body of the only request that imin has received."""
    [entry] = sandbox.request_log.entries
    assert entry.route == CREATE
    return entry.body


def page(sandbox: Sandbox, settings_url: str) -> str:
    """Address of the page of the only session that checkout has."""
    [session] = sandbox.checkout.sessions()
    return f"{settings_url}/checkout/{session.identifier}"


async def test_authenticated(mine: Gateway, imin: tuple[Sandbox, str]) -> None:
    """A customer books for themselves: by identifier, with an offer and links back, in one request."""
    sandbox, base = imin[0], imin[1].removesuffix("/api/v2")
    identifier, offer = for_sale(sandbox)

    result = await create(
        mine,
        opportunityId=identifier,
        offerId=offer,
        returnUrl="https://app.example.org/back?from=checkout",
        profileUrl="https://app.example.org/me",
    )

    assert sent(sandbox) == {
        "@context": CONTEXT,
        "type": "imin:CheckoutSession",
        "imin:initialOrder": {
            "type": "OrderQuote",
            "customer": "1234",
            "orderedItem": [
                {
                    "type": "OrderItem",
                    "orderedItem": {"type": "ScheduledSession", "identifier": identifier},
                    "acceptedOffer": offer,
                }
            ],
        },
        "imin:navigationLinks": [
            {
                "type": "WebPage",
                "name": "Back",
                "imin:linkType": "https://imin.co/BackToBrokerLink",
                "url": "https://app.example.org/back?from=checkout",
            },
            {
                "type": "WebPage",
                "name": "Profile",
                "imin:linkType": "https://imin.co/BackToBrokerUserProfileLink",
                "url": "https://app.example.org/me",
            },
        ],
    }
    url = page(sandbox, base)
    assert result == {
        "__typename": "CheckoutSession",
        "id": url.rpartition("/")[2],
        "url": url,
        "customer": {"identifier": "1234"},
        "items": [
            {
                "opportunityId": identifier,
                "opportunityType": "SCHEDULED_SESSION",
                "offerId": offer,
                "attendee": None,
            }
        ],
    }


async def test_standalone(desk: Gateway, sandbox: Sandbox) -> None:
    """A service that names no customer leaves that to the page: the opportunity is named by its id."""
    identifier, _ = for_sale(sandbox, "Slot")

    result = await create(desk, opportunityId=identifier, opportunityType="SLOT")

    assert sent(sandbox) == {
        "@context": CONTEXT,
        "type": "imin:CheckoutSession",
        "imin:initialOrder": {
            "type": "OrderQuote",
            "orderedItem": [{"type": "OrderItem", "orderedItem": {"type": "Slot", "id": identifier}}],
        },
    }
    assert (result["customer"], result["items"][0]["opportunityType"]) == (None, "SLOT")


async def test_group(desk: Gateway, sandbox: Sandbox) -> None:
    """A service books a place for each attendee: one item each, of one opportunity and offer."""
    identifier, offer = for_sale(sandbox)

    result = await create(
        desk, opportunityId=identifier, offerId=offer, customerId="1234", attendees=["1234", OTHER]
    )

    item = {
        "type": "OrderItem",
        "orderedItem": {"type": "ScheduledSession", "identifier": identifier},
        "acceptedOffer": offer,
    }
    order = sent(sandbox)["imin:initialOrder"]
    assert order["customer"] == "1234"
    assert order["orderedItem"] == [item | {"attendee": "1234"}, item | {"attendee": OTHER}]
    assert [item["attendee"] for item in result["items"]] == [{"identifier": "1234"}, {"identifier": OTHER}]


async def test_named_by_global_id(mine: Gateway, sandbox: Sandbox) -> None:
    """A customer may name themselves, by identifier or global id, as the one who books and attends."""
    identifier, _ = for_sale(sandbox)
    own = (await mine.data("{ viewer { id } }"))["viewer"]["id"]

    for name in (own, "1234"):
        sandbox.request_log.clear()
        result = await create(mine, opportunityId=identifier, customerId=name, attendees=[name])

        assert sent(sandbox)["imin:initialOrder"]["customer"] == "1234"
        assert result["items"][0]["attendee"] == {"identifier": "1234"}


async def test_live_session(mine: Gateway, sandbox: Sandbox) -> None:
    """The global id of a live session says what it is and how imin names it."""
    identifier, _ = for_sale(sandbox, "Slot")
    query = "query ($i: ID!) { opportunity(type: SLOT, identifier: $i) { id } }"
    live = (await mine.data(query, i=identifier))["opportunity"]["id"]
    sandbox.request_log.clear()

    await create(mine, opportunityId=live)

    [item] = sent(sandbox)["imin:initialOrder"]["orderedItem"]
    assert item["orderedItem"] == {"type": "Slot", "identifier": identifier}


async def test_booked_session(mine: Gateway, sandbox: Sandbox) -> None:
    """The global id of a session in an order names a snapshot, which cannot be sold."""
    query = "{ viewer { orders(first: 1) { nodes { items { session { id } } } } } }"
    [order] = (await mine.data(query))["viewer"]["orders"]["nodes"]
    sandbox.request_log.clear()

    answer = await mine.answer(MUTATION, input={"opportunityId": order["items"][0]["session"]["id"]})

    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith(
        "opportunityId must be the identifier of a session, or the id of a live one, got "
    )
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize("stranger", [OTHER, "missing", "global id"])
@pytest.mark.parametrize("field", ["customerId", "attendees"])
async def test_other_customers(
    gateway: Gateway, mine: Gateway, sandbox: Sandbox, field: str, stranger: str
) -> None:
    """Another customer and one who does not exist look alike, and imin gets no request."""
    identifier, _ = for_sale(sandbox)
    if stranger == "global id":
        found = await gateway.data("query ($c: ID!) { customer(identifier: $c) { id } }", c=OTHER)
        stranger = found["customer"]["id"]
    sandbox.request_log.clear()

    result = await create(
        mine, opportunityId=identifier, **{field: ["1234", stranger] if field == "attendees" else stranger}
    )

    assert result == {
        "__typename": "CustomerNotFoundError",
        "code": "CUSTOMER_NOT_FOUND",
        "message": "There is no such customer.",
    }
    assert sandbox.request_log.entries == []


async def test_sold_out(mine: Gateway, sandbox: Sandbox) -> None:
    """What checkout does not sell is refused with imin's sentence."""
    identifier, offer = for_sale(sandbox)
    sandbox.search.set_places(identifier, 0)

    result = await create(mine, opportunityId=identifier, offerId=offer)

    assert result == {
        "__typename": "UnavailableOpportunityError",
        "code": "UNAVAILABLE_OPPORTUNITY",
        "message": "This opportunity is not available to book.",
    }
    assert sandbox.request_log.counts() == {CREATE: 1}


async def test_unknown_offer(mine: Gateway, sandbox: Sandbox) -> None:
    """Another refusal has imin's name of the error, and no sentence that was not written for customers."""
    identifier, _ = for_sale(sandbox)

    result = await create(mine, opportunityId=identifier, offerId="https://opendata.example.org/offers/0")

    assert result == {
        "__typename": "CheckoutRefusedError",
        "reason": "UnknownOfferError",
        "code": "CHECKOUT_REFUSED",
        "message": "The checkout does not accept this booking. Nothing was booked.",
    }


async def test_not_set_up(gateway: Gateway, sandbox: Sandbox, settings: Settings) -> None:
    """Without an address of the checkout there is a coded error, and imin gets no request."""
    identifier, _ = for_sale(sandbox)
    running = gateway_listening(settings.but(checkout_base_url=None), demo_caller, sandbox.clock.now)
    async with running as url:
        answer = await Gateway(url, gateway.http).answer(MUTATION, input={"opportunityId": identifier})

    assert answer["data"] == {"createCheckoutSession": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_AVAILABLE"]
    assert sandbox.request_log.entries == []


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
