"""Texts and numbers that stand in place of an object, and objects in place of a text."""

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


CONCEPTS = {
    "category": "categories",
    "activity": "activities",
    "level": "skillLevels",
    "accessibilitySupport": "accessibilitySupport",
    "beta:sportsActivityLocation": "sportsActivityLocations",
}
IRI = "https://example.com/1"


@pytest.mark.parametrize("member", CONCEPTS)
@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["Swim"], [("Swim", None)]),
        ("Swim", [("Swim", None)]),
        (["Swim", "Water polo", " ", None], [("Swim", None), ("Water polo", None)]),
        (["Swim", {"id": IRI, "prefLabel": "Dive"}], [("Swim", None), ("Dive", IRI)]),
        ([IRI], [(None, IRI)]),
        ({"name": "Swim"}, [("Swim", None)]),
        (
            ["Aqua: beginners", "24/7", "#fitness fun"],
            [(x, None) for x in ("Aqua: beginners", "24/7", "#fitness fun")],
        ),
    ],
)
@pytest.mark.parametrize("level", ["", "superEvent"])
async def test_concept(reader: Reader, member: str, written: Any, read: Any, level: str) -> None:
    """A text in place of a concept is its name; only an IRI is an IRI."""
    document = {member: written}

    session = await reader.session(
        {level: document} if level else document, f"{{ {CONCEPTS[member]} {{ prefLabel iri identifier }} }}"
    )

    shown = [(one["prefLabel"], one["iri"]) for one in session[CONCEPTS[member]]]
    assert shown == read
    assert [one["identifier"] for one in session[CONCEPTS[member]]] == [iri for _, iri in read]


@pytest.mark.parametrize("name", ["Jo Smith", "Acme", "Jo (coach)", "#1 Fitness Ltd", "A/B Clubs"])
async def test_names(reader: Reader, name: str) -> None:
    """A text in place of a person, an organization or a place is its name, on every level."""
    session = {"leader": name, "organizer": name, "location": name}
    document = {
        "orderedItem": [{"orderedItem": session, "attendee": name, "acceptedOffer": name}],
        "seller": name,
        "broker": name,
        "customer": name,
        "bookingService": name,
    }
    person = "{ name iri }"

    order = await reader.order(
        {**document, "seller": {"id": IRI, "termsOfService": [name]}},
        f"{{ items {{ session {{ leaders {person} organizer {person} venue {person} }} attendee {person}"
        f" acceptedOffer {person} }} seller {{ termsOfService {{ name url }} }}"
        f" broker {person} customer {person} bookingService {person} }}",
    )
    seller = await reader.order(document, "{ seller { name identifier } }")

    named = {"name": name, "iri": None}
    assert order == {
        "items": [
            {
                "session": {"leaders": [named], "organizer": named, "venue": named},
                "attendee": named,
                "acceptedOffer": named,
            }
        ],
        "seller": {"termsOfService": [{"name": name, "url": None}]},
        "broker": named,
        "customer": named,
        "bookingService": named,
    }
    assert seller == {"seller": {"name": name, "identifier": None}}


@pytest.mark.parametrize(
    "iri", [IRI, "urn:uuid:1", "imin:1", "_:b0", "/organizers/1", "#organizer", "https://example.com/a b"]
)
async def test_iris(reader: Reader, iri: str) -> None:
    """An IRI in place of an object is no name."""
    session = await reader.session(
        {"leader": [iri], "organizer": iri}, "{ leaders { name iri } organizer { name iri } }"
    )

    assert session == {"leaders": [{"name": None, "iri": iri}], "organizer": {"name": None, "iri": iri}}


async def test_bare_session(reader: Reader) -> None:
    """A text in place of a session is its name."""
    assert await reader.session("Yoga", "{ name iri }") == {"name": "Yoga", "iri": None}


@pytest.mark.parametrize(
    "address", ["#4 Mill Lane", "4 Mill Lane", "4/2 Mill Lane", "Flat 3: Mill Lane", "/ Mill Lane"]
)
@pytest.mark.parametrize("whole", [False, True])
async def test_address(reader: Reader, address: str, *, whole: bool) -> None:
    """An address in one text is shown, whatever it begins with."""
    document = {"imin:fullAddress": address} if whole else address

    session = await reader.session(
        {"location": {"name": "Gym", "address": document}}, "{ venue { address { fullAddress } } }"
    )

    assert session == {"venue": {"address": {"fullAddress": address}}}


CODE = {"name": None, "description": "0042", "value": None}


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("0042", [CODE]),
        (["0042", "0043"], [CODE, {**CODE, "description": "0043"}]),
        (
            [{"name": "PIN", "description": "0042"}, "0043"],
            [{**CODE, "name": "PIN"}, {**CODE, "description": "0043"}],
        ),
        (4217, [{**CODE, "description": "4217"}]),
        ("https://z.example/3", [{**CODE, "description": "https://z.example/3"}]),
        ({"@value": "0042"}, [CODE]),
        ({"value": "0042"}, [{"name": None, "description": None, "value": "0042"}]),
    ],
)
async def test_access_code(reader: Reader, written: Any, codes: Any) -> None:
    """A code to key in is shown, whether it is a text, a number or a named value."""
    item = await reader.item({"accessCode": written}, "{ accessCodes { name description value } }")

    assert item == {"accessCodes": codes}


PASS = {"text": "EXT0012", "url": None}
PICTURE = {"text": None, "url": "https://z.example/3.png"}


@pytest.mark.parametrize(
    ("written", "passes"),
    [
        ("EXT0012", [PASS]),
        (["EXT0012", "https://z.example/3.png"], [PASS, PICTURE]),
        (10012, [{"text": "10012", "url": None}]),
        ({"type": "Barcode", "value": "EXT0012"}, [PASS]),
        ({"type": "ImageObject", "contentUrl": "https://z.example/3.png"}, [PICTURE]),
        (
            [{"type": "Barcode", "text": "EXT0012", "contentUrl": "https://z.example/3.png"}],
            [{**PICTURE, "text": "EXT0012"}],
        ),
    ],
)
@pytest.mark.parametrize("member", ["accessPass", "accessToken"])
async def test_access_pass(reader: Reader, member: str, written: Any, passes: Any) -> None:
    """A pass is shown, whether it is a text, a number, an address of a picture or an object."""
    assert await reader.item({member: written}, "{ accessPasses { text url } }") == {"accessPasses": passes}


CHANNEL = {"url": "https://z.example/3", "description": None}


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        ("https://z.example/3", CHANNEL),
        (["https://z.example/3"], CHANNEL),
        ({"url": {"@id": "https://z.example/3"}}, CHANNEL),
        ("Meeting 123, code 9", {"url": None, "description": "Meeting 123, code 9"}),
    ],
)
async def test_access_channel(reader: Reader, written: Any, channel: Any) -> None:
    """A link in place of an access channel is the link for joining; any other text says how to join."""
    item = await reader.item(
        {"accessChannel": written}, "{ accessChannel { url description } accessChannels { url description } }"
    )
    session = await reader.session(
        {"superEvent": {"beta:virtualLocation": written}}, "{ virtualLocation { url description } }"
    )

    assert item == {"accessChannel": channel, "accessChannels": [channel]}
    assert session == {"virtualLocation": channel}


@pytest.mark.parametrize(
    ("written", "read"), [(10.5, "10.5"), ("10.50", "10.50"), (0, "0"), ([10.5], "10.5"), (" 7 ", "7")]
)
async def test_total(reader: Reader, written: Any, read: str) -> None:
    """A number in place of a price is its amount."""
    order = await reader.order({"totalPaymentDue": written}, "{ totalPaymentDue { amount currency } }")

    assert order == {"totalPaymentDue": {"amount": read, "currency": "GBP"}}


@pytest.mark.parametrize("written", [2.5, [2.5], [{"price": 2.5}]])
async def test_tax(reader: Reader, written: Any) -> None:
    """A number in place of a tax is its amount."""
    tax = "{ price { amount } }"

    order = await reader.order(
        {"totalPaymentTax": written, "orderedItem": [{"unitTaxSpecification": written}]},
        f"{{ totalPaymentTax {tax} items {{ tax {tax} }} }}",
    )

    taxes = [{"price": {"amount": "2.5"}}]
    assert order == {"totalPaymentTax": taxes, "items": [{"tax": taxes}]}


@pytest.mark.parametrize("written", ["ten", True, "10,50", "1_0", "NaN"])
async def test_no_total(reader: Reader, written: Any) -> None:
    """A value that is no amount is null and reported."""
    reader.upstream.serve_page({"identifier": "1", "totalPaymentDue": written, "orderNumber": "29"})

    answer = await reader.orders("{ orderNumber totalPaymentDue { amount } }")

    assert answer["data"]["viewer"]["orders"]["nodes"] == [{"orderNumber": "29", "totalPaymentDue": None}]
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "UPSTREAM_INVALID"}]
    assert "totalPaymentDue" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("country", "read"),
    [
        ({"name": "FR"}, "FR"),
        ({"@type": "Country", "name": "FR"}, "FR"),
        ({"@type": "Country", "@id": "https://example.com/FR", "name": "FR"}, "FR"),
        ({"@value": "FR"}, "FR"),
        ({"@id": "FR"}, "FR"),
        ([{"name": "FR"}], "FR"),
    ],
)
async def test_country(reader: Reader, country: Any, read: str) -> None:
    """An object in place of a text stands for its value or its name."""
    address = {"streetAddress": "1 Rue X", "addressCountry": country, "addressRegion": country}

    session = await reader.session(
        {"location": {"address": address}},
        "{ venue { formattedAddress address { addressCountry addressRegion } } }",
    )

    assert session == {
        "venue": {
            "formattedAddress": f"1 Rue X, {read}, {read}",
            "address": {"addressCountry": read, "addressRegion": read},
        }
    }


@pytest.mark.parametrize(
    ("member", "written"),
    [
        ("ageRange", "16+"),
        ("ageRange", 16),
        ("leader", 7),
        ("location", True),
        ("eventSchedule", "Mondays"),
        ("hoursAvailable", "9 to 5"),
        ("imin:aggregateOffer", "cheap"),
    ],
)
async def test_unreadable(reader: Reader, member: str, written: Any) -> None:
    """What cannot stand for the object is reported by its path, not by its value, and the rest is shown."""
    session = {"name": "Yoga", member: written}
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [{"orderedItem": session}]})

    answer = await reader.orders("{ items { session { name } } }")

    assert answer["data"]["viewer"]["orders"]["nodes"][0] == {"items": [{"session": {"name": "Yoga"}}]}
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "UPSTREAM_INVALID"}
    index = "[0]" if member in {"leader", "eventSchedule", "hoursAvailable"} else ""
    assert error["message"] == (
        "The booking system sent an order that cannot be read completely: "
        f"orderedItem[0].orderedItem.{member}{index}."
    )
