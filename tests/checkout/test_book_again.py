"""OrderItem.bookAgain: calculated from the item, without a request to imin."""

from typing import Any
from urllib.parse import quote

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.checkout import CREATE, create

QUERY = """query ($c: ID!) { customer(identifier: $c) { orders(first: 10) { nodes { items {
  session { __typename identifier } acceptedOffer { iri }
  bookAgain { opportunityId opportunityType offerId seriesId checkoutUrl }
} } } } }"""


async def items(gateway: Gateway, customer: str) -> list[Any]:
    nodes = (await gateway.data(QUERY, c=customer))["customer"]["orders"]["nodes"]
    return [item for node in nodes for item in node["items"]]


@pytest.mark.parametrize("customer", ["1234", "virtual", "facility"])
async def test_book_again(gateway: Gateway, imin: tuple[Sandbox, str], customer: str) -> None:
    """It has what createCheckoutSession needs, and the page for guests of a ScheduledSession."""
    sandbox, base = imin[0], imin[1].removesuffix("/api/v2")
    found = await items(gateway, customer)

    assert sandbox.request_log.counts() == {"GET /orders": 1}
    assert found
    for item in found:
        again, session = item["bookAgain"], item["session"]
        is_slot = session["__typename"] == "Slot"
        assert again["opportunityId"] == session["identifier"]
        assert again["opportunityType"] == ("SLOT" if is_slot else "SCHEDULED_SESSION")
        assert again["offerId"] == item["acceptedOffer"]["iri"]
        page = f"{base}/v1/scheduled-sessions/{quote(session['identifier'], safe='')}"
        assert again["checkoutUrl"] == (None if is_slot else page)


async def test_books_again(gateway: Gateway, sandbox: Sandbox) -> None:
    """What it gives is accepted by createCheckoutSession, and the page opens."""
    names = {one["identifier"] for one in sandbox.opportunities()}
    found = [item["bookAgain"] for item in await items(gateway, "1234")]
    again = next(one for one in found if one["opportunityId"] in names)
    sandbox.request_log.clear()

    result = await create(
        gateway, **{name: again[name] for name in ("opportunityId", "opportunityType", "offerId")}
    )

    assert result["__typename"] == "CheckoutSession"
    assert sandbox.request_log.counts() == {CREATE: 1}
    async with gateway.http.get(again["checkoutUrl"]) as response:
        assert response.status == 200
