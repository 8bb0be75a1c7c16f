"""orderChanges says why an order is sent again, over both protocols."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway
from tests.live.reasons import TABLE, Action, about_item
from tests.support.cancellations import booked, cancel
from tests.support.clocks import PinnedBootClock
from tests.support.subscriptions import Socket, event, number_and_item, socket_of

CHANGES = """
subscription ($id: ID!) {
  orderChanges(id: $id) {
    order { id items { id status } }
    at
    changes {
      __typename code message orderItem { id }
      ... on StatusChange { before { status } after { status } }
      ... on SessionStatusChange { before { eventStatus } after { eventStatus } }
      ... on SessionTimeChange { before { startDate endDate } after { startDate endDate } }
      ... on VenueChange { before { venue { name } } after { venue { name } } }
      ... on SessionReplacement {
        before { sessionName startDate venue { name } } after { sessionName startDate venue { name } }
      }
      ... on CancellationChange { before { cancellationState } after { cancellationState } }
      ... on CancellabilityChange {
        before { isPresentlyCancellable cancellationBlockedBecause }
        after { isPresentlyCancellable cancellationBlockedBecause }
      }
      ... on SellerTextChange {
        before { customerNotice cancellationMessage } after { customerNotice cancellationMessage }
      }
      ... on AccessChange {
        before { accessPasses { text } accessCodes { description } accessChannels { url } }
        after { accessPasses { text } accessCodes { description } accessChannels { url } }
      }
      ... on TotalChange { before { totalPaymentDue { amount } } after { totalPaymentDue { amount } } }
      ... on ReceiptAddition { receipts { identifier } }
      ... on OrderStatusChange { before { orderProposalStatus } after { orderProposalStatus } }
      ... on OtherChange { fields }
    }
  }
}
"""


@pytest.mark.parametrize(("action", "expected"), TABLE.values(), ids=TABLE)
async def test_reason(
    gateway: Gateway, sandbox: Sandbox, action: Action, expected: list[dict[str, Any]]
) -> None:
    """Each thing that happens to a booking is heard over both protocols, with its reason and values."""
    order, items = await booked(gateway)
    async with _subscribed(gateway, order) as (socket, events, first):
        action(sandbox, *number_and_item(sandbox))
        heard = await _next(socket)
        streamed = await anext(events)

    assert first["changes"] == []
    assert heard == streamed
    assert heard["at"] == "2026-11-01T09:00:00+00:00"
    assert heard["changes"] == [
        one | {"orderItem": {"id": items[0]} if one["orderItem"] else None} for one in expected
    ]


async def test_two_at_once(gateway: Gateway, sandbox: Sandbox) -> None:
    """Changes that are seen together are listed by importance; a new time explains the status with it."""
    order, _ = await booked(gateway)
    number, item = number_and_item(sandbox)
    async with _subscribed(gateway, order) as (socket, _, _first):
        sandbox.add_receipt(number)
        sandbox.changes.set_text(number, item, "customerNotice", "Sorry!")
        sandbox.changes.set_event_status(number, item, "EventRescheduled")
        sandbox.changes.move_session(number, item, datetime(2027, 1, 1, 10, tzinfo=UTC), None)
        heard = await _next(socket)

    assert [one["code"] for one in heard["changes"]] == ["SESSION_MOVED", "CUSTOMER_NOTICE", "RECEIPT_ADDED"]


async def test_item_added(gateway: Gateway, sandbox: Sandbox) -> None:
    """A further item of the order is another change of the order."""
    order, _ = await booked(gateway)
    number, _item = number_and_item(sandbox)
    items = sandbox.store.for_update(number)["orderedItem"]
    async with _subscribed(gateway, order) as (socket, _, _first):
        items.append(items[0] | {"identifier": "another", "id": "https://a.example/another"})
        heard = await _next(socket)

    assert [(one["code"], one.get("fields")) for one in heard["changes"]] == [("OTHER", ["items"])]


async def test_cancellation(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation is heard as what imin shows and as what the gateway knows."""
    order, items = await booked(gateway)
    async with _subscribed(gateway, order) as (socket, _, _first):
        await cancel(gateway, order, items[:1])
        pending = await _sentences_until(socket, "CANCELLATION_CHANGED")
        sandbox.clock.advance(30)
        cancelled = await _sentences_until(socket, "RECEIPT_ADDED")

    assert pending == [
        ("STATUS_CHANGED", "The cancellation of Walking Football is on its way."),
        (
            "CANCELLATION_CHANGED",
            "The cancellation of Walking Football was accepted and has yet to be confirmed.",
        ),
    ]
    assert cancelled == [
        ("STATUS_CHANGED", "Walking Football is cancelled."),
        ("CANCELLATION_CHANGED", "The cancellation of Walking Football is confirmed."),
        ("TOTAL_CHANGED", "The total of the booking is now £5.30."),
        ("RECEIPT_ADDED", "There is a new receipt."),
    ]


@pytest.mark.settings(cancel_deadline_seconds=1)  # the mutation waits for it
async def test_unconfirmed(gateway: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock) -> None:
    """A cancellation whose result is not known is heard, and what became of it."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))
    async with _subscribed(gateway, order) as (socket, _, _first):
        await cancel(gateway, order, items[:1])
        unconfirmed = await _next(socket)
        boot_clock.advance(61)
        ended = await _next_with(socket, "CANCELLATION_CHANGED")

    assert _sentences(unconfirmed) == [
        (
            "CANCELLATION_CHANGED",
            "The cancellation of Walking Football was sent. It is not known yet whether it was accepted.",
        )
    ]
    assert _states(unconfirmed) == (None, "UNCONFIRMED")
    assert _sentences(ended) == [
        (
            "CANCELLATION_CHANGED",
            "The cancellation of Walking Football had no effect. It can be requested again.",
        )
    ]
    assert _states(ended) == ("UNCONFIRMED", "NOT_TAKEN")


async def test_deadline(gateway: Gateway, sandbox: Sandbox) -> None:
    """An item that can no longer be cancelled since its time is over is a change of its own."""
    order, items = await booked(gateway)
    async with _subscribed(gateway, order) as (socket, _, _first):
        sandbox.clock.advance(4 * 24 * 3_600 + 8 * 3_600)
        heard = await _next(socket)

    assert heard["changes"][0] == about_item(
        "CancellabilityChange",
        "CANCELLABILITY_CHANGED",
        "The deadline for cancelling Walking Football has passed.",
        before={"isPresentlyCancellable": True, "cancellationBlockedBecause": None},
        after={"isPresentlyCancellable": False, "cancellationBlockedBecause": "WINDOW_PASSED"},
    ) | {"orderItem": {"id": items[0]}}


async def test_unknown_order(gateway: Gateway) -> None:
    """For a missing or foreign order the only event is null."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.send(id="1", type="subscribe", payload=_payload("none"))

        assert await _next(socket) is None
        assert await socket.receive() == {"id": "1", "type": "complete"}


def _payload(order: str) -> dict[str, Any]:
    return {"query": CHANGES, "variables": {"id": order}}


@asynccontextmanager
async def _subscribed(gateway: Gateway, order: str) -> AsyncIterator[tuple[Socket, AsyncIterator[Any], Any]]:
    """A WebSocket and an event stream on one order, after the first event, which is the same in both."""
    async with (
        socket_of(gateway) as socket,
        gateway.http.post(
            f"{gateway.url}/graphql", json=_payload(order), headers={"Accept": "text/event-stream"}
        ) as response,
    ):

        async def events() -> AsyncIterator[Any]:
            while b"event: next" in (text := await event(response)):
                yield json.loads(text.partition(b"data: ")[2])["data"]["orderChanges"]

        await socket.connect()
        await socket.send(id="1", type="subscribe", payload=_payload(order))
        stream = events()
        first = await _next(socket)
        assert await anext(stream) == first
        yield socket, stream, first


async def _next(socket: Socket) -> Any:
    message = await socket.receive()
    assert message["type"] == "next", message
    return message["payload"]["data"]["orderChanges"]


async def _next_with(socket: Socket, code: str) -> Any:
    """The next event that has a change with this code."""
    while True:
        heard = await _next(socket)
        if code in [one["code"] for one in heard["changes"]]:
            return heard


async def _sentences_until(socket: Socket, code: str) -> list[tuple[str, str]]:
    """The changes of the next events, up to one with this code: what imin shows may be read first."""
    sentences: list[tuple[str, str]] = []
    while code not in [heard for heard, _ in sentences]:
        sentences += _sentences(await _next(socket))
    return sentences


def _sentences(heard: Any) -> list[tuple[str, str]]:
    return [(one["code"], one["message"]) for one in heard["changes"]]


def _states(heard: Any) -> tuple[str | None, str | None]:
    """The states of the cancellation before and after the first change."""
    change = heard["changes"][0]
    return change["before"]["cancellationState"], change["after"]["cancellationState"]
