"""Reading JSON-LD: the parts of it that need no gateway."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import field

from gateway.imin.errors import Unreadable
from gateway.imin.jsonld import (
    Int,
    decode,
    duration_text,
    lenient,
    parse_date_time,
    parse_duration,
    read,
    shift,
    tail,
)

BST = timezone(timedelta(hours=1))


class Part(msgspec.Struct):
    id: str | None = None
    number: Int | None = None


class Whole(msgspec.Struct):
    text: str | None = None
    price: Decimal | None = None
    count: Int | None = None
    share: float | None = None
    claim: bool | None = None
    anything: Any = None
    identifier: str | int | None = None
    part: Part | None = None
    parts: tuple[Part, ...] = field(default=(), name="imin:parts")
    texts: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://schema.org/Female", "Female"),
        ("https://imin.co/ns#Pending", "Pending"),
        ("schema:Female", "Female"),
        ("Female", "Female"),
        (" https://schema.org/Female/ ", "Female"),
        ("https://example.com/a:b/c", "c"),
        ("", ""),
        ("/", ""),
    ],
)
def test_tail(text: str, name: str) -> None:
    """The name of a term is what follows the last slash, hash or colon."""
    assert tail(text) == name


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-11-15T15:24:26Z", datetime(2022, 11, 15, 15, 24, 26, tzinfo=UTC)),
        ("2021-04-30T11:42:47.813766+01:00", datetime(2021, 4, 30, 11, 42, 47, 813766, BST)),
        ("2021-07-01T10:00:00", datetime(2021, 7, 1, 10, tzinfo=BST)),
        ("2021-01-01T10:00:00", datetime(2021, 1, 1, 10, tzinfo=UTC)),
        ("2021-07-01", datetime(2021, 7, 1, tzinfo=BST)),
        ("0001-01-01T00:00:00", datetime(1, 1, 1, tzinfo=timezone(timedelta(seconds=-75)))),
        ("2021-02-30", None),
        ("tomorrow", None),
        ("", None),
        (None, None),
    ],
)
def test_parse_date_time(text: str | None, moment: datetime | None) -> None:
    """A text is an instant with its offset, British local time where it has none, or None."""
    found = parse_date_time(text)

    assert found == moment
    assert found is None or (found.utcoffset() == moment.utcoffset() if moment else False)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT1H", timedelta(hours=1)),
        ("PT60M", timedelta(hours=1)),
        ("P1DT16H", timedelta(days=1, hours=16)),
        ("P10DT11H49M", timedelta(days=10, hours=11, minutes=49)),
        ("P2W", timedelta(days=14)),
        ("P1Y2M", timedelta(days=425)),
        ("PT1.5H", timedelta(minutes=90)),
        (" PT1H ", timedelta(hours=1)),
        ("1 hour", None),
        ("P" + "9" * 400 + "D", None),
        ("P" + "9" * 400 + "Y", None),
        ("", None),
        (None, None),
    ],
)
def test_parse_duration(text: str | None, length: timedelta | None) -> None:
    """A duration has a fixed length, months and years an agreed one; anything else is None."""
    assert parse_duration(text) == length


def test_duration_text() -> None:
    """A length is written as ISO 8601; a negative one is none."""
    assert duration_text(timedelta(days=1, hours=16)) == "P1DT16H"
    assert duration_text(timedelta(seconds=-1)) is None


def test_shift() -> None:
    """A moment is moved by real time and keeps its offset; outside the calendar there is none."""
    moment = datetime(2025, 6, 1, 10, tzinfo=BST)

    assert str(shift(moment, timedelta(hours=-1))) == "2025-06-01 09:00:00+01:00"
    assert shift(moment, timedelta(days=-999_999)) is None


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b"{}", Whole()),
        (b'{"text": 7, "identifier": "7"}', Whole(text="7", identifier="7")),
        (b'{"text": 7.50}', Whole(text="7.50")),
        (b'{"text": true}', Whole(text="true")),
        (b'{"text": ["a", "b"]}', Whole(text="a")),
        (b'{"text": {"@value": "a"}}', Whole(text="a")),
        (b'{"text": {"@id": "x:1"}}', Whole(text="x:1")),
        (b'{"text": [null, "a"]}', Whole(text="a")),
        (b'{"text": null, "price": [], "part": [null]}', Whole()),
        (b'{"price": 0.1}', Whole(price=Decimal("0.1"))),
        (b'{"price": "10.00"}', Whole(price=Decimal("10.00"))),
        (b'{"price": 10.00, "count": "1"}', Whole(price=Decimal("10.00"), count=1)),
        (b'{"count": "10"}', Whole(count=10)),
        (b'{"count": 1e1}', Whole(count=10)),
        (b'{"share": "0.5"}', Whole(share=0.5)),
        (b'{"claim": "True"}', Whole(claim=True)),
        (b'{"claim": "schema:False"}', Whole(claim=False)),
        (b'{"identifier": 7}', Whole(identifier=7)),
        (b'{"identifier": 7.5}', Whole(identifier="7.5")),
        (b'{"anything": [1.10, {"a": null}]}', Whole(anything=[Decimal("1.10"), {"a": None}])),
        (b'{"part": "x:1"}', Whole(part=Part(id="x:1"))),
        (b'{"part": [{"id": "x:1"}]}', Whole(part=Part(id="x:1"))),
        (b'{"imin:parts": {"id": "x:1"}}', Whole(parts=(Part(id="x:1"),))),
        (b'{"imin:parts": ["x:1", null, {"number": "2"}]}', Whole(parts=(Part(id="x:1"), Part(number=2)))),
        (b'{"texts": "a"}', Whole(texts=("a",))),
        (b'{"texts": ["a", 1]}', Whole(texts=("a", "1"))),
        (b'{"unknown": {"text": 1}}', Whole()),
        (b'\xef\xbb\xbf{"text": "a"}', Whole(text="a")),
    ],
)
def test_read(body: bytes, whole: Whole) -> None:
    """A document is read whichever way it is written."""
    assert read(Whole, body) == (whole, ())


@pytest.mark.parametrize(
    ("body", "whole", "unreadable"),
    [
        (b'{"text": {}, "identifier": 1}', Whole(identifier=1), ("text",)),
        (b'{"price": "ten", "text": "a"}', Whole(text="a"), ("price",)),
        (b'{"price": 1e99999999999999999999}', Whole(), ("price",)),
        (b'{"price": true}', Whole(), ("price",)),
        (b'{"price": "Infinity", "count": "1"}', Whole(count=1), ("price",)),
        (b'{"count": 2147483648}', Whole(), ("count",)),
        (b'{"count": 1e1000000}', Whole(), ("count",)),
        (b'{"share": 1e400}', Whole(), ("share",)),
        (b'{"claim": "perhaps"}', Whole(), ("claim",)),
        (b'{"part": 7}', Whole(), ("part",)),
        (b'{"part": {"number": {}}}', Whole(part=Part()), ("part.number",)),
        (
            b'{"imin:parts": [7, {"number": "x"}]}',
            Whole(parts=(Part(),)),
            ("imin:parts[0]", "imin:parts[1].number"),
        ),
    ],
)
def test_read_in_part(body: bytes, whole: Whole, unreadable: tuple[str, ...]) -> None:
    """What has no reading is left out and named by its path; the rest is there."""
    assert read(Whole, body) == (whole, unreadable)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"a"', b"7", b'{"price": NaN}', b"\xff"])
def test_unreadable(body: bytes) -> None:
    """What is no JSON object is no document."""
    with pytest.raises(Unreadable):
        read(Whole, body)
    with pytest.raises(Unreadable):
        lenient(Whole, body)


def test_decode() -> None:
    """A sound document of another shape is None, no error: it may have a second reading."""
    assert decode(Whole, b'{"text": 7}') is None
    assert decode(Whole, b'{"text": "7"}') == Whole(text="7")
    with pytest.raises(Unreadable):
        decode(Whole, b"{")
