"""Accepted offers that are only referred to, and offers under older names."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")

IRI = "https://example.com/offers/1"
CONFIRMED: dict[str, Any] = {
    "identifier": "1",
    "orderItemStatus": "https://openactive.io/OrderItemConfirmed",
    "orderedItem": {"startDate": "2030-01-16T10:00:00Z"},
}
TERMS = {
    "name": "Adult",
    "price": 9.33,
    "latestCancellationBeforeStartDate": "P1D",
    "allowCustomerCancellationFullRefund": True,
}
OTHER = {"id": "https://example.com/offers/2", "identifier": "other", "price": 1, "name": "Junior"}
SELECTION = (
    "{ price { amount } cancellableUntil allowsFullRefund isPresentlyCancellable acceptedOffer { name iri } }"
)
FOUND = {
    "price": {"amount": "9.33"},
    "cancellableUntil": "2030-01-15T10:00:00+00:00",
    "allowsFullRefund": True,
    "isPresentlyCancellable": True,
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


def item(reference: Any, offers: Any, *levels: str) -> Any:
    """A booked item with an accepted offer, and offers on the session or a level above."""
    above: Any = {"offers": offers}
    for level in reversed(levels):
        above = {level: above}
    return {**CONFIRMED, "acceptedOffer": reference, "orderedItem": {**CONFIRMED["orderedItem"], **above}}


@pytest.mark.parametrize(
    "levels",
    [
        (),
        ("superEvent",),
        ("superEvent", "superEvent"),
        ("facilityUse",),
        ("facilityUse", "aggregateFacilityUse"),
        ("instanceOfCourse",),
    ],
)
@pytest.mark.parametrize(
    ("reference", "identity"),
    [
        (IRI, {"id": IRI}),
        ({"id": IRI}, {"id": IRI}),
        ({"@id": IRI, "@type": "Offer"}, {"id": IRI}),
        ({"id": IRI + "/"}, {"id": IRI}),
        ([{"id": IRI}], {"@id": IRI}),
        ({"identifier": "adult"}, {"identifier": "adult", "id": IRI}),
        ({"identifier": 7}, {"identifier": "7", "id": IRI}),
        ("adult", {"identifier": "adult", "id": IRI}),
    ],
)
async def test_reference(reader: Reader, reference: Any, identity: Any, levels: tuple[str, ...]) -> None:
    """An accepted offer of which only the id is given is the offer with that id, on whichever level it is."""
    document = item(reference, [OTHER, {**TERMS, **identity}], *levels)

    answer = await reader.item(document, SELECTION)

    name = "adult" if reference == "adult" else "Adult"
    assert answer == {**FOUND, "acceptedOffer": {"name": name, "iri": IRI}}


@pytest.mark.parametrize(
    "change", [{"price": 5}, {"latestCancellationBeforeStartDate": "P2D"}, {"priceCurrency": "EUR"}, {}]
)
@pytest.mark.parametrize("identity", [{"id": IRI}, {"identifier": "adult"}])
async def test_several_of_one_identity(reader: Reader, identity: Any, change: dict[str, Any]) -> None:
    """Of two offers with one identity none is meant, unless their terms are the same."""
    offers = [{**TERMS, **identity}, {**TERMS, **identity, **change}]

    answer = await reader.item(item(identity, offers), "{ price { amount } cancellableUntil }")

    assert answer == (
        {"price": None, "cancellableUntil": None}
        if change
        else {"price": FOUND["price"], "cancellableUntil": FOUND["cancellableUntil"]}
    )


async def test_blank_ids(reader: Reader) -> None:
    """Two blank ids are not the same id."""
    answer = await reader.item(item({"id": " "}, [{**TERMS, "id": " "}]), "{ price { amount } }")

    assert answer == {"price": None}


@pytest.mark.parametrize("flag", [None, True, False])
async def test_unknown_reference(reader: Reader, *, flag: bool | None) -> None:
    """Of an offer that is nowhere no price and no deadline is claimed, and only imin can say yes."""
    document = {**item({"id": IRI}, [OTHER]), "imin:isPresentlyCancellable": flag}

    answer = await reader.item({**document, "allowCustomerCancellationFullRefund": True}, SELECTION)

    assert answer == {
        "price": None,
        "cancellableUntil": None,
        "allowsFullRefund": True,
        "isPresentlyCancellable": flag,
        "acceptedOffer": {"name": None, "iri": IRI},
    }


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        ({"price": 5}, {"price": {"amount": "5"}, "cancellableUntil": "2030-01-16T10:00:00+00:00"}),
        ({"latestCancellationBeforeStartDate": "P2D"}, {"cancellableUntil": "2030-01-14T10:00:00+00:00"}),
        ({"allowCustomerCancellationFullRefund": False}, {"allowsFullRefund": False}),
        ({"name": "Senior"}, {}),
    ],
)
async def test_own_terms(reader: Reader, own: Any, shown: Any) -> None:
    """What the accepted offer states itself wins; with a price it is complete."""
    answer = await reader.item(
        item({"id": IRI, **own}, [{**TERMS, "id": IRI}]),
        "{ price { amount } cancellableUntil allowsFullRefund acceptedOffer { name } }",
    )

    is_complete = "price" in own
    name = own.get("name", None if is_complete else "Adult")
    refund = None if is_complete else True
    expected = {**FOUND, "allowsFullRefund": refund, **shown, "acceptedOffer": {"name": name}}
    assert answer == {key: expected[key] for key in answer}


UNCLEAR: dict[str, list[Any]] = {
    "acceptedOffer": [
        7,
        [{**TERMS, "id": IRI}, OTHER],
        {**TERMS, "latestCancellationBeforeStartDate": {}},
        {**TERMS, "latestCancellationBeforeStartDate": ["P1D", "P2D"]},
        {**TERMS, "allowCustomerCancellationFullRefund": "perhaps"},
    ],
    "allowCustomerCancellationFullRefund": ["perhaps", {}, [True, False]],
    "imin:isPresentlyCancellable": ["perhaps", 7, [True, False]],
    "orderItemStatus": [{}, ["OrderItemConfirmed", "CustomerCancelled"]],
    "orderedItem": [7, [CONFIRMED["orderedItem"], {"startDate": "2030-02-16T10:00:00Z"}]],
}


@pytest.mark.parametrize(
    ("member", "value"), [(member, value) for member, values in UNCLEAR.items() for value in values]
)
async def test_unclear_terms(reader: Reader, member: str, value: Any) -> None:
    """Where a term of an item cannot be read, the clock does not say yes, as it would if it were missing."""
    document = {**CONFIRMED, "acceptedOffer": TERMS, member: value}
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [document]})

    answer = await reader.orders("{ items { isPresentlyCancellable } }")

    assert answer["data"]["viewer"]["orders"]["nodes"] == [{"items": [{"isPresentlyCancellable": None}]}]
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "UPSTREAM_INVALID"}]


LOWEST = {"type": "AggregateOffer", "lowPrice": 9.33, "priceCurrency": "GBP"}


@pytest.mark.parametrize(
    ("offer", "amount"),
    [
        (LOWEST, "9.33"),
        ({**LOWEST, "lowPrice": "9.33"}, "9.33"),
        ({**LOWEST, "price": 8}, "8"),
        ({**LOWEST, "price": None, "lowPrice": 0}, "0"),
        ({"price": 2.35}, "2.35"),
        (9.33, "9.33"),
    ],
)
@pytest.mark.parametrize("member", ["publicAdult", "publicJunior", "activeEntitlement"])
@pytest.mark.parametrize("level", ["", "superEvent"])
async def test_lowest_price(reader: Reader, offer: Any, amount: str, member: str, level: str) -> None:
    """The lowest price of a group of people may be called lowPrice."""
    document = {"imin:aggregateOffer": {member: offer}}
    field = f"aggregateOffer {{ {member} {{ price {{ amount currency }} }} }}"

    if level:
        session = await reader.session(
            {"type": "ScheduledSession", level: document},
            f"{{ ... on ScheduledSession {{ {level} {{ {field} }} }} }}",
        )
        session = session[level]
    else:
        session = await reader.session(document, f"{{ {field} }}")

    assert session == {"aggregateOffer": {member: {"price": {"amount": amount, "currency": "GBP"}}}}


@pytest.mark.parametrize("name", ["ageRestriction", "ageRange"])
async def test_age_restriction(reader: Reader, name: str) -> None:
    """The ages of an offer are shown under their older name too, wherever offers are."""
    offer = {"price": 5, name: {"minValue": 16}}
    ages = "{ ageRestriction { minValue maxValue } }"

    answer = await reader.item(
        {"acceptedOffer": offer, "orderedItem": {"offers": [offer]}},
        f"{{ acceptedOffer {ages} session {{ offers {ages} }} }}",
    )

    shown = {"ageRestriction": {"minValue": 16, "maxValue": None}}
    assert answer == {"acceptedOffer": shown, "session": {"offers": [shown]}}


@pytest.mark.parametrize("name", ["openBookingPrepayment", "prepayment"])
async def test_prepayment(reader: Reader, name: str) -> None:
    """So is whether payment in advance is required."""
    answer = await reader.item(
        {"acceptedOffer": {"price": 5, name: "https://openactive.io/Required"}},
        "{ acceptedOffer { prepayment } }",
    )

    assert answer == {"acceptedOffer": {"prepayment": "REQUIRED"}}
