"""The styles in which the sandbox can write documents."""

import json
from typing import Any

import pytest

from gateway.sandbox import SANDBOX, create_sandbox
from tests.sandbox.conftest import BOOK, CONFIRMED, Imin


async def _styled(imin: Imin, customer: str = "small", **options: Any) -> Any:
    imin.sandbox.style.update(options)
    return (await imin.orders(customer))["imin:item"][0]


async def test_at_keys(imin: Imin) -> None:
    """keys="@type" writes @type and @id everywhere, also in the envelope."""
    imin.sandbox.style.keys = "@type"

    page = await imin.orders("small")

    text = json.dumps(page)
    assert '"type":' not in text
    assert '"id":' not in text
    assert page["imin:item"][0]["@id"] == f"{BOOK}/orders/{page['imin:item'][0]['identifier']}"


async def test_mixed_keys(imin: Imin) -> None:
    """keys="mixed" writes both spellings within one document."""
    text = json.dumps(await _styled(imin, keys="mixed"))

    assert ('"type":' in text, '"@type":' in text, '"id":' in text, '"@id":' in text) == (True,) * 4


async def test_id_style(imin: Imin) -> None:
    """id_style="openactive" writes the ids of items with a fragment."""
    order = await _styled(imin, id_style="openactive")

    item = order["orderedItem"][0]
    assert item["id"] == f"{BOOK}/orders/{order['identifier']}#/orderedItems/{item['identifier']}"


async def test_refund_flag_place(imin: Imin) -> None:
    """refund_flag_place="offer" moves the flag to the offer."""
    item = (await _styled(imin, refund_flag_place="offer"))["orderedItem"][0]

    assert "allowCustomerCancellationFullRefund" not in item
    assert item["acceptedOffer"]["allowCustomerCancellationFullRefund"] is True


async def test_numbers_and_strings(imin: Imin) -> None:
    """numbers_as_strings turns numbers into texts, strings_as_numbers turns digits into numbers."""
    imin.sandbox.add_order("small", price="4.75")

    texts = await _styled(imin, numbers_as_strings=True)
    digits = await _styled(imin, numbers_as_strings=False, strings_as_numbers=True)

    assert texts["totalPaymentDue"]["price"] == "4.75"
    assert texts["totalPaymentTax"][0]["price"] == "0.00"
    assert texts["orderedItem"][0]["orderedItem"]["superEvent"]["location"]["geo"]["latitude"] == "51.4607"
    assert digits["orderNumber"] == 20004


async def test_float_noise(imin: Imin) -> None:
    """float_noise adds the error of binary arithmetic to prices."""
    imin.sandbox.add_order("small", price="4.75")

    order = await _styled(imin, float_noise=True)

    assert order["totalPaymentDue"]["price"] == 4.750000000000001


@pytest.mark.parametrize(
    ("enum_style", "status", "event_status"),
    [
        ("url", CONFIRMED, "https://schema.org/EventScheduled"),
        ("compact", "oa:OrderItemConfirmed", "schema:EventScheduled"),
        ("bare", "OrderItemConfirmed", "EventScheduled"),
    ],
)
async def test_enum_style(imin: Imin, enum_style: str, status: str, event_status: str) -> None:
    """enum_style writes enum values as URLs, compact or bare."""
    item = (await _styled(imin, enum_style=enum_style))["orderedItem"][0]

    assert (item["orderItemStatus"], item["orderedItem"]["eventStatus"]) == (status, event_status)


@pytest.mark.parametrize(
    ("date_style", "order_date"),
    [
        ("as_is", "2025-06-02T09:30:00Z"),
        ("z", "2025-06-02T09:30:00Z"),
        ("offset_fraction", "2025-06-02T10:30:00.000000+01:00"),
        ("local", "2025-06-02T10:30:00"),
    ],
)
async def test_date_style(imin: Imin, date_style: str, order_date: str) -> None:
    """date_style writes dates with Z, with offset and fraction, or in London time without offset."""
    imin.sandbox.add_order("small")

    assert (await _styled(imin, date_style=date_style))["orderDate"] == order_date


async def test_one_or_many(imin: Imin) -> None:
    """one_or_many writes an array of one element as that element."""
    imin.sandbox.add_order("small")

    order = await _styled(imin, one_or_many=True)

    assert (order["orderedItem"]["type"], order["imin:receipt"]["type"]) == ("OrderItem", "Invoice")
    assert len(order["@context"]) == 2


async def test_drop_optional(imin: Imin) -> None:
    """drop_optional removes optional members, all at 1, and always the same for the same seed."""
    imin.sandbox.add_order("small")

    minimal = await _styled(imin, drop_optional=1.0)
    some = await _styled(imin, drop_optional=0.3)

    assert list(minimal) == ["type", "id", "identifier", "orderDate", "orderedItem"]
    assert list(minimal["orderedItem"][0]) == ["type", "id", "identifier", "orderedItem", "orderItemStatus"]
    assert some == await _styled(imin, drop_optional=0.3)
    assert some != minimal


async def test_facility_parent(imin: Imin) -> None:
    """ifu_parent_key renames the parent of an IndividualFacilityUse."""
    order = await _styled(imin, "facility", ifu_parent_key="aggregateFacilityUse")

    use = order["orderedItem"][0]["orderedItem"]["facilityUse"]
    assert (use["type"], use["aggregateFacilityUse"]["type"]) == ("IndividualFacilityUse", "FacilityUse")
    assert "facilityUse" not in use


async def test_location_pointer(imin: Imin) -> None:
    """location_pointer moves the location to the EventSeries and points to it."""
    series = (await _styled(imin, location_pointer=True))["orderedItem"][0]["orderedItem"]["superEvent"]

    place = series["superEvent"]["imin:locationSummary"][0]
    assert series["location"] == {"type": "Place", "id": place["id"]}
    assert place["id"].startswith("#/imin:locationSummary/")
    assert place["type"] == "Place"


async def test_wrong_view(imin: Imin) -> None:
    """view_lies writes a next page on the last page and a wrong number of pages."""
    imin.sandbox.style.view_lies = True

    last = await imin.orders(page=192)

    assert last["view"]["next"] == f"{BOOK}/orders?customerIdentifier=1234&page=193"
    assert last["view"]["imin:totalPages"] == 1


def test_bad_style() -> None:
    """An unknown option or value is rejected with a message that names it."""
    style = create_sandbox()[SANDBOX].style

    with pytest.raises(ValueError, match="keys must be one of type, @type, mixed, got 'id'"):
        style.keys = "id"  # type: ignore[assignment]  # not one of its values
    with pytest.raises(ValueError, match="kyes is not a style option"):
        style.update({"float_noise": True, "kyes": "type"})
    assert style.is_default()


async def test_ignores_case(imin: Imin) -> None:
    """ignores_case finds orders, accounts and lists by identifiers in capitals; they keep their spelling."""
    identifier = imin.sandbox.store.identifiers("small")[0]
    paths = (f"orders/{identifier.upper()}", "customer-accounts/SMALL")

    strict = [(await imin.call("GET", f"/api/v2/{path}"))[0] for path in paths]
    imin.sandbox.style.ignores_case = True
    found = [(await imin.call("GET", f"/api/v2/{path}"))[1]["identifier"] for path in paths]

    assert strict == [404, 404]
    assert found == [identifier, "small"]
    assert (await imin.orders("SMALL"))["imin:totalItems"] == 3


async def test_books_while_read(imin: Imin) -> None:
    """books_while_read adds an order after each page of orders; it is on the next page that is read."""
    imin.sandbox.style.books_while_read = True

    pages = [await imin.orders("small") for _ in range(3)]

    assert [page["imin:totalItems"] for page in pages] == [3, 4, 5]
    assert pages[2]["imin:item"][1] == pages[1]["imin:item"][0]
