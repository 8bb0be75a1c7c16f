"""Decoding JSON-LD, strictly and leniently."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import field

from gateway.imin.errors import Unreadable
from gateway.imin.jsonld import Int, decode, iri_tail, read, read_leniently


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
def test_iri_tail(text: str, name: str) -> None:
    """The tail of an IRI is what follows the last slash, hash or colon."""
    assert iri_tail(text) == name


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b"{}", Whole()),
        (b'{"text": 7, "identifier": "7"}', Whole(text="7", identifier="7")),
        (b'{"text": 7.50}', Whole(text="7.50")),
        (b'{"text": true}', Whole(text="true")),
        (b'{"text": ["a", "a"]}', Whole(text="a")),
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
    """A document is read in any of the ways in which it may be written."""
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
def test_unreadable_parts(body: bytes, whole: Whole, unreadable: tuple[str, ...]) -> None:
    """What cannot be read as its type is left out, and its path is reported; the rest is read."""
    assert read(Whole, body) == (whole, unreadable)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"a"', b"7", b'{"price": NaN}', b"\xff"])
def test_unreadable(body: bytes) -> None:
    """Anything but a JSON object is Unreadable."""
    with pytest.raises(Unreadable):
        read(Whole, body)
    with pytest.raises(Unreadable):
        read_leniently(Whole, body)


def test_decode() -> None:
    """Valid JSON that does not fit the type is None, not an error, since it may be read leniently."""
    assert decode(Whole, b'{"text": 7}') is None
    assert decode(Whole, b'{"text": "7"}') == Whole(text="7")
    with pytest.raises(Unreadable):
        decode(Whole, b"{")
