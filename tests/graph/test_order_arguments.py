"""`Query.order`: by identifier, global id or number, exactly one of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.pagination.history import MAX_PAGES
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.histories import order_document, put_history, sorted_dates

ORDER = """query ($identifier: ID, $id: ID, $number: String) {
  order(identifier: $identifier, id: $id, orderNumber: $number) { identifier orderDate } }"""
NUMBER = "query ($number: String) { order(orderNumber: $number) { identifier items { status } } }"


@pytest.fixture
async def own(settings: Settings, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway whose caller is a customer without orders."""

    async def caller(_request: object) -> Caller:
        return Caller("crafted")

    async with gateway_listening(settings, caller) as url:
        yield Gateway(url, gateway.http)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "none"),
        ({"identifier": None, "id": None, "number": None}, "none"),
        ({"identifier": "x", "id": "y"}, "identifier and id"),
        ({"identifier": "x", "id": "y", "number": "1"}, "identifier and id and orderNumber"),
        ({"id": "y", "number": ""}, "id and orderNumber"),
    ],
    ids=["none", "null", "two", "three", "empty"],
)
async def test_exactly_one(own: Gateway, sandbox: Sandbox, given: dict[str, Any], named: str) -> None:
    """Any other number of arguments is refused, without a request to imin."""
    answer = await own.answer(ORDER, **given)

    [error] = answer["errors"]
    assert answer["data"] == {"order": None}
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"] == f"Exactly one of identifier, id and orderNumber must be given, got {named}."
    assert sandbox.request_log.entries == []


async def test_each_argument(own: Gateway, sandbox: Sandbox) -> None:
    """The three lead to the same order; by its id it costs one request, by its number the pages above it."""
    identifiers = put_history(sandbox, sorted_dates(11), "crafted")
    numbered = order_document("numbered", "2030-01-01T10:00:00Z") | {"orderNumber": 77}
    sandbox.put_order("crafted", numbered)
    ids = await own.data("{ viewer { orders(first: 12) { nodes { id identifier } } } }")
    id_ = ids["viewer"]["orders"]["nodes"][0]["id"]
    found, requests = [], []

    for given in ({"identifier": "numbered"}, {"id": id_}, {"number": "77"}, {"number": " 77 "}):
        sandbox.request_log.clear()
        found.append((await own.data(ORDER, **given))["order"])
        requests.append(sandbox.request_log.counts())

    assert len(identifiers) == 11
    assert found == [{"identifier": "numbered", "orderDate": "2030-01-01T10:00:00Z"}] * 4
    assert requests[1:] == [{"GET /orders/:id": 1}, {"GET /orders": 1}, {"GET /orders": 1}]


@pytest.mark.parametrize("member", ["orderNumber", "confirmationNumber"])
async def test_old_number(own: Gateway, sandbox: Sandbox, member: str) -> None:
    """A number is found on the last of 30 pages, read one, two, four … at a time, each once."""
    sandbox.put_order("crafted", order_document("oldest", "1999-01-01T10:00:00Z") | {member: "A-7"})
    put_history(sandbox, sorted_dates(299), "crafted")
    sandbox.request_log.clear()

    data = await own.data(NUMBER, number="A-7")

    assert data == {"order": {"identifier": "oldest", "items": [{"status": "ORDER_ITEM_CONFIRMED"}]}}
    assert sorted(int(entry.query["page"]) for entry in sandbox.request_log.entries) == list(range(1, 31))


async def test_foreign_number(own: Gateway, sandbox: Sandbox) -> None:
    """Another customer's number looks and costs as a missing one does: the whole own history is read."""
    put_history(sandbox, sorted_dates(45), "crafted")
    sandbox.put_order("another", order_document("theirs") | {"orderNumber": "B-8"})
    answers = []

    for number in ("B-8", "none"):
        sandbox.request_log.clear()
        answers.append((await own.answer(NUMBER, number=number), sandbox.request_log.counts()))

    assert answers == [({"data": {"order": None}}, {"GET /orders": 5})] * 2


async def test_unreadable_number(own: Gateway, sandbox: Sandbox) -> None:
    """If an order's number cannot be read, a number that is not found is no proof: not null alone."""
    sandbox.put_order("crafted", order_document("odd") | {"orderNumber": {"x": []}})
    sandbox.put_order("crafted", order_document("good") | {"orderNumber": "A-8"})

    found = await own.data(NUMBER, number="A-8")
    answer = await own.answer(NUMBER, number="A-7")

    assert found["order"]["identifier"] == "good"
    assert answer["data"] == {"order": None}
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "UPSTREAM_INVALID"}]


async def test_foreign_id(own: Gateway, gateway: Gateway, sandbox: Sandbox) -> None:
    """Another customer's id, an id of something else and an arbitrary text find nothing, at no request."""
    data = await gateway.data("{ viewer { id orders(first: 1) { nodes { id items { id } } } } }")
    [order] = data["viewer"]["orders"]["nodes"]
    sandbox.request_log.clear()

    answers = [await own.answer(ORDER, id=id_) for id_ in (order["id"], data["viewer"]["id"], "x", "")]
    of_an_item = await gateway.answer(ORDER, id=order["items"][0]["id"])

    assert [*answers, of_an_item] == [{"data": {"order": None}}] * 5
    assert sandbox.request_log.entries == []


async def test_too_long(own: Gateway, sandbox: Sandbox) -> None:
    """Of a longer history 200 pages are read, as estimated; then the order may exist: SEARCH_INCOMPLETE."""
    put_history(sandbox, [None] * (10 * MAX_PAGES + 1), "crafted")
    sandbox.request_log.clear()
    body = {"query": NUMBER, "variables": {"number": "none"}, "extensions": {"cost": True}}

    async with own.http.post(f"{own.url}/graphql", json=body) as response:
        answer = await response.json()

    assert [error["extensions"] for error in answer["errors"]] == [{"code": "SEARCH_INCOMPLETE"}]
    assert sandbox.request_log.counts() == {"GET /orders": MAX_PAGES}
    assert answer["extensions"]["cost"] == {"estimated": 205, "made": 200}


async def test_service(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A service has no history: it is refused, and uses another argument."""

    async def service(_request: object) -> Caller:
        return Caller(None, may_name_any_customer=True)

    async with gateway_listening(settings, service) as url:
        answer = await Gateway(url, gateway.http).answer(NUMBER, number="29")

    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"].startswith("orderNumber is looked for in the caller's own orders")
    assert sandbox.request_log.entries == []
