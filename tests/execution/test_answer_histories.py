"""Random histories: reused answers are the ones that a gateway without reuse gives at the same moment."""

import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gateway.sandbox import Fault
from tests.support.cancellations import CANCEL
from tests.support.paired_gateways import CALLERS, World, paired_worlds

EXAMPLES = int(os.environ.get("ANSWER_HISTORIES", "2"))
"""ANSWER_HISTORIES=200 takes ten minutes."""
IS_LONG = "ANSWER_HISTORIES" in os.environ
"""Whether orders may show cancellations late. The gateway waits for them, until a deadline in real time."""

ITEM = """fragment I on OrderItem {
  id status isPresentlyCancellable cancellationBlockedBecause cancellableUntil calendarUrl
  accessPasses { text image imageExpiresAt } session { name startDate } }"""
ORDER = f"""{ITEM}
fragment O on Order {{
  id identifier orderNumber totalPaymentDue {{ amount }} receipts {{ url urlExpiresAt }}
  items {{ ...I }} }}"""
DOCUMENTS = (
    f"""query A($n: Int = 3, $on: Boolean = true) {{ viewer {{ orders(first: $n) {{
          totalCount nodes {{ ...O }} }} email @include(if: $on) }} }}
        query B($n: Int = 3) {{ viewer {{ upcomingOrderItems(first: $n) {{ nodes {{ ...I }} }} name }} }}
        {ORDER}""",
    f"""query A($id: ID = "", $customer: ID = "abc") {{
          node(id: $id) {{ __typename ... on Order {{ ...O }} }}
          customer(identifier: $customer) {{ orders(first: 2) {{ nodes {{ ...O }} }} }} }}
        query B($number: ID = "") {{ order(identifier: $number) {{ ...O cancellations {{ state }} }} }}
        {ORDER}""",
    """query A { viewer { orders(last: 2) { nodes { items { isPresentlyCancellable } } } } }
       query B { viewer { orders(last: 2) { nodes { items { status } } } calendarFeed { url } } }""",
    """query A($n: Int = 2) { viewer { orders(first: $n, itemStatuses: [ORDER_ITEM_CONFIRMED]) {
         nodes { receipts { downloadUrl } } } } }
       query B { viewer { orders { nodes { items { cancellation { state } } } } } entitlements { iri } }""",
    """query A($number: ID = "") { order(identifier: $number) { orderNumber items { status } } }
       query B($n: Int = 2) { viewer { orders(first: $n) { nodes { items { session { name } } } } } }""",
)
CUSTOMERS = ("1234", "abc")

FEW = 150
"""A burst that some histories exceed."""


@dataclass
class Lives:
    """The two worlds, and what is known of their orders, which are the same in both."""

    worlds: tuple[World, World]
    are_exchanges_exact: bool
    """Whether cancellations cause the same number of requests each time: if no order shows its own late."""
    orders: list[tuple[str, str, list[str]]] = field(default_factory=list)
    """Identifier, global id, and ids of the items."""

    async def both(self, act: Callable[[World], Awaitable[Any]], *, is_exact: bool = True) -> Any:
        """Let the same happen in both worlds, with the same result.

        is_exact: whether it must cause the same requests to imin too.
        """
        results = [await act(world) for world in self.worlds]
        for world in self.worlds:
            await world.settle()
        assert results[0] == results[1]
        requests = [world.requests() for world in self.worlds]
        assert requests[0] == requests[1] or not is_exact
        return results[0]

    async def ask(
        self, caller: str, body: dict[str, Any], accept: str = "*/*", *, is_exact: bool = True
    ) -> Any:
        with_rate = self.are_exchanges_exact
        status, _, text = await self.both(
            lambda world: world.ask(caller, body, accept, with_rate=with_rate), is_exact=is_exact
        )
        return json.loads(text) | {"status": status}

    async def learn_orders(self) -> None:
        """Three orders of each customer."""
        query = (
            "query ($c: ID!) { customer(identifier: $c) { orders { nodes { identifier id items { id } } } } }"
        )
        for customer in CUSTOMERS:
            answer = await self.ask("ann-service", {"query": query, "variables": {"c": customer}})
            for node in answer["data"]["customer"]["orders"]["nodes"][:3]:
                self.orders.append((node["identifier"], node["id"], [item["id"] for item in node["items"]]))


Step = Callable[[Lives], Awaitable[Any]]


def read(  # noqa: PLR0913, PLR0917  # what may differ between requests
    caller: str, number: int, name: str, size: int | None, order: int, accept: str, *, cost: bool
) -> Step:
    async def step(lives: Lives) -> None:
        identifier, id_, _ = lives.orders[order]
        variables = {"id": id_, "number": identifier} | ({} if size is None else {"n": size, "on": size > 1})
        body = {"query": DOCUMENTS[number], "operationName": name, "variables": variables}
        await lives.ask(caller, body | {"extensions": {"cost": cost}}, accept)

    return step


def advance(seconds: float) -> Step:
    async def step(lives: Lives) -> None:
        for world in lives.worlds:
            world.advance(seconds)

    return step


def to_deadline(order: int, seconds: float) -> Step:
    """Move the clocks to the moment from which an item cannot be cancelled, or near it."""

    async def step(lives: Lives) -> None:
        query = "query ($id: ID!) { node(id: $id) { ... on Order { items { cancellableUntil } } } }"
        body = {"query": query, "variables": {"id": lives.orders[order][1]}}
        answer = await lives.ask("ann-service", body)
        items = ((answer.get("data") or {}).get("node") or {}).get("items") or []
        for item in items[:1]:
            if item["cancellableUntil"] is not None:
                _move_to(lives, datetime.fromisoformat(item["cancellableUntil"]) + timedelta(seconds=seconds))

    return step


def _move_to(lives: Lives, moment: datetime) -> None:
    left = moment - lives.worlds[0].sandbox.clock.now()
    if timedelta() < left < timedelta(days=30):
        for world in lives.worlds:
            world.advance(left.total_seconds())


def cancel(order: int, kind: str) -> Step:
    """Cancel the first item. kind: of the fault that the PATCH meets; "" for none."""

    async def step(lives: Lives) -> None:
        _, id_, items = lives.orders[order]
        if kind:
            for world in lives.worlds:
                world.sandbox.faults.add(Fault("PATCH /orders/:id", kind))  # type: ignore[arg-type]  # one of its kinds
        body = {"query": CANCEL, "variables": {"input": {"orderId": id_, "orderItemIds": items[:1]}}}
        await lives.ask("ann" if order < 3 else "ben", body, is_exact=lives.are_exchanges_exact)
        for world in lives.worlds:
            world.sandbox.faults.clear()

    return step


def shows_late(seconds: float) -> Step:
    """Let orders show later that their items are pending, if the history may measure time."""

    async def step(lives: Lives) -> None:
        for world in lives.worlds:
            if not lives.are_exchanges_exact:
                world.sandbox.cancellations.show_after_seconds = seconds

    return step


def change(order: int, kind: str, webhook: str) -> Step:
    """Change something in imin. webhook: that imin calls then; "" for none."""

    async def step(lives: Lives) -> None:
        identifier, customer = lives.orders[order][0], CUSTOMERS[order // 3]
        for world in lives.worlds:
            sandbox = world.sandbox
            if kind == "new":
                sandbox.add_order(customer)
            elif kind == "receipt":
                sandbox.add_receipt(identifier)
            elif kind == "name":
                sandbox.changes.rename_session(identifier, None, f"Renamed at {sandbox.clock.now()}")
            else:
                sandbox.confirm_now(identifier)
        if webhook:
            body = (
                {"identifier": customer} if webhook == "customer" else {"order": {"identifier": identifier}}
            )
            await lives.both(lambda world: world.call_webhook(webhook, body))

    return step


async def read_while_imin_fails(lives: Lives, kind: str) -> None:
    for world in lives.worlds:
        world.sandbox.faults.add(Fault("*", kind, times=None))  # type: ignore[arg-type]  # one of its kinds
    await lives.ask("ann", {"query": DOCUMENTS[0], "operationName": "A", "variables": {"n": 2}})
    for world in lives.worlds:
        world.sandbox.faults.clear()


orders = st.integers(0, 5)
reads = st.builds(
    read,
    st.sampled_from(sorted(CALLERS)),
    st.integers(0, len(DOCUMENTS) - 1),
    st.sampled_from("AB"),
    st.sampled_from((None, 1, 2, 12)),
    st.sampled_from((0, 3)),
    st.sampled_from(("*/*", "application/graphql-response+json")),
    cost=st.booleans(),
)
steps = st.one_of(
    *[reads] * 4,
    st.builds(advance, st.sampled_from((0.000001, 0.5, 1, 2, 3, 10, 140, 151, 301, 3_600, 86_400, -1, -20))),
    st.builds(to_deadline, orders, st.sampled_from((-2, 0, 0.000001, 1))),
    st.builds(cancel, orders, st.sampled_from(("", "", "503", "reset_after"))),
    *[st.builds(shows_late, st.sampled_from((0, 10)))] * IS_LONG,
    st.builds(
        change,
        orders,
        st.sampled_from(("new", "receipt", "name", "confirm")),
        st.sampled_from(("", "customer", "order")),
    ),
)
changed_settings = st.fixed_dictionaries(
    {
        "cache_fresh_seconds": st.sampled_from((3.0, 60.0, 600.0)),
        "cache_stale_seconds": st.sampled_from((0.0, 30.0)),
        "cache_max_bytes": st.sampled_from((67_108_864, 400_000)),
        "rate_burst_cost": st.sampled_from((1_000_000, FEW)),
    }
)


@settings(max_examples=EXAMPLES, phases=[Phase.generate])
@given(data=st.data(), changes=changed_settings)
async def test_same_answers(data: st.DataObject, changes: dict[str, Any]) -> None:
    """Reads by several callers, with everything between them that can change an answer, in any order."""
    async with paired_worlds(**changes) as worlds:
        lives = Lives(worlds, are_exchanges_exact=changes["rate_burst_cost"] == FEW)
        await lives.learn_orders()
        for step in data.draw(st.lists(steps, min_size=25, max_size=60)):
            await step(lives)
        # Last, since a circuit breaker that has opened measures the real time.
        await read_while_imin_fails(lives, data.draw(st.sampled_from(("503", "html_200"))))
        if lives.are_exchanges_exact:
            counts = [await world.counts() for world in worlds]
            assert counts[0] == counts[1]
