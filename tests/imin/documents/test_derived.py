"""Values that are derived from several parts of a document."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


def nested(document: Any, *keys: str) -> Any:
    """A session with the document as its parent, or the parent's parent, and so on, under these keys."""
    for key in reversed(keys):
        document = {key: document}
    return document


async def test_customer_as_organization(reader: Reader) -> None:
    """A customer may be an organization."""
    customer = {"@type": "Organization", "name": "Acme", "email": "a@example.com"}

    order = await reader.order({"customer": customer}, "{ customer { type name givenName email } }")

    assert order["customer"] == {
        "type": "Organization",
        "name": "Acme",
        "givenName": None,
        "email": "a@example.com",
    }


SELLER = {"type": "Organization", "id": "https://acme.example.com", "name": ""}
ORGANIZER = {
    "@id": "https://acme.example.com",
    "name": "Acme",
    "telephone": "1",
    "logo": "https://acme.example.com/l.png",
}


@pytest.mark.parametrize("levels", [("superEvent", "superEvent"), ("superEvent",), ()])
@pytest.mark.parametrize("role", ["organizer", "provider"])
async def test_seller_completed(reader: Reader, role: str, levels: tuple[str, ...]) -> None:
    """A seller is completed from the organizer or provider on any level; what the order states wins."""
    other = {
        "orderedItem": {
            "organizer": {"id": "https://other.example.com", "name": "Other", "email": "o@example.com"}
        }
    }
    session = {"orderedItem": nested({role: ORGANIZER}, *levels)}
    seller = {**SELLER, "telephone": "2"}

    order = await reader.order(
        {"seller": seller, "orderedItem": [other, session]},
        "{ seller { name telephone email logo { url } } }",
    )

    assert order["seller"] == {
        "name": "Acme",
        "telephone": "2",
        "email": None,
        "logo": {"url": "https://acme.example.com/l.png"},
    }


@pytest.mark.parametrize(
    ("seller", "organizer"),
    [
        ("https://acme.example.com/", "https://acme.example.com"),
        ("https://acme.example.com", "https://acme.example.com/"),
        ("https://acme.example.com/sellers/1/", "https://acme.example.com/sellers/1"),
        ("HTTPS://Acme.Example.com/sellers/1", "https://acme.example.com:443/sellers/1"),
        (" https://acme.example.com/?a=1", "https://acme.example.com/?a=1"),
        ("urn:acme", "urn:acme"),
    ],
)
@pytest.mark.parametrize("role", ["organizer", "provider"])
async def test_same_seller(reader: Reader, seller: str, organizer: str, role: str) -> None:
    """Ids that are the same IRI name the same seller, however they are written."""
    item = {"orderedItem": {"superEvent": {role: {**ORGANIZER, "@id": organizer}}}}

    order = await reader.order(
        {"seller": {"id": seller}, "orderedItem": [item]}, "{ seller { name telephone logo { url } } }"
    )

    logo = {"url": "https://acme.example.com/l.png"}
    assert order["seller"] == {"name": "Acme", "telephone": "1", "logo": logo}


@pytest.mark.parametrize(
    ("seller", "organizer"),
    [
        (SELLER, {**ORGANIZER, "@id": "https://acme.example.com/2"}),
        (SELLER, {**ORGANIZER, "@id": "https://acme.example.com:8443"}),
        (SELLER, {**ORGANIZER, "@id": "http://acme.example.com"}),
        (SELLER, {**ORGANIZER, "@id": "https://acme.example.com/#2"}),
        ({**SELLER, "id": "https://acme.example.com/A"}, {**ORGANIZER, "@id": "https://acme.example.com/a"}),
        (SELLER, {"name": "Acme"}),
        ({"type": "Organization"}, ORGANIZER),
        ({"type": "Organization"}, {"name": "Acme"}),
    ],
)
async def test_seller_not_completed(reader: Reader, seller: Any, organizer: Any) -> None:
    """A seller is not completed from an organizer that is not known to be the seller."""
    item = {"orderedItem": {"organizer": organizer}}

    order = await reader.order(
        {"seller": seller, "orderedItem": [item]}, "{ seller { telephone logo { url } } }"
    )

    assert order["seller"] == {"telephone": None, "logo": None}


@pytest.mark.parametrize(
    ("geo", "shown"),
    [
        ({"latitude": 51.5, "longitude": -0.2}, (51.5, -0.2)),
        ({"latitude": "51.5", "longitude": "-0.2"}, (51.5, -0.2)),
        ({"latitude": 51.5, "longitude": 0}, (51.5, 0)),
        ({"latitude": 0, "longitude": 0}, (None, None)),
        ({"latitude": "0.0", "longitude": -0.0}, (None, None)),
        ({"latitude": 51.5}, (None, None)),
        ({"latitude": 91, "longitude": 0.1}, (None, None)),
        (None, (None, None)),
    ],
)
async def test_null_island(reader: Reader, geo: Any, shown: tuple[Any, Any]) -> None:
    """Coordinates are shown if they are complete, in range and not (0, 0), which is imin's placeholder."""
    session = await reader.session(
        {"location": {"name": "Gym", "geo": geo}}, "{ venue { latitude longitude } }"
    )

    assert (float_of(session["venue"]["latitude"]), float_of(session["venue"]["longitude"])) == shown


GB = {"addressCountry": "GB"}
HERE = (51.5, -0.12)
OFF_SOMALIA = (-0.12, 51.5)


@pytest.mark.parametrize(
    ("degrees", "address", "shown"),
    [
        (OFF_SOMALIA, GB, HERE),
        ((-4.25, 55.86), {"addressCountry": "gb"}, (55.86, -4.25)),
        ((1.75, 52.48), {"addressCountry": {"name": "United Kingdom"}}, (52.48, 1.75)),
        ((-5.93, 54.6), {"addressCountry": "https://example.com/GB"}, (54.6, -5.93)),
        (OFF_SOMALIA, {"postalCode": "n4 3fl"}, HERE),
        (OFF_SOMALIA, "4 Mill Lane, London N4 3FL", HERE),
        (HERE, GB, HERE),
        (OFF_SOMALIA, {"addressCountry": "SO"}, OFF_SOMALIA),
        (OFF_SOMALIA, {"addressCountry": "SO", "postalCode": "N4 3FL"}, OFF_SOMALIA),
        (OFF_SOMALIA, {}, OFF_SOMALIA),
        (OFF_SOMALIA, None, OFF_SOMALIA),
        ((40.4, -3.7), GB, (40.4, -3.7)),
        ((-3.7, 40.4), GB, (-3.7, 40.4)),
    ],
)
async def test_swapped_degrees(
    reader: Reader, degrees: tuple[float, float], address: Any, shown: tuple[float, float]
) -> None:
    """Degrees of a British address that are British only the other way round are shown that way."""
    geo = dict(zip(("latitude", "longitude"), degrees, strict=True))
    location = {"name": "Gym", "geo": geo, "address": address}

    session = await reader.session({"location": location}, "{ venue { latitude longitude } }")

    assert (float(session["venue"]["latitude"]), float(session["venue"]["longitude"])) == shown


def float_of(value: Any) -> float | None:
    return None if value is None else float(value)


@pytest.mark.parametrize(
    ("address", "line"),
    [
        (
            {
                "addressLocality": " 3 Dale Street",
                "postalCode": "m1 1ba",
                "addressRegion": " Manchester",
                "addressCountry": "GB",
                "streetAddress": "Flat 3",
            },
            "Flat 3, 3 Dale Street, Manchester, M1 1BA",
        ),
        ({"streetAddress": "1 Rue X,", "addressCountry": "FR"}, "1 Rue X, FR"),
        ({"imin:fullAddress": " Silchester Road,\n W10  6EX "}, "Silchester Road, W10 6EX"),
        ({"id": "https://example.com/a", "postalCode": "N4 3FL"}, "N4 3FL"),
        ({"@id": "_:b0", "@type": "PostalAddress"}, None),
        ("N4 3FL", "N4 3FL"),
        ({"postalCode": " "}, None),
        ({}, None),
    ],
)
async def test_address(reader: Reader, address: Any, line: str | None) -> None:
    """An address in parts, in one text, or as a plain text becomes one tidy line."""
    session = await reader.session(
        {"location": {"address": address}}, "{ venue { formattedAddress address { formatted } } }"
    )

    assert session == {"venue": {"formattedAddress": line, "address": {"formatted": line}}}


ZOOM = {"type": "VirtualLocation", "name": "Zoom", "url": "https://zoom.example.com/1", "accessId": 123}


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ({"accessChannel": ZOOM}, ZOOM["url"]),
        ({"orderedItem": {"beta:virtualLocation": ZOOM}}, ZOOM["url"]),
        ({"orderedItem": {"superEvent": {"superEvent": {"beta:virtualLocation": ZOOM}}}}, ZOOM["url"]),
        (
            {"accessChannel": ZOOM, "orderedItem": {"beta:virtualLocation": {"url": "https://other"}}},
            ZOOM["url"],
        ),
        ({"accessChannel": {"name": "Zoom"}}, None),
    ],
)
async def test_virtual(reader: Reader, item: Any, url: str | None) -> None:
    """A virtual session is joined through the channel of the item; without one, through the session's."""
    answer = await reader.item(item, "{ accessChannel { name url } }")

    assert answer == {"accessChannel": {"name": "Zoom", "url": url}}


@pytest.mark.parametrize("levels", [0, 1, 2])
async def test_online(reader: Reader, levels: int) -> None:
    """A session is online if any level says so, in person if none does, unknown if it has no start."""
    above = nested({"eventAttendanceMode": "schema:OnlineEventAttendanceMode"}, *["superEvent"] * levels)
    start = {"startDate": "2025-06-01T10:00:00Z"}

    assert await reader.session(start | above, "{ attendanceMode venue { name } }") == {
        "attendanceMode": "ONLINE_EVENT_ATTENDANCE_MODE",
        "venue": None,
    }
    assert await reader.session(start, "{ attendanceMode eventStatus }") == {
        "attendanceMode": "OFFLINE_EVENT_ATTENDANCE_MODE",
        "eventStatus": "EVENT_SCHEDULED",
    }
    assert await reader.session("x:1", "{ attendanceMode eventStatus }") == {
        "attendanceMode": None,
        "eventStatus": None,
    }


@pytest.mark.parametrize(
    ("start", "window", "until"),
    [
        ("2025-06-01T10:00:00Z", "P1D", "2025-05-31T10:00:00+00:00"),
        ("2025-06-01T10:00:00Z", None, "2025-06-01T10:00:00+00:00"),
        ("2025-06-01T10:00:00+01:00", "PT90M", "2025-06-01T08:30:00+01:00"),
        ("2025-06-01T10:00:00+01:00", "P1DT16H", "2025-05-30T18:00:00+01:00"),
        ("2025-06-01T10:00:00Z", "P2W", "2025-05-18T10:00:00+00:00"),
        ("2025-03-30T10:00:00", "P1D", "2025-03-29T10:00:00+01:00"),
        ("2025-10-26T10:00:00", "PT24H", "2025-10-25T10:00:00+00:00"),
        ("2025-06-01T10:00:00Z", "P9999Y", None),
        (None, "P1D", None),
    ],
)
async def test_cancellable_until(
    reader: Reader, start: str | None, window: str | None, until: str | None
) -> None:
    """Cancelling is possible until the offer's window before the start, counted in real time."""
    item = {
        "orderedItem": {"startDate": start},
        "acceptedOffer": {"latestCancellationBeforeStartDate": window},
    }

    assert await reader.item(item, "{ cancellableUntil }") == {"cancellableUntil": until}


@pytest.mark.parametrize(
    ("item", "allows"),
    [
        ({"allowCustomerCancellationFullRefund": True}, True),
        ({"acceptedOffer": {"allowCustomerCancellationFullRefund": True}}, True),
        (
            {
                "allowCustomerCancellationFullRefund": False,
                "acceptedOffer": {"allowCustomerCancellationFullRefund": True},
            },
            False,
        ),
        ({}, None),
    ],
)
async def test_full_refund(reader: Reader, item: Any, allows: Any) -> None:
    """Whether a refund is allowed is stated on the item, or on the offer as in OpenActive 1.0."""
    assert await reader.item(item, "{ allowsFullRefund }") == {"allowsFullRefund": allows}


async def test_receipts(reader: Reader) -> None:
    """Receipts are sorted newest first, those without a date last; those without a number are left out."""
    receipts = [
        {"url": "https://book.imin.co/api/v2/receipts/1", "dateCreated": "2021-04-30T11:42:47+01:00"},
        {"url": "https://book.imin.co/api/v2/receipts/4"},
        {"id": "https://book.imin.co/api/v2/receipts/3/", "dateCreated": "2021-04-30T11:00:00Z"},
        {"dateCreated": "2022-04-30T11:00:00Z"},
        {"url": "https://book.imin.co/api/v2/receipts/2", "dateCreated": "2021-04-30T10:42:47.5Z"},
    ]

    order = await reader.order({"imin:receipt": receipts}, "{ receipts { identifier } }")

    assert [receipt["identifier"] for receipt in order["receipts"]] == ["3", "2", "1", "4"]


async def test_access_data(reader: Reader) -> None:
    """Access passes and codes are shown, also under their old names."""
    item = {
        "accessPass": [
            {"@type": "Barcode", "text": 123},
            {"type": "ImageObject", "url": "https://x.example.com"},
        ],
        "accessToken": {"type": "Barcode", "text": "old", "beta:codeType": "code128"},
        "accessCode": {"name": "Pin Code", "description": 559536},
    }

    answer = await reader.item(
        item, "{ accessPasses { type text url codeType } accessCodes { name description } }"
    )

    assert answer == {
        "accessPasses": [
            {"type": "Barcode", "text": "123", "url": None, "codeType": None},
            {"type": "ImageObject", "text": None, "url": "https://x.example.com", "codeType": None},
            {"type": "Barcode", "text": "old", "url": None, "codeType": "code128"},
        ],
        "accessCodes": [{"name": "Pin Code", "description": "559536"}],
    }


async def test_payment_is_not_shown(reader: Reader) -> None:
    """The payment provider's reference is not in the schema."""
    names = {field for named in reader.schema.type_map.values() for field in getattr(named, "fields", {})}

    assert not {name for name in names if name.lower().startswith("payment")}
