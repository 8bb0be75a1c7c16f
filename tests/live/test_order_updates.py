"""orderChanged is sent for everything that can happen to a booking."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel
from tests.support.clocks import PinnedBootClock
from tests.support.subscriptions import Socket, number_and_item, socket_of
from tests.support.waiting import PLENTY

READ = "GET /orders/:id"
_FIELDS = """
  status totalPaymentDue { amount } receipts { identifier } orderSellerNote cancellation { state settledAt }
  items {
    status statusText price { amount } isPresentlyCancellable cancellationBlockedBecause cancellationMessage
    customerNotice accessPasses { text } accessCodes { description } accessChannel { url }
    session { name startDate endDate eventStatus venue { name } }
  }
"""
CHANGED = f"subscription ($id: ID!) {{ orderChanged(id: $id) {{ {_FIELDS} }} }}"
QUERY = f"query ($id: ID!) {{ node(id: $id) {{ ... on Order {{ {_FIELDS} }} }} }}"

Change = Callable[[Sandbox, str, str], Any]


def _edited(edit: Callable[[Any], Any]) -> Change:
    """A change of the order's JSON itself."""
    return lambda sandbox, order, _item: edit(sandbox.store.for_update(order))


def _with_first_item(**members: Any) -> Change:
    return _edited(lambda order: order["orderedItem"][0].update(members))


CHANGES: dict[str, Change] = {
    "start": lambda sandbox, order, item: sandbox.changes.move_session(
        order, item, datetime(2027, 1, 1, 10, tzinfo=UTC), None
    ),
    "session renamed": lambda sandbox, order, item: sandbox.changes.rename_session(order, item, "Yoga"),
    "event cancelled": lambda sandbox, order, item: sandbox.changes.set_event_status(
        order, item, "EventCancelled"
    ),
    "venue renamed": lambda sandbox, order, item: sandbox.changes.rename_venue(order, item, "Putney Lido"),
    "venue changed": lambda sandbox, order, item: sandbox.changes.change_venue(order, item),
    "replacement": lambda sandbox, order, item: sandbox.changes.replace_opportunity(order, item, None),
    "pass": lambda sandbox, order, item: sandbox.changes.replace_access_pass(order, item, "EXT1"),
    "code": lambda sandbox, order, item: sandbox.changes.set_access_code(order, item, "4711"),
    "join link": lambda sandbox, order, item: sandbox.changes.set_join_link(order, item, "https://a.example"),
    "notice": lambda sandbox, order, item: sandbox.changes.set_text(order, item, "customerNotice", "Towel!"),
    "message": lambda sandbox, order, item: sandbox.changes.set_text(
        order, item, "cancellationMessage", "Closed."
    ),
    "status": lambda sandbox, order, item: sandbox.changes.set_item_status(order, item, "AttendeeAttended"),
    "seller cancels": lambda sandbox, order, item: sandbox.seller_cancel(order, item, "Closed."),
    "total": _edited(lambda order: order["totalPaymentDue"].update(price="7.50")),
    "trailing zero": _edited(lambda order: order["totalPaymentDue"].update(price="8.300")),
    "receipt": lambda sandbox, order, _item: sandbox.add_receipt(order),
    "seller's note": _edited(lambda order: order.update(orderSellerNote="Thank you")),
    "unknown status": _with_first_item(orderItemStatus="https://openactive.io/OrderItemOnMars"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_heard(gateway: Gateway, sandbox: Sandbox, change: Change) -> None:
    """Whatever changes in an order, the next event is what a query shows then."""
    order, _ = await booked(gateway)

    async with socket_of(gateway) as socket:
        first = await _subscribed(socket, order)
        change(sandbox, *number_and_item(sandbox))
        second = await socket.next_state()

    assert second != first
    assert second == (await gateway.data(QUERY, id=order))["node"]


UNSEEN: dict[str, Change] = {
    "payment reference": _edited(lambda order: order.update(payment={"identifier": "pi_9"})),
    "an unknown member": _edited(lambda order: order.update(colour="red")),
    "another spelling": _edited(
        lambda order: order["orderedItem"][0].update(orderItemStatus="oa:OrderItemConfirmed")
    ),
    "a number as a text": _edited(
        lambda order: order["totalPaymentDue"].update(price=str(order["totalPaymentDue"]["price"]))
    ),
    "a link that expires": _edited(
        lambda order: order["imin:receipt"][0].update(url=order["imin:receipt"][0]["url"] + "?expires=9")
    ),
}


@pytest.mark.parametrize("change", UNSEEN.values(), ids=UNSEEN)
async def test_not_sent(gateway: Gateway, sandbox: Sandbox, change: Change) -> None:
    """What no client can see is no event."""
    order, _ = await booked(gateway)
    number, item = number_and_item(sandbox)

    async with socket_of(gateway) as socket:
        await _subscribed(socket, order)
        change(sandbox, number, item)
        await sandbox.request_log.wait_for(READ, sandbox.request_log.count(READ) + 3)
        sandbox.add_receipt(number)
        second = await socket.next_state()

    assert len(second["receipts"]) == 2


@pytest.mark.settings(follow_first_seconds=PLENTY, follow_longest_seconds=PLENTY)
async def test_deadline(settings: Settings, sandbox: Sandbox) -> None:
    """When the time for cancelling has passed, the order is sent at that moment, without a reading."""
    number, item = number_and_item(sandbox)
    sandbox.store.for_update(number)["orderedItem"][0]["acceptedOffer"].pop(
        "latestCancellationBeforeStartDate", None
    )
    sandbox.changes.move_session(number, item, sandbox.clock.now() + timedelta(seconds=0.1), None)
    started: list[float] = []

    def clock() -> datetime:
        """Runs from the moment at which the first event has arrived."""
        seconds = time.monotonic() - started[0] if started else 0.0
        return sandbox.clock.now() + timedelta(seconds=seconds)

    async with gateway_listening(settings, demo_caller, clock) as url, aiohttp.ClientSession() as http:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        async with socket_of(gateway) as socket:
            first = await _subscribed(socket, order)
            started.append(time.monotonic())
            readings = sandbox.request_log.count(READ)
            second = await socket.next_state()

    assert _flags(first)[0] == (True, None)
    assert _flags(second)[0] == (False, "WINDOW_PASSED")
    assert sandbox.request_log.count(READ) == readings


@pytest.mark.settings(cancel_deadline_seconds=1)  # the mutation waits for it
async def test_unconfirmed(gateway: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock) -> None:
    """What the gateway knows of a cancellation is sent: unconfirmed, and no effect once imin cannot act."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))

    async with socket_of(gateway) as socket:
        await _subscribed(socket, order)
        await cancel(gateway, order, items[:1])
        unconfirmed = await socket.next_state()
        boot_clock.advance(61)
        ended = await _next_with(socket, "NOT_TAKEN")

    assert unconfirmed["cancellation"] == {"state": "UNCONFIRMED", "settledAt": None}
    assert _flags(unconfirmed) == [(False, "CANCELLATION_UNCONFIRMED"), (True, None)]
    assert _flags(ended) == [(True, None), (True, None)]
    assert ended["cancellation"]["settledAt"]


async def test_receipt_after_the_end(gateway: Gateway, sandbox: Sandbox) -> None:
    """A receipt that is issued after all items are cancelled is still sent, before the subscription ends."""
    order, items = await booked(gateway)
    number, _ = number_and_item(sandbox)

    async with socket_of(gateway) as socket:
        await _subscribed(socket, order)
        await cancel(gateway, order, items)
        sandbox.clock.advance(30)
        cancelled = await _next_with(socket, "CANCELLED")
        sandbox.add_receipt(number)
        last = await socket.next_state()
        end = await socket.receive()

    assert len(last["receipts"]) == len(cancelled["receipts"]) + 1
    assert end == {"id": "1", "type": "complete"}


async def test_over_long_ago(gateway: Gateway, sandbox: Sandbox) -> None:
    """An order that was over before is sent once."""
    order, _ = await booked(gateway)
    number, _ = number_and_item(sandbox)
    for item in sandbox.order(number)["orderedItem"]:
        sandbox.changes.set_item_status(number, item["identifier"], "AttendeeAttended")
    sandbox.request_log.clear()

    async with socket_of(gateway) as socket:
        await _subscribed(socket, order)
        end = await socket.receive()

    assert end == {"id": "1", "type": "complete"}
    assert sandbox.request_log.count(READ) == 1


async def test_partly_unreadable(gateway: Gateway, sandbox: Sandbox) -> None:
    """Each event reports what of the order cannot be read, where it shows the order, as a query does."""
    sandbox.put_order("1234", {"type": "Order", "identifier": "odd", "orderedItem": [7, {}]})
    fields = "{ orderSellerNote items { id } }"
    queries = {
        "query": f'query {{ order(identifier: "odd") {{ id {fields[1:]} }}',
        "changed": f"subscription ($id: ID!) {{ shown: orderChanged(id: $id) {fields} }}",
        "changes": f"subscription ($id: ID!) {{ orderChanges(id: $id) {{ now: order {fields} }} }}",
    }
    async with gateway.http.post(f"{gateway.url}/graphql", json={"query": queries["query"]}) as response:
        queried = await response.json()
    reported: dict[str, list[Any]] = {"changed": [], "changes": []}
    async with socket_of(gateway) as socket:
        await socket.connect()
        for name in reported:
            payload = {"query": queries[name], "variables": {"id": queried["data"]["order"]["id"]}}
            await socket.send(id=name, type="subscribe", payload=payload)
        for note in ("Thank you", ""):
            for _ in reported:
                message = await socket.receive()
                reported[message["id"]].append(message["payload"]["errors"])
            if note:
                sandbox.store.for_update("odd").update(orderSellerNote=note)

    expected = {
        name: [[queried["errors"][0] | {"path": path}]] * 2
        for name, path in (("changed", ["shown"]), ("changes", ["orderChanges", "now"]))
    }
    assert reported == expected


async def test_removed(gateway: Gateway, sandbox: Sandbox) -> None:
    """An order that disappears is null, which is the last event."""
    order, _ = await booked(gateway)

    async with socket_of(gateway) as socket:
        await _subscribed(socket, order)
        sandbox.remove_order(number_and_item(sandbox)[0])

        assert await socket.next_state() is None
        assert await socket.receive() == {"id": "1", "type": "complete"}


async def _subscribed(socket: Socket, order: str) -> Any:
    """The first event."""
    await socket.connect()
    payload = {"query": CHANGED, "variables": {"id": order}}
    await socket.send(id="1", type="subscribe", payload=payload)
    return await socket.next_state()


async def _next_with(socket: Socket, state: str) -> Any:
    """The next event whose cancellation has this state."""
    async with asyncio.timeout(PLENTY):
        while (event := await socket.next_state())["cancellation"]["state"] != state:
            pass
    return event


def _flags(state: Any) -> list[tuple[bool | None, str | None]]:
    return [(item["isPresentlyCancellable"], item["cancellationBlockedBecause"]) for item in state["items"]]
