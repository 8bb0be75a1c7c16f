from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from gateway.imin import jsonld
from gateway.imin.documents import CustomerAccount, Order
from gateway.imin.error_bodies import read_problem
from gateway.sandbox import SANDBOX, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from tests.examples.files import FILES, HERE, document_in, exact_document_in, files_in, load
from tests.examples.full_query import FullQuery
from tests.examples.shown_values import expected_values, missing_values, scalars
from tests.examples.upstream import Reader, reader_of_bodies, reader_over

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDERS = [*files_in("orders", "feed-updates"), "imin-docs/order-by-id.json"]
SESSIONS = [*files_in("imin-search"), "imin-docs/entitlement-pricing_search_item.json"]
HISTORY = "imin-docs/order-history_page1.json"
UPCOMING = "imin-docs/order-items_page1.PARTLY-ASSUMED.json"
ACCOUNTS = [
    "imin-docs/customer-account_create_response_201.json",
    "imin-docs/customer-account_get_response_200.json",
    "imin-docs/customer-account_legacy_2020_response_201.json",
]
ERRORS = [
    *files_in("errors"),
    "imin-docs/access-pass_update_response_400.json",
    "imin-docs/cancel_response_400.json",
    "imin-docs/checkout-session_response_400.json",
]
PATCHES = files_in("patches")
NOT_RECEIVED: dict[str, type[msgspec.Struct]] = {
    "imin-docs/access-pass_update_request.json": CustomerAccount,
    "imin-docs/access-pass_update_response_200.json": CustomerAccount,
    "imin-docs/cancel_request.json": Order,
    "imin-docs/checkout-session_group_request.json": Order,
    "imin-docs/checkout-session_standalone_response_201.json": Order,
    "imin-docs/customer-account_create_request.json": CustomerAccount,
    "imin-docs/customer-account_update_request.json": CustomerAccount,
    "imin-docs/customer-account_update_response_200.PARTIAL.json": CustomerAccount,
    "imin-docs/webhook_customer_detail_change_request.json": CustomerAccount,
}
"""Documents that the gateway never receives: requests, a webhook, responses of endpoints it does not call."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served() -> AsyncIterator[tuple[Sandbox, Reader]]:
    """A gateway over a sandbox that serves documents by their identifiers."""
    app = create_sandbox(SandboxSettings(now=datetime(2025, 6, 2, 9, 30, tzinfo=UTC)))
    async with listening(app, "127.0.0.1") as imin, reader_over(f"{imin}/api/v2") as reader:
        yield app[SANDBOX], reader


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    """A gateway over a server that responds with recorded bodies byte for byte."""
    async with reader_of_bodies() as reader:
        yield reader


async def everything_of(served: tuple[Sandbox, Reader], document: Any, *, sub_events: int = 0) -> Any:
    """Everything that the graph shows of an order, read without an error."""
    sandbox, reader = served
    identifier = document.get("identifier") or document["@id"].rpartition("/")[2]
    sandbox.put_order("1234", document, identifier)
    full_query = FullQuery(reader.schema, sub_events=sub_events)
    query = full_query.fill("query ($identifier: ID!) { order(identifier: $identifier) %s }", "Order")
    return (await reader.data(query, identifier=identifier))["order"]


@pytest.mark.parametrize("name", ORDERS)
async def test_order(served: tuple[Sandbox, Reader], name: str) -> None:
    """Every value of a recorded order can be selected, and it is read without an error."""
    answer = await everything_of(served, document_in(name))

    assert missing_values(exact_document_in(name), answer) == []


def booked(session: Any) -> Any:
    return {"identifier": "s", "orderedItem": [{"identifier": "1", "orderedItem": session}]}


@pytest.mark.parametrize("levels_above", [0, 1, 2])
@pytest.mark.parametrize("name", SESSIONS)
async def test_session(served: tuple[Sandbox, Reader], name: str, levels_above: int) -> None:
    """Every value of a session or series can be selected, on whichever level of a booking it is."""
    documents = [document_in(name), exact_document_in(name)]
    for _ in range(levels_above):
        documents = [{"type": "ScheduledSession", "superEvent": document} for document in documents]
    document, expected = map(booked, documents)

    answer = await everything_of(served, document, sub_events=2)

    assert missing_values(expected, answer) == []


async def test_history_page(reader: Reader) -> None:
    """Every order of a documented history page can be selected, though its totals contradict each other."""
    reader.upstream.serve((HERE / HISTORY).read_bytes())

    orders = (await reader.orders())["data"]["viewer"]["orders"]

    items = exact_document_in(HISTORY)["imin:item"]
    assert orders["totalCount"] == 1917
    assert [missing_values(item, node) for item, node in zip(items, orders["nodes"], strict=True)] == [[]]


async def test_upcoming_page(reader: Reader) -> None:
    """Every item of a documented page of upcoming items can be selected, and so can its order."""
    body = (HERE / UPCOMING).read_bytes()
    reader.upstream.serve(body)
    items = exact_document_in(UPCOMING)["imin:item"]
    belongs_to = items[0].pop("imin:order")["identifier"]
    reader.upstream.bodies[f"/orders/{belongs_to}"] = (HERE / "imin-docs/order-by-id.json").read_bytes()
    operation = "{ viewer { upcomingOrderItems { nodes %s } } }"

    data = await reader.data(FullQuery(reader.schema).fill(operation, "OrderItem", without=("order",)))
    of_order = await reader.data("{ viewer { upcomingOrderItems { nodes { order { identifier } } } } }")

    nodes = data["viewer"]["upcomingOrderItems"]["nodes"]
    assert [
        missing_values({"orderedItem": [item]}, {"items": [node]})
        for item, node in zip(items, nodes, strict=True)
    ] == [[]]
    assert of_order["viewer"]["upcomingOrderItems"]["nodes"] == [{"order": {"identifier": belongs_to}}]


@pytest.mark.parametrize("name", ACCOUNTS)
async def test_account(reader: Reader, name: str) -> None:
    """Every value of a customer account can be selected, also in the flat form of 2020."""
    document = exact_document_in(name)
    identifier = document["identifier"]
    reader.upstream.bodies = {f"/customer-accounts/{identifier}": (HERE / name).read_bytes()}
    operation = "query ($identifier: ID!) { customer(identifier: $identifier) %s }"
    without = ("orders", "upcomingOrderItems", "linkedAccounts")

    query = FullQuery(reader.schema).fill(operation, "Customer", without=without)
    data = await reader.data(query, identifier=identifier)

    assert missing_values(document, data["customer"]) == []


@pytest.mark.parametrize("name", ERRORS)
async def test_error(name: str) -> None:
    """The kind of an error is read, and its description, or if it has none, its name."""
    body = exact_document_in(name)

    problem = read_problem(msgspec.json.encode(body))

    assert problem.kind == body.get("@type", body.get("type"))
    assert problem.description == body.get("description", body.get("name"))
    assert problem.is_from_proxy == ("UnknownOrIncorrectEndpoint" in name)
    assert name.startswith("imin-docs/") or load(name)["_source"]["status"] == body["statusCode"]


@pytest.mark.parametrize("name", PATCHES)
async def test_patch(name: str) -> None:
    """The request of a recorded cancellation can be read as an order, and its response as a problem."""
    recorded = load(name)
    request, response, status = recorded["request"], recorded["response"], recorded["_source"]["status"]

    order, unreadable = jsonld.read(Order, msgspec.json.encode(request))
    problem = read_problem(msgspec.json.encode(response) if response else b"")

    assert [item.iri for item in order.items] == [item["@id"] for item in request["orderedItem"]]
    assert unreadable == ()
    assert (problem.kind, status) in {
        ("", 204),
        ((response or {}).get("@type"), (response or {}).get("statusCode")),
    }


@pytest.mark.parametrize("name", NOT_RECEIVED)
async def test_not_received(name: str) -> None:
    """Documents that the gateway never receives can be read too."""
    document, unreadable = jsonld.read(NOT_RECEIVED[name], (HERE / name).read_bytes())

    assert unreadable == ()
    assert document.type == load(name).get("@type", load(name).get("type")).rpartition(":")[2]  # type: ignore[attr-defined]  # every Struct here is a Thing


async def test_every_file() -> None:
    """No example file is left out: 105 are read through the graph or as errors, 9 are never received."""
    read = {*ORDERS, *SESSIONS, HISTORY, UPCOMING, *ACCOUNTS, *ERRORS, *PATCHES}

    assert read | {*NOT_RECEIVED} == {str(path.relative_to(HERE)) for path in FILES}
    assert (len(read), len(NOT_RECEIVED)) == (105, 9)


async def test_every_value() -> None:
    """The graph shows four in five values of orders, sessions and accounts; the rest is omitted by rules."""
    pages = [item for name in (HISTORY, UPCOMING) for item in exact_document_in(name)["imin:item"]]
    documents = [*map(exact_document_in, [*ORDERS, *SESSIONS, *ACCOUNTS]), *pages]

    values = sum(len(list(scalars(document))) for document in documents)
    shown = sum(len(list(expected_values(document))) for document in documents)

    assert (shown, values) == (13_022, 16_104)
