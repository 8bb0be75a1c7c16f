"""Pages of which one element cannot be read, and bodies that are not pages."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway.imin.documents import read_order_page
from gateway.imin.errors import Unreadable
from tests.examples.files import document_in
from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")

ODD = {
    "null": "null",
    "text": '"gone"',
    "number": "7",
    "boolean": "false",
    "empty list": "[]",
    "list of an order": '[{"identifier": "x"}]',
    "empty object": "{}",
    "object without identifier": '{"orderedItem": "x:1", "seller": 7, "customer": []}',
    "too deep": '{"identifier": "x", "orderedItem": {"orderedItem": '
    + '{"superEvent": ' * 600
    + "1"
    + "}" * 602,
    "too long a number": '{"identifier": "x", "orderedItem": {"position": ' + "9" * 5_000 + "}}",
}
SHOWN = "orderNumber items { status } seller { name } totalPaymentDue { amount }"
NOTHING: dict[str, Any] = {"orderNumber": None, "items": [], "seller": None, "totalPaymentDue": None}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


def page(odd: str, place: int = 4) -> bytes:
    """Ten orders, one of them odd."""
    order = document_in("imin-docs/order-by-id.json")
    orders = [json.dumps({**order, "identifier": str(number), "orderNumber": number}) for number in range(10)]
    orders[place] = odd
    return f'{{"imin:totalItems": 10, "imin:item": [{",".join(orders)}]}}'.encode()


WHOLE = {
    "items": [{"status": "ORDER_ITEM_CONFIRMED"}],
    "seller": {"name": "kinetic-insight"},
    "totalPaymentDue": {"amount": "10"},
}


def expected(place: int) -> list[Any]:
    orders: list[Any] = [{"orderNumber": str(number), **WHOLE} for number in range(10)]
    orders[place] = NOTHING
    return orders


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("place", [0, 4, 9])
async def test_one_odd_order(reader: Reader, odd: str, place: int) -> None:
    """An order that cannot be read affects no other: it has null fields and one coded error at its path."""
    reader.upstream.serve(page(odd, place))

    answer = await reader.orders("{ " + SHOWN + " }")

    connection = answer["data"]["viewer"]["orders"]
    assert connection["totalCount"] == 10
    assert [without_empty_items(node) for node in connection["nodes"]] == expected(place)
    (error,) = answer["errors"]
    assert error["path"] == ["viewer", "orders", "nodes", place]
    assert error["extensions"] == {"code": "UPSTREAM_INVALID"}


def without_empty_items(order: Any) -> Any:
    """The order without items of which nothing is known."""
    return {**order, "items": [item for item in order["items"] if item["status"] != "UNKNOWN"]}


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("{ viewer { orders { edges { node { identifier } } } } }", ["viewer", "orders", "edges", 4, "node"]),
        (
            "{ me: viewer { past: orders { all: edges { it: node { identifier } } } } }",
            ["me", "past", "all", 4, "it"],
        ),
        (
            "{ viewer { ...C } } fragment C on Customer { orders { ... { list: nodes { identifier } } } }",
            ["viewer", "orders", "list", 4],
        ),
        (
            "{ viewer { orders(first: 3, after: %s) { nodes { identifier } } } }",
            ["viewer", "orders", "nodes", 1],
        ),
    ],
)
async def test_path(reader: Reader, query: str, path: list[str | int]) -> None:
    """The error's path leads to the order, through aliases, fragments and windows."""
    reader.upstream.serve(page("null"))
    cursors = await reader.data("{ viewer { orders(first: 3) { pageInfo { endCursor } } } }")
    cursor = json.dumps(cursors["viewer"]["orders"]["pageInfo"]["endCursor"])

    answer = await reader.answer(query.replace("%s", cursor))

    assert [error["path"] for error in answer["errors"]] == [path]


async def test_odd_order_outside_the_window(reader: Reader) -> None:
    """An unreadable order that is not shown is not an error."""
    reader.upstream.serve(page("null", 9))

    answer = await reader.answer("{ viewer { orders(first: 9) { nodes { orderNumber } } } }")

    assert list(answer) == ["data"]


async def test_odd_upcoming_item(reader: Reader) -> None:
    """An upcoming item that cannot be read affects no other either."""
    reader.upstream.serve_page({"identifier": "a", "orderedItem": {"name": "Yoga"}}, 7, {"identifier": "c"})

    answer = await reader.answer("{ viewer { upcomingOrderItems { nodes { session { name } } } } }")

    nodes = answer["data"]["viewer"]["upcomingOrderItems"]["nodes"]
    assert nodes == [{"session": {"name": "Yoga"}}, {"session": None}, {"session": None}]
    assert [error["path"] for error in answer["errors"]] == [["viewer", "upcomingOrderItems", "nodes", 1]]


@pytest.mark.parametrize(
    ("items", "numbers"),
    [
        ("", []),
        ('"imin:item": null,', []),
        ('"imin:item": [],', []),
        ('"imin:item": {"identifier": "1", "orderNumber": 1},', ["1"]),
        ('"imin:item": [{"identifier": "1", "orderNumber": "1"}],', ["1"]),
    ],
)
@pytest.mark.parametrize("total", ["1917", '"1917"', "1917.0"])
async def test_list(reader: Reader, items: str, numbers: list[str], total: str) -> None:
    """A page without a list is empty; a page with one order instead of a list has that order."""
    reader.upstream.serve(f'{{{items} "imin:totalItems": {total}}}'.encode())

    answer = await reader.orders("{ orderNumber }")

    assert answer == {
        "data": {
            "viewer": {
                "orders": {"totalCount": 1917, "nodes": [{"orderNumber": number} for number in numbers]}
            }
        }
    }


@pytest.mark.parametrize("total", ["null", "{}", '"many"', "-5", "[]", "1e30"])
@pytest.mark.parametrize("view", ["null", "[]", "7", '{"imin:itemsPerPage": "ten"}', '"x:1"'])
async def test_envelope(reader: Reader, total: str, view: str) -> None:
    """What a page states about itself is only a hint; the orders on it are shown in any case."""
    items = '[{"identifier": "1"}, {"identifier": "2"}]'
    reader.upstream.serve(f'{{"imin:totalItems": {total}, "view": {view}, "imin:item": {items}}}'.encode())

    answer = await reader.orders("{ identifier }")

    nodes = [{"identifier": "1"}, {"identifier": "2"}]
    assert answer == {"data": {"viewer": {"orders": {"totalCount": 2, "nodes": nodes}}}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><h1>Scheduled maintenance</h1></html>",
        b"null",
        b"[]",
        b'"orders"',
        b"17",
        b'{"imin:item": [',
        b'{"imin:item": [{"identifier": "1"}]',
        b'{"imin:item": [{"price": NaN}]}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
async def test_no_page(reader: Reader, body: bytes) -> None:
    """If the body is not a JSON object, the connection is null, with a coded error at its path."""
    reader.upstream.serve(body)

    answer = await reader.orders("{ identifier }")

    assert answer["data"] == {"viewer": {"orders": None}}
    (error,) = answer["errors"]
    assert error["path"] == ["viewer", "orders"]
    assert error["extensions"] == {"code": "UPSTREAM_INVALID"}


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"7", b'{"a": 1e5'])
async def test_no_page_in_process(body: bytes) -> None:
    """Reading a page raises nothing but Unreadable."""
    with pytest.raises(Unreadable):
        read_order_page(body, 1)


async def test_invalid_bytes(reader: Reader) -> None:
    """Bytes that are not UTF-8 lose the character, not the order."""
    reader.upstream.serve(
        b'{"imin:item": [{"identifier": "1", "orderNumber": "29\xff"}, {"identifier": "2"}]}'
    )

    answer = await reader.orders("{ identifier orderNumber }")

    assert answer["data"]["viewer"]["orders"]["nodes"] == [
        {"identifier": "1", "orderNumber": "29\ufffd"},
        {"identifier": "2", "orderNumber": None},
    ]


@pytest.mark.parametrize("account", ["[]", "null", "7", "<html>"])
async def test_unreadable_account(reader: Reader, account: str) -> None:
    """A customer account that cannot be read is a coded error at each field that needs it."""
    reader.upstream.bodies = {"/customer-accounts/1234": account.encode()}

    answer = await reader.answer("{ viewer { identifier email } }")

    assert answer["data"] == {"viewer": {"identifier": "1234", "email": None}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UPSTREAM_INVALID"]
