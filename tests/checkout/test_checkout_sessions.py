"""createCheckoutSession: what is sent in each of the three forms, and for whom."""

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.checkout import CREATE, MUTATION, create, for_sale, sent

CONTEXT = ["https://openactive.io/", "https://imin.co/"]
OTHER = "group"


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
