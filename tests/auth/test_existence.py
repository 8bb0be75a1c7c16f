"""Another customer's order looks like a missing one in every figure that a caller, or imin, can see."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.histories import day, order_document, put_history, sorted_dates
from tests.support.subscriptions import socket_of

ORDER = "query ($i: ID!) { order(identifier: $i) { identifier } }"
AMONG_OTHERS = """query ($i: ID!) {
  a: order(identifier: $i) { id } b: order(identifier: $i) { id }
  viewer { orders(first: 100) { nodes { id } } last: orders(last: 20) { nodes { id } } } }"""
CANCEL = """mutation ($i: ID!) { cancelOrderItems(input: {orderId: $i, orderItemIds: ["x"]}) {
  result { __typename ... on Error { code message } } } }"""


@dataclass(frozen=True)
class Seen:
    """What a caller can see of a request, and what imin got."""

    status: int
    answer: str
    paid: int
    headers: frozenset[str]
    requests: tuple[tuple[str, int], ...]


class Visitor:
    """A customer at a gateway whose rate bucket hardly refills, so that what is paid shows."""

    def __init__(self, gateway: Gateway, sandbox: Sandbox) -> None:
        self.gateway = gateway
        self._sandbox = sandbox
        self._left = 0

    async def see(self, query: str, identifier: str) -> Seen:
        self._sandbox.request_log.clear()
        body = {"query": query, "variables": {"i": identifier}, "extensions": {"cost": True}}
        async with self.gateway.http.post(f"{self.gateway.url}/graphql", json=body) as response:
            found = re.search(r"r=(\d+)", response.headers["RateLimit"])
            assert found
            before, self._left = self._left, int(found[1])
            counts = tuple(sorted(self._sandbox.request_log.counts().items()))
            answer = await response.text()
            return Seen(response.status, answer, before - self._left, frozenset(response.headers), counts)


@asynccontextmanager
async def signed_in(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, customer: str
) -> AsyncIterator[Visitor]:
    async def caller(_request: object) -> Caller:
        return Caller(customer)

    slow = settings.but(rate_cost_per_second=0.0001, rate_burst_cost=100_000)
    async with gateway_listening(slow, caller) as url:
        one = Visitor(Gateway(url, gateway.http), sandbox)
        await one.see("query ($i: ID!) { __typename @skip(if: false) node(id: $i) { id } }", "x")
        yield one


def foreign_orders(sandbox: Sandbox) -> list[str]:
    """Orders of other customers: of many dates, without one, with one that is none, and unreadable ones."""
    dates = [day(number) for number in (1, 150, 290, 3_000, 8_700)]
    odd = put_history(sandbox, [*dates, "2050-01-01T10:00:00Z"], "another")
    for date in (None, "soon"):
        odd.append(sandbox.put_order("another", order_document(f"another-{date}", date, "bob@example.com")))
    for identifier, document in (
        ("another-list", []),
        ("another-text", "x"),
        ("another-name", {"id": "y/z"}),
    ):
        odd.append(sandbox.put_order("another", document, identifier))
    return [*odd, *sandbox.store.identifiers("small"), odd[0].upper()]


MISSING = ["none", "00000000-0000-0000-0000-000000000000", "X", "another-99", "1", "2", "3"]


@pytest.mark.parametrize("is_cached", [False, True])
@pytest.mark.parametrize("customer", ["empty", "one", "ten", "abc", "290", "1234"])
async def test_equal(
    settings: Settings,
    gateway: Gateway,
    sandbox: Sandbox,
    customer: str,
    is_cached: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """For histories of any size, with the cache on or off, alone and among other fields, and repeatedly."""
    own = {"one": 1, "ten": 10, "290": 290}.get(customer, 0)
    put_history(sandbox, sorted_dates(own), customer)
    foreign = foreign_orders(sandbox)
    seen: dict[str, set[Seen]] = {}

    async with signed_in(
        settings.but(cache_enabled=is_cached, cache_fresh_seconds=3_600), gateway, sandbox, customer
    ) as caller:
        await caller.see(AMONG_OTHERS, "none")  # fills the cache
        for query in (ORDER, AMONG_OTHERS, CANCEL):
            seen[query] = {await caller.see(query, identifier) for identifier in (*foreign, *MISSING)}
        seen[ORDER] |= {await caller.see(ORDER, identifier) for identifier in (foreign[0], MISSING[0])}

    assert {len(different) for different in seen.values()} == {1}
    [one] = seen[ORDER]
    answer = json.loads(one.answer)
    assert answer["data"] == {"order": None}
    assert answer["extensions"]["cost"] == {
        "estimated": max(5, one.paid),
        "made": sum(dict(one.requests).values()),
    }


@pytest.mark.parametrize(
    ("emails", "pages"), [(("ann@example.com",), 7), ((None,), 51), (("a@x", "b@x"), 51)]
)
async def test_equal_in_a_long_history(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, emails: tuple[str | None, ...], pages: int
) -> None:
    """Also where all pages are read because the orders do not state one person."""
    identifiers = put_history(sandbox, sorted_dates(510), "long")
    for place, identifier in enumerate(identifiers):
        date = day(510 - place)
        sandbox.put_order("long", order_document(identifier, date, emails[place % len(emails)]))
    another = put_history(sandbox, [day(30), day(400), day(4_000)], "another", email="bob@example.com")
    without = put_history(sandbox, [day(30), day(400)], "without")

    async with signed_in(settings, gateway, sandbox, "long") as caller:
        seen = {await caller.see(ORDER, identifier) for identifier in (*another, *without, *MISSING[:3])}

    assert {dict(one.requests)["GET /orders"] for one in seen} == {pages}
    assert len(seen) == 1


async def test_equal_subscriptions(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A subscription to another customer's order gives and costs what one to a missing order does."""
    seen = set()

    async with signed_in(settings, gateway, sandbox, "abc") as caller:
        for identifier in (*foreign_orders(sandbox), *MISSING):
            sandbox.request_log.clear()
            async with socket_of(caller.gateway) as socket:
                await socket.connect()
                await socket.subscribe(identifier)
                messages = [await socket.receive(), await socket.receive()]
            counts = sandbox.request_log.counts()
            seen.add((json.dumps(messages), tuple(sorted(counts.items()))))

    assert len(seen) == 1
