"""How single values are read, in the ways in which imin and booking systems write them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.files import document_in
from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


def rewritten(value: Any, keys: dict[str, str], *, unwrap: bool = False, texts: bool = False) -> Any:
    """A document with other keys, each list of one element as that element, and numbers as texts."""
    if isinstance(value, dict):
        return {keys.get(k, k): rewritten(v, keys, unwrap=unwrap, texts=texts) for k, v in value.items()}
    if isinstance(value, list):
        inner = [rewritten(one, keys, unwrap=unwrap, texts=texts) for one in value]
        return inner[0] if unwrap and len(inner) == 1 else inner
    if isinstance(value, bool | str) or value is None or not texts:
        return value
    return str(value)


PLAIN = {"@type": "type", "@id": "id"}
AT = {"type": "@type", "id": "@id"}
DOCUMENTS = ["imin-docs/order-by-id.json", "orders/00110644e9.json", "orders/025bc38244.json"]


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(
    "style",
    [
        {"keys": PLAIN},
        {"keys": AT},
        {"keys": {"@type": "type", "id": "@id"}},
        {"keys": {"type": "@type", "@id": "id"}},
        {"keys": {}, "unwrap": True},
        {"keys": {}, "texts": True},
        {"keys": PLAIN, "unwrap": True, "texts": True},
    ],
)
async def test_style(reader: Reader, name: str, style: dict[str, Any]) -> None:
    """type or @type, id or @id, one or many, numbers or texts: the response is the same."""
    document = document_in(name)
    document.setdefault("identifier", "1")
    reader.upstream.serve_page(document)
    expected = await reader.orders()

    reader.upstream.serve_page(rewritten(document, **style))

    assert "errors" not in expected
    assert await reader.orders() == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10", "10"),
        ("10.00", "10.00"),
        ('"10.00"', "10.00"),
        ('" 10.5 "', "10.5"),
        ("16.992", "16.992"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("4.750000000000001", "4.750000000000001"),
        ("1e2", "100"),
        ("1E-2", "0.01"),
        ("-0.5", "-0.5"),
        ("[7.10]", "7.10"),
        ("12345678901234567890.123456789", "12345678901234567890.123456789"),
        ("0", "0"),
        ("null", None),
        ("[]", None),
    ],
)
@pytest.mark.parametrize("odd", ["", ', "position": "1"'])
async def test_price(reader: Reader, written: str, read: str | None, odd: str) -> None:
    """A price is shown digit for digit, whether or not its document has to be read leniently."""
    item = f'{{"identifier": "1", "acceptedOffer": {{"price": {written}}}{odd}}}'
    reader.upstream.serve(f'{{"imin:item": [{{"identifier": "1", "orderedItem": [{item}]}}]}}'.encode())

    answer = await reader.orders("{ items { price { amount currency } } }")

    expected = read and {"amount": read, "currency": "GBP"}
    assert answer == {
        "data": {"viewer": {"orders": {"totalCount": 1, "nodes": [{"items": [{"price": expected}]}]}}}
    }


@pytest.mark.parametrize(
    "written",
    [
        "1e400",
        "1e99999999999999999999",
        '"NaN"',
        '"-Infinity"',
        '"1,50"',
        '"£10"',
        "{}",
        "true",
        "1e-400",
        '""',
    ],
)
@pytest.mark.parametrize("odd", ["", ', "position": "1"'])
async def test_no_price(reader: Reader, written: str, odd: str) -> None:
    """A price that is not a number of reasonable size is null with one coded error; the rest is shown."""
    item = f'{{"identifier": "1", "acceptedOffer": {{"price": {written}, "name": "Adult"}}{odd}}}'
    reader.upstream.serve(f'{{"imin:item": [{{"identifier": "1", "orderedItem": [{item}]}}]}}'.encode())

    answer = await reader.orders("{ items { price { amount } acceptedOffer { name } } }")

    (order,) = answer["data"]["viewer"]["orders"]["nodes"]
    assert order == {"items": [{"price": None, "acceptedOffer": {"name": "Adult"}}]}
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "UPSTREAM_INVALID"}]
    assert answer["errors"][0]["path"][:4] == ["viewer", "orders", "nodes", 0]


@pytest.mark.parametrize(
    ("written", "status", "text"),
    [
        ("https://openactive.io/OrderItemConfirmed", "ORDER_ITEM_CONFIRMED", "OrderItemConfirmed"),
        ("oa:CustomerCancelled", "CUSTOMER_CANCELLED", "CustomerCancelled"),
        ("SellerCancelled", "SELLER_CANCELLED", "SellerCancelled"),
        ("https://openactive.io/OrderItemConfirmed/", "ORDER_ITEM_CONFIRMED", "OrderItemConfirmed"),
        (
            "https://imin.co/#CustomerCancellationPending",
            "CUSTOMER_CANCELLATION_PENDING",
            "CustomerCancellationPending",
        ),
        ("https://openactive.io/OrderConfirmed", "ORDER_ITEM_CONFIRMED", "OrderConfirmed"),
        ("https://openactive.io/OrderProposed", "ORDER_ITEM_PROPOSED", "OrderProposed"),
        ("https://openactive.io/CustomerAttended", "ATTENDEE_ATTENDED", "CustomerAttended"),
        ("https://openactive.io/AttendeeAbsent", "ATTENDEE_ABSENT", "AttendeeAbsent"),
        ("https://openactive.io/Waitlisted", "UNKNOWN", "Waitlisted"),
        (["https://openactive.io/OrderItemConfirmed"], "ORDER_ITEM_CONFIRMED", "OrderItemConfirmed"),
        ({"@id": "https://openactive.io/OrderItemConfirmed"}, "ORDER_ITEM_CONFIRMED", "OrderItemConfirmed"),
        (None, "UNKNOWN", None),
    ],
)
async def test_status(reader: Reader, written: Any, status: str, text: str | None) -> None:
    """A status is identified by the end of its IRI, older names included; an unknown one is shown as text."""
    answer = await reader.item({"orderItemStatus": written}, "{ status statusText }")

    assert answer == {"status": status, "statusText": text}


async def test_proposal(reader: Reader) -> None:
    """An order that the seller has to approve shows the status and the version of the proposal."""
    proposal = {"orderProposalStatus": "https://openactive.io/SellerAccepted", "orderProposalVersion": "x:1"}

    answer = await reader.order(proposal, "{ orderProposalStatus orderProposalVersion }")

    assert answer == {"orderProposalStatus": "SELLER_ACCEPTED", "orderProposalVersion": "x:1"}


@pytest.mark.parametrize("prefix", ["https://schema.org/", "schema:", "http://schema.org/", ""])
async def test_enums(reader: Reader, prefix: str) -> None:
    """Every vocabulary is read as IRI, compact or bare."""
    session = {
        "startDate": "2025-06-01T10:00:00Z",
        "eventStatus": f"{prefix}EventPostponed",
        "eventAttendanceMode": f"{prefix}MixedEventAttendanceMode",
        "genderRestriction": f"{prefix}FemaleOnly",
        "eventSchedule": {"byDay": [f"{prefix}Monday", f"{prefix}Blursday"]},
    }

    answer = await reader.session(
        session, "{ eventStatus attendanceMode genderRestriction eventSchedule { byDay } }"
    )

    assert answer == {
        "eventStatus": "EVENT_POSTPONED",
        "attendanceMode": "MIXED_EVENT_ATTENDANCE_MODE",
        "genderRestriction": "FEMALE_ONLY",
        "eventSchedule": [{"byDay": ["MONDAY", "UNKNOWN"]}],
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [("abc", "abc"), (123, "123"), ("0140", "0140"), (20093, "20093"), (["x"], "x"), (2**70, str(2**70))],
)
async def test_identifier(reader: Reader, written: Any, read: str) -> None:
    """An identifier is a text, even if it is written as a number."""
    assert await reader.item({"identifier": written}, "{ identifier }") == {"identifier": read}
    session = await reader.session({"identifier": written}, "{ identifier }")
    assert session == {"identifier": read}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("yes", "yes"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (1.10, "1.1"),
        (["a", "b"], '["a","b"]'),
        (None, None),
    ],
)
async def test_intake_form_answer(reader: Reader, written: Any, read: str | None) -> None:
    """An answer on an intake form is shown as text, whatever its type."""
    answer = await reader.item(
        {"orderItemIntakeFormResponse": {"propertyID": "q", "value": written}},
        "{ intakeFormResponse { propertyID value } }",
    )

    assert answer == {"intakeFormResponse": [{"propertyID": "q", "value": read}]}


@pytest.mark.parametrize("written", [10.0, "10", "10.0", [10]])
async def test_whole_number(reader: Reader, written: Any) -> None:
    """A whole number may be written as a text or with the fraction zero."""
    session = await reader.session({"maximumAttendeeCapacity": written}, "{ maximumAttendeeCapacity }")

    assert session == {"maximumAttendeeCapacity": 10}


@pytest.mark.parametrize("written", [10.5, "ten", 2**31, -(2**40), True, {}])
async def test_no_whole_number(reader: Reader, written: Any) -> None:
    """A value that is not a whole number, or too large for GraphQL, is null with an error that names it."""
    session = {"type": "ScheduledSession", "name": "Yoga", "maximumAttendeeCapacity": written}
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [{"orderedItem": session}]})

    answer = await reader.orders("{ items { session { name maximumAttendeeCapacity } } }")

    (item,) = answer["data"]["viewer"]["orders"]["nodes"][0]["items"]
    assert item == {"session": {"name": "Yoga", "maximumAttendeeCapacity": None}}
    (error,) = answer["errors"]
    assert error["message"] == (
        "The booking system sent an order that cannot be read completely: "
        "orderedItem[0].orderedItem.maximumAttendeeCapacity."
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (True, True),
        ("true", True),
        ("https://schema.org/False", False),
        (1, True),
        ("0", False),
        (None, None),
    ],
)
async def test_boolean(reader: Reader, written: Any, *, read: bool | None) -> None:
    """A boolean may be written as a text or a number; a missing one is null, not false."""
    answer = await reader.item({"imin:isPresentlyCancellable": written}, "{ isPresentlyCancellable }")

    assert answer == {"isPresentlyCancellable": read}


@pytest.mark.parametrize("cut", ["Yoga \\ud83d", "Yoga \\udc4d", "Yoga \\ud83d\\u0041"])
async def test_cut_emoji(reader: Reader, cut: str) -> None:
    """A name that was cut in the middle of a character loses only that character."""
    item = f'{{"orderedItem": {{"name": "{cut}", "description": "\\\\ud83d \\ud83d\\udc4d"}}}}'
    reader.upstream.serve(f'{{"imin:item": [{{"identifier": "1", "orderedItem": [{item}]}}]}}'.encode())

    answer = await reader.orders("{ items { session { name description } } }")

    (shown,) = answer["data"]["viewer"]["orders"]["nodes"][0]["items"]
    assert shown["session"]["name"].startswith("Yoga \ufffd")
    assert shown["session"]["description"] == "\\ud83d 👍"
