"""What an operation costs: estimated from coerced values, and never less than what is sent to imin."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.graph.list_filters import filter_key
from gateway.graph.schema import build_schema
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.pagination.cursor import Cursor
from gateway.pagination.lists import ORDER_HISTORY, UPCOMING_ITEMS, PagedList
from gateway.pagination.range import ANY_DATE, DateRange
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.accounts import VALID
from tests.support.histories import order_document, put_history, sorted_dates
from tests.support.subscriptions import socket_of
from tests.support.waiting import until


async def costed(gateway: Gateway, query: str, **variables: Any) -> tuple[Any, dict[str, int]]:
    """The answer, and what it says of its cost."""
    body = {"query": query, "variables": variables, "extensions": {"cost": True}}
    async with gateway.http.post(f"{gateway.url}/graphql", json=body) as response:
        answer = await response.json()
    return answer, answer["extensions"]["cost"]


@asynccontextmanager
async def customer_at(
    settings: Settings, gateway: Gateway, customer: str, **options: Any
) -> AsyncIterator[Gateway]:
    async def caller(_request: object) -> Caller:
        return Caller(customer)

    async with gateway_listening(settings.but(**options), caller) as url:
        yield Gateway(url, gateway.http)


ORDERS = "query ($n: Int) { viewer { orders(first: $n) { nodes { id } } } }"
DEFAULTED = "query ($n: Int = 100) { viewer { orders(first: $n) { nodes { id } } } }"
UPCOMING = """query ($s: [OrderItemStatus!], $e: Boolean) {
  viewer { upcomingOrderItems(statuses: $s, excludeCancelled: $e) { nodes { id } } } }"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


@pytest.mark.parametrize(
    ("query", "variables", "estimated", "made"),
    [
        (ORDERS, {"n": 100}, 10, 10),
        (ORDERS, {"n": 100.0}, 10, 10),
        (ORDERS, {"n": None}, 1, 1),
        (ORDERS, {}, 1, 1),
        (DEFAULTED, {}, 10, 10),
        (DEFAULTED, {"n": None}, 1, 1),
        (DEFAULTED, {"n": 20.0}, 2, 2),
        (NODES, {"ids": ["x", "y", "z"]}, 3, 0),
        (NODES, {"ids": "x"}, 1, 0),
        ("query ($a: ID!) { nodes(ids: [$a, $a]) { id } }", {"a": 7}, 2, 0),
        (UPCOMING, {}, 1, 1),
        (UPCOMING, {"s": None, "e": False}, 1, 1),
        (UPCOMING, {"e": True}, 21, 2),
        (UPCOMING, {"s": ["SELLER_CANCELLED"]}, 21, 2),
        ("{ viewer { orders(from: null, itemStatuses: null) { totalCount } } }", {}, 1, 1),
        ('{ viewer { orders(to: "1999-01-01T00:00:00Z") { totalCount } } }', {}, 19, 8),
    ],
)
async def test_coerced_variables(
    gateway: Gateway, query: str, variables: dict[str, Any], estimated: int, made: int
) -> None:
    """The estimate is made from the values that execution uses: coerced, with defaults, null or left out."""
    answer, cost = await costed(gateway, query, **variables)

    assert "errors" not in answer
    assert cost == {"estimated": estimated, "made": made}


@pytest.mark.parametrize("count", [100, 100.0])
async def test_whole_floats_are_no_discount(gateway: Gateway, sandbox: Sandbox, count: float) -> None:
    """26 windows of 100.0 items are refused as 26 windows of 100 are."""
    windows = " ".join(f"a{n}: orders(first: $n) {{ nodes {{ id }} }}" for n in range(26))

    answer = await gateway.answer(f"query ($n: Int) {{ viewer {{ {windows} }} }}", n=count)

    message = "Cost must be 250 at most, got 260."
    assert answer == {"errors": [{"message": message, "extensions": {"code": "LIMIT_EXCEEDED"}}]}
    assert sandbox.request_log.entries == []


async def test_rate_limit_takes_the_same_figure(settings: Settings, gateway: Gateway) -> None:
    """A caller's bucket is charged with the cost that the response states, whenever it became known."""
    bad = "query ($i: ID!) { order(identifier: $i) { id } }"
    paid: list[int] = []
    stated: list[int] = []

    async with customer_at(settings, gateway, "1234", rate_cost_per_second=0.001) as own:
        for query, variables in ((ORDERS, {"n": 100.0}), (DEFAULTED, {}), (bad, {"i": "none"}), (ORDERS, {})):
            body = {"query": query, "variables": variables, "extensions": {"cost": True}}
            async with gateway.http.post(f"{own.url}/graphql", json=body) as response:
                stated.append((await response.json())["extensions"]["cost"]["estimated"])
                found = re.search(r"r=([0-9]+)", response.headers["RateLimit"])
                paid.append(2_000 - sum(paid) - int(found[1] if found else 0))

    assert paid == stated == [10, 10, 10, 1]


def hostile_cursors(kind: str) -> list[str]:
    """Cursors that no list has given out, so that their item is looked for."""
    places = [(0, 1), (5, 1_917), (960, 1_917), (1_916, 1_917), (99, 100), (9_999_998, 10_000_000)]
    return [
        Cursor(kind, name, date, position, total, size, above, below).encode()
        for position, total in places
        for name, date, size, above, below in (
            ("none", None, 10, (), ()),
            ("none", 0, 5, (), ()),
            ("none", 1_700_000_000_000_000, 10, ("a", "b"), ("c",)),
            ("", 4_000_000_000_000_000, 7, (), ("x",)),
        )
    ]


def windows(field: str, kind: str, filter_: str = "") -> list[str]:
    """Every combination of a connection's arguments, with cursors that are hostile."""
    selection = "{ totalCount nodes { id } pageInfo { hasNextPage } }"
    cursors = hostile_cursors(kind)
    arguments = ["first: 1", "last: 1", "last: 100"]
    arguments += [
        f'{count}, {argument}: "{cursor}"'
        for cursor in cursors
        for argument in ("after", "before")
        for count in ("first: 1", "first: 100", "last: 1", "last: 100")
    ]
    arguments += [f'{one}: 100, after: "{cursors[0]}", before: "{cursors[-1]}"' for one in ("first", "last")]
    arguments = [f"{one}{filter_}" for one in arguments]
    return [f"{field}({one}) {selection}" for one in arguments]


@pytest.mark.parametrize(("field", "kind"), [("orders", "o"), ("upcomingOrderItems", "u")])
async def test_hostile_cursors(settings: Settings, gateway: Gateway, field: str, kind: str) -> None:
    """A window never makes more requests than it is charged for, whatever cursor it begins or ends at."""
    dear = []
    async with customer_at(settings, gateway, "1234", rate_limited=False) as own:
        for window in windows(field, kind):
            answer, cost = await costed(own, f"{{ viewer {{ {window} }} }}")
            if cost["made"] > cost["estimated"] or "errors" in answer:
                dear.append((window, cost, answer))

    assert dear == []


FILTERED = [
    (
        "orders",
        ORDER_HISTORY,
        {OrderItemStatus.SELLER_CANCELLED},
        ANY_DATE,
        ", itemStatuses: [SELLER_CANCELLED]",
    ),
    ("orders", ORDER_HISTORY, (), DateRange(0), ', from: "1970-01-01T00:00:00Z"'),
    ("upcomingOrderItems", UPCOMING_ITEMS, {OrderItemStatus.UNKNOWN}, ANY_DATE, ", statuses: [UNKNOWN]"),
]


@pytest.mark.parametrize(("field", "paged_list", "statuses", "dates", "argument"), FILTERED, ids=range(3))
async def test_hostile_cursors_of_filters(  # noqa: PLR0913, PLR0917  # parameters of the test
    settings: Settings,
    gateway: Gateway,
    field: str,
    paged_list: PagedList[Any],
    statuses: set[OrderItemStatus],
    dates: DateRange,
    argument: str,
) -> None:
    """Nor does a window of a filtered list."""
    kind = paged_list.filtered(filter_key(frozenset(statuses), dates)).kind
    dear = []
    async with customer_at(settings, gateway, "1234", rate_limited=False) as own:
        for window in windows(field, kind, argument)[::12]:
            answer, cost = await costed(own, f"{{ viewer {{ {window} }} }}")
            if cost["made"] > cost["estimated"] or "errors" in answer:
                dear.append((window, cost, answer))

    assert dear == []


async def test_cut_off(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """What would cost more than an operation may is not begun: the field is null, with a coded error."""
    cursor = Cursor("o", "none", 1_700_000_000_000_000, 1_900, 1_917).encode()
    query = f'{{ viewer {{ identifier orders(last: 10, before: "{cursor}") {{ nodes {{ id }} }} }} }}'

    async with customer_at(settings, gateway, "1234", limit_cost=3) as own:
        sandbox.request_log.clear()
        answer, cost = await costed(own, query)

    [error] = answer["errors"]
    assert error["message"] == "Cost must be 3 at most, but finding the result takes more."
    assert (error["path"], error["extensions"]) == (["viewer", "orders"], {"code": "LIMIT_EXCEEDED"})
    assert answer["data"] == {"viewer": {"identifier": "1234", "orders": None}}
    assert len(sandbox.request_log.entries) == cost["made"] <= cost["estimated"] <= 3


async def test_bucket_is_empty(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A search that the caller cannot pay to its end is refused as any other operation is."""
    limits = {"rate_burst_cost": 8, "rate_cost_per_second": 0.001}
    put_history(sandbox, [None] * 200, "crafted")

    async with customer_at(settings, gateway, "crafted", **limits) as own:
        sandbox.request_log.clear()
        answer, cost = await costed(own, '{ order(identifier: "crafted-199") { id } }')

    assert answer["data"] == {"order": None}
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "RATE_LIMITED"}]
    assert len(sandbox.request_log.entries) == cost["made"] <= cost["estimated"] <= 8


CHECKOUT = "createCheckoutSession(input: {opportunityId: %s}) { result { ... on Error { message } } }"


def mutation_with_literals(name: str) -> str:
    """A mutation of an account that imin would accept, which selects the account."""
    values = ", ".join(f"{key}: {json.dumps(value)}" for key, value in VALID[name].items())
    customer = "{ customer { name email } }"
    shown = {
        "updateCustomerAccount": f"... on CustomerAccountUpdated {customer}",
        "setAccessPass": f"... on AccessPassSet {customer}",
    }
    return f"mutation {{ {name}(input: {{{values}}}) {{ result {{ __typename {shown.get(name, '')} }} }} }}"


async def every_root_field(own: Gateway, sandbox: Sandbox) -> dict[str, list[str]]:
    """Operations for each root field, as expensive as a caller can make them."""
    order, [item], seller = (await own.data(_IDS))["viewer"]["orders"]["nodes"][0].values()
    foreign = sandbox.store.identifiers("small")[0]
    names = [order, item["id"], seller["id"], "crafted-399", foreign, "none", "!", ""]
    quoted = [f'"{name}"' for name in names]
    cancel = "cancelOrderItems(input: {orderId: %s, orderItemIds: [%s]}) { result { __typename } }"
    preview = "cancellationPreview(orderId: %s, orderItemIds: [%s]) { items { orderItem { order { id } } } }"
    return {
        "viewer": ["{ viewer { name email orders { totalCount } upcomingOrderItems { totalCount } } }"],
        "customer": [f"{{ customer(identifier: {name}) {{ name }} }}" for name in ('"crafted"', *quoted)],
        "order": [
            f"{{ order({argument}: {name}) {{ items {{ order {{ id }} }} }} }}"
            for argument in ("identifier", "id", "orderNumber")
            for name in quoted
        ],
        "node": [f"{{ node(id: {name}) {{ id }} }}" for name in quoted],
        "nodes": [f"{{ nodes(ids: [{', '.join(quoted * 4)}]) {{ id }} }}"],
        "entitlements": ["{ entitlements { identifier } }"],
        "opportunity": [f"{{ opportunity(type: SLOT, identifier: {name}) {{ id }} }}" for name in quoted],
        "cancellationPreview": [f"{{ {preview % (name, quoted[1])} }}" for name in quoted],
        "resetCalendarFeed": ["mutation { resetCalendarFeed(input: {}) { result { __typename } } }"],
        **{name: [mutation_with_literals(name)] for name in VALID},
        "createCheckoutSession": [f"mutation {{ {CHECKOUT % name} }}" for name in quoted],
        "cancelOrderItems": [
            f"mutation {{ {cancel % (name, other)} }}" for name in quoted for other in quoted
        ],
    }


_IDS = """{ viewer { orders(last: 1) { nodes { order: id items { id } seller { id } } } } }"""


@pytest.mark.parametrize("fault", [None, "503", "429", "reset"])
async def test_every_root_field(settings: Settings, gateway: Gateway, sandbox: Sandbox, fault: Any) -> None:
    """No operation makes more requests than it is charged for, also while imin fails and is asked again."""
    put_history(sandbox, [None] * 400, "crafted")
    seller = {"type": "Organization", "id": "https://sellers.example/1"}
    sandbox.put_order("crafted", order_document("crafted-399") | {"seller": seller})
    dear, tried = [], set()

    base = settings.imin_base_url.replace("/api/v2", "")
    changed = {"rate_limited": False, "cancel_deadline_seconds": 1.0, "checkout_base_url": base}
    async with customer_at(settings, gateway, "crafted", **changed) as own:
        for root_field, operations in (await every_root_field(own, sandbox)).items():
            tried.add(root_field)
            for operation in operations:
                if fault:
                    sandbox.faults.add(Fault("*", fault, times=2))
                sandbox.request_log.clear()
                answer, cost = await costed(own, operation)
                sandbox.faults.clear()
                sent = len(sandbox.request_log.entries)
                if not sent <= cost["made"] <= cost["estimated"]:
                    dear.append((operation, cost, sent))
                assert "INTERNAL_SERVER_ERROR" not in str(answer)

    core = build_schema()._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    assert core.query_type
    assert core.mutation_type
    assert tried == {*core.query_type.fields, *core.mutation_type.fields} - {"_service", "_entities"}
    assert dear == []


async def test_seller_of_a_long_history(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A seller who is looked for in the whole history costs what that takes, and no more than is allowed."""
    identifiers = put_history(sandbox, sorted_dates(400), "crafted")
    seller = {"type": "Organization", "id": "https://sellers.example/1"}
    sandbox.put_order("crafted", order_document(identifiers[-1], "2000-01-01T00:00:00Z") | {"seller": seller})
    query = "query ($i: ID!) { node(id: $i) { ... on Seller { identifier } } }"

    async with (
        customer_at(settings, gateway, "crafted", limit_cost=20) as small,
        customer_at(settings, gateway, "crafted") as own,
    ):
        [node] = (await own.data(_IDS))["viewer"]["orders"]["nodes"]
        found, cost = await costed(own, query, i=node["seller"]["id"])
        refused, less = await costed(small, query, i=node["seller"]["id"])

    assert found["data"] == {"node": {"identifier": "https://sellers.example/1"}}
    assert cost == {"estimated": 40, "made": 40}
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["LIMIT_EXCEEDED"]
    assert less["made"] <= less["estimated"] <= 20


async def test_subscription(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """No message of a subscription states more requests than were charged; polling is not charged."""
    number = sandbox.add_order("abc")["identifier"]
    query = "subscription ($i: ID!) { orderChanged(id: $i) { items { status } } }"
    payload = {"query": query, "variables": {"i": number}, "extensions": {"cost": True}}
    costs = []

    async with customer_at(settings, gateway, "abc") as own, socket_of(own) as socket:
        await socket.connect()
        await socket.send(id="1", type="subscribe", payload=payload)
        for _ in range(2):
            costs.append((await socket.receive())["payload"]["extensions"]["cost"])
            polls = sandbox.request_log.count("GET /orders/:id") + 3
            await until(partial(has_polled, sandbox, polls))
            sandbox.add_receipt(number)
        costs.append((await socket.receive())["payload"]["extensions"]["cost"])

    assert [cost["made"] for cost in costs] == [3, 3, 3]
    assert [cost["estimated"] for cost in costs] == [3, 4, 5]


def has_polled(sandbox: Sandbox, times: int) -> bool:
    return sandbox.request_log.count("GET /orders/:id") >= times
