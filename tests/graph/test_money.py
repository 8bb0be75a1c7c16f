"""Amounts in minor units, and as people of a locale write them."""

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


def priced(price: Any, currency: str | None = "GBP") -> dict[str, Any]:
    return {"acceptedOffer": {"price": price, "priceCurrency": currency}}


@pytest.mark.parametrize(
    ("price", "currency", "minor_units", "formatted"),
    [
        (8.3, "GBP", 830, "£8.30"),
        (0, "GBP", 0, "£0.00"),
        (1234.5, None, 123450, "£1,234.50"),
        (16.992, "GBP", 1699, "£16.99"),
        (8.125, "GBP", 813, "£8.13"),
        (8.115, "GBP", 812, "£8.12"),
        (-8.125, "GBP", -813, "-£8.13"),
        ("0.005", "GBP", 1, "£0.01"),
        ("9.99999999999999999999999999999999999", "GBP", 1000, "£10.00"),
        (5, "gbp", 500, "£5.00"),
        (980.5, "JPY", 981, "JP¥981"),
        (1.2345, "KWD", 1235, "KWD1.235"),
        (3, "ZZZ", None, "ZZZ3.00"),
        (21474836.47, "GBP", 2_147_483_647, "£21,474,836.47"),
    ],
)
async def test_amount(
    reader: Reader, price: Any, currency: str | None, minor_units: int | None, formatted: str
) -> None:
    """An amount is rounded to its currency's minor unit, halves away from zero."""
    item = await reader.item(priced(price, currency), "{ price { minorUnits formatted } }")

    assert item == {"price": {"minorUnits": minor_units, "formatted": formatted}}


@pytest.mark.parametrize(
    ("locale", "formatted"),
    [
        ("en-GB", "£1,234.50"),
        ("EN-gb", "£1,234.50"),
        ("cy", "£1,234.50"),
        ("cy-GB", "£1,234.50"),
        ("de-DE", "1.234,50\xa0£"),
        ("fr", "1\u202f234,50\xa0£GB"),
        ("de-AT-u-nu-latn", "£\xa01.234,50"),
        ("zh-Hant-TW", "£1,234.50"),
    ],
)
async def test_locale(reader: Reader, locale: str, formatted: str) -> None:
    """A locale is a language tag, in the document or in a variable."""
    query = """query ($locale: String!, $none: String) { viewer { orders { nodes { items { price {
        constant: formatted(locale: "%s") variable: formatted(locale: $locale)
        default: formatted(locale: $none)
    } } } } } }"""
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [priced(1234.5)]})

    answers = [await reader.data(query % locale, locale=locale) for _ in range(10)]

    price = {"constant": formatted, "variable": formatted, "default": "£1,234.50"}
    assert answers == [{"viewer": {"orders": {"nodes": [{"items": [{"price": price}]}]}}}] * 10


@pytest.mark.parametrize("locale", ["", "xx", "en_GB", "english", "../en", "en-GB" * 9, "\0"])
async def test_unknown_locale(reader: Reader, locale: str) -> None:
    """An unknown locale is the client's error, and costs only the amount that was to be written in it."""
    query = """query ($locale: String!) { viewer { orders { nodes { items {
        price { formatted(locale: $locale) } acceptedOffer { price { formatted } } } } } } }"""
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [priced(5)]})

    answer = await reader.answer(query, locale=locale)

    must_be = "locale must be a language tag of the Unicode locale data,"
    items = [{"price": None, "acceptedOffer": {"price": {"formatted": "£5.00"}}}]
    assert answer["data"] == {"viewer": {"orders": {"nodes": [{"items": items}]}}}
    assert [(error["message"], error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (
            f"{must_be} for example en-GB, got {locale[:35]!r}.",
            ["viewer", "orders", "nodes", 0, "items", 0, "price", "formatted"],
            "BAD_USER_INPUT",
        )
    ]


async def test_more_than_an_int(reader: Reader) -> None:
    """An amount whose minor units exceed an Int is still shown as text."""
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [priced("21474836.48")]})

    answer = await reader.answer(
        "{ viewer { orders { nodes { items { price { minorUnits formatted } } } } } }"
    )

    price = {"minorUnits": None, "formatted": "£21,474,836.48"}
    assert answer["data"] == {"viewer": {"orders": {"nodes": [{"items": [{"price": price}]}]}}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UPSTREAM_INVALID"]
