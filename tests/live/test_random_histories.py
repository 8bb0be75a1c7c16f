"""Random histories of a booking: subscribers miss nothing that lasts, and end at what a query shows."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import SANDBOX, Fault, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import cancel
from tests.support.clocks import PinnedBootClock
from tests.support.subscriptions import socket_of
from tests.support.waiting import PLENTY, until

EXAMPLES = int(os.environ.get("LIVE_HISTORIES", "3"))
"""LIVE_HISTORIES=200 takes two minutes."""

READ = "GET /orders/:id"
START = datetime(2026, 11, 1, 9, tzinfo=UTC)
FIELDS = """
  id orderSellerNote totalPaymentDue { amount } receipts { identifier } cancellations { state }
  items {
    id status statusText isPresentlyCancellable cancellationBlockedBecause cancellationMessage customerNotice
    accessPasses { text } accessCodes { description } accessChannel { url } price { amount }
    session { name startDate endDate eventStatus venue { name } }
  }
"""
QUERY = f"query ($id: ID!) {{ node(id: $id) {{ ... on Order {{ {FIELDS} }} }} }}"
CHANGED = f"subscription ($id: ID!) {{ orderChanged(id: $id) {{ {FIELDS} }} }}"
CHANGES = f"subscription ($id: ID!) {{ orderChanges(id: $id) {{ order {{ {FIELDS} }} changes {{ code }} }} }}"


@dataclass
class Booking:
    """A booking of two items, of which the second stays booked, so that the subscriptions do not complete."""

    sandbox: Sandbox
    gateway: Gateway
    number: str
    id: str
    items: list[str]

    async def shown(self) -> Any:
        return (await self.gateway.data(QUERY, id=self.id))["node"]

    def readings(self) -> int:
        return sum(
            entry.path.endswith(f"/orders/{self.number}") for entry in self.sandbox.request_log.entries
        )

    async def cancel(self) -> None:
        self.sandbox.faults.clear()
        node = await self.shown()
        await cancel(self.gateway, self.id, [node["items"][0]["id"]])

    async def wait_for_readings(self, count: int) -> None:
        """Until that many readings have begun from now on; all but the last have ended."""
        enough = self.readings() + count
        await until(lambda: self.readings() >= enough)


Step = Callable[[Booking], Any]


def changed(name: str, *arguments: Any) -> Step:
    return lambda booking: getattr(booking.sandbox.changes, name)(
        booking.number, booking.items[0], *arguments
    )


steps: st.SearchStrategy[Step] = st.one_of(
    st.integers(1, 9).map(lambda days: changed("move_session", START + timedelta(days=days, hours=1), None)),
    st.sampled_from(("Yoga", "Boxing")).map(lambda name: changed("rename_session", name)),
    st.sampled_from(("EventScheduled", "EventCancelled", "EventPostponed")).map(
        lambda status: changed("set_event_status", status)
    ),
    st.sampled_from(("Lido", "Baths")).map(lambda name: changed("rename_venue", name)),
    st.sampled_from(("change_venue",)).map(changed),
    st.sampled_from((None, "Sorry!")).map(lambda notice: changed("replace_opportunity", notice)),
    st.sampled_from(("A1", "B2")).map(lambda text: changed("replace_access_pass", text)),
    st.sampled_from(("4711", "0815")).map(lambda code: changed("set_access_code", code)),
    st.sampled_from(("https://a.example/1", "https://a.example/2")).map(
        lambda url: changed("set_join_link", url)
    ),
    st.sampled_from((None, "Bring a towel.")).map(lambda text: changed("set_text", "customerNotice", text)),
    st.sampled_from((None, "Closed.")).map(lambda text: changed("set_text", "cancellationMessage", text)),
    st.sampled_from(("OrderItemConfirmed", "OrderItemProposed", "AttendeeAttended")).map(
        lambda status: changed("set_item_status", status)
    ),
    st.just(lambda booking: booking.sandbox.add_receipt(booking.number)),
    st.just(lambda booking: booking.sandbox.seller_cancel(booking.number, booking.items[0], "Closed.")),
    st.just(lambda booking: booking.sandbox.confirm_now(booking.number)),
    st.sampled_from((30, 3_600, 86_400)).map(
        lambda seconds: lambda booking: booking.sandbox.clock.advance(seconds)
    ),
    st.just(lambda booking: booking.sandbox.faults.add(Fault(READ, "html_200", times=2))),
    st.just(lambda booking: booking.cancel()),
)
histories = st.lists(st.tuples(steps, st.booleans()), max_size=10)
"""Steps, each with whether the state after it lasts for two readings."""


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Sandbox, Gateway]]:
    app = create_sandbox(SandboxSettings(now=START))
    async with listening(app, "127.0.0.1") as imin, aiohttp.ClientSession() as http:
        settings_ = Settings(
            port=0,
            imin_base_url=f"{imin}/api/v2",
            imin_api_key=SecretStr("sandbox-key"),
            imin_timeout_seconds=PLENTY,
            request_timeout_seconds=PLENTY,
            cache_enabled=False,
            rate_limited=False,
            follow_first_seconds=0.01,
            follow_longest_seconds=0.01,
        )
        clock = app[SANDBOX].clock.now
        async with gateway_listening(settings_, demo_caller, clock, boot_clock=PinnedBootClock()) as url:
            yield app[SANDBOX], Gateway(url, http)


async def check(sandbox: Sandbox, gateway: Gateway, history: Sequence[tuple[Step, bool]]) -> None:
    booking = await _booked(sandbox, gateway)
    heard: list[Any] = []
    explained: list[Any] = []
    lasting = []
    async with socket_of(gateway) as socket:
        await socket.connect()
        for name, query in (("changed", CHANGED), ("changes", CHANGES)):
            payload = {"query": query, "variables": {"id": booking.id}}
            await socket.send(id=name, type="subscribe", payload=payload)

        async def listen() -> None:
            while True:
                message = await socket.receive()
                assert message["type"] == "next", message
                one, other = (
                    message["payload"]["data"].get(f"order{name}") for name in ("Changed", "Changes")
                )
                (heard if other is None else explained).append(one or other)

        listening_ = asyncio.ensure_future(listen())
        await until(lambda: bool(heard and explained))
        for step, lasts in history:
            with suppress(ValueError):  # the item is cancelled, which is final
                if asyncio.iscoroutine(result := step(booking)):
                    await result
            if lasts:
                sandbox.faults.clear()
                state = await booking.shown()
                await booking.wait_for_readings(3)
                lasting.append(state)
        sandbox.faults.clear()
        last = await booking.shown()
        await until(lambda: listening_.done() or (heard[-1] == explained[-1]["order"] == last))
        listening_.cancel()
        await asyncio.gather(listening_, return_exceptions=True)

    assert heard[-1] == explained[-1]["order"] == last
    rest = iter(heard)
    assert [state for state, _ in groupby(lasting) if state not in rest] == []
    assert explained[0]["changes"] == []
    assert all(event["changes"] for event in explained[1:])


async def _booked(sandbox: Sandbox, gateway: Gateway) -> Booking:
    sandbox.clock.set(START)
    sandbox.faults.clear()
    order = sandbox.add_order("1234", items=2, price="12.50", start=START + timedelta(days=2))
    data = await gateway.data("query ($n: ID!) { order(identifier: $n) { id } }", n=order["identifier"])
    items = [item["identifier"] for item in order["orderedItem"]]
    return Booking(sandbox, gateway, order["identifier"], data["order"]["id"], items)


def test_random_histories() -> None:
    """The last event is what a query shows, no state that lasts is missed, and every event has a reason."""
    with asyncio.Runner() as runner:
        house = running()
        sandbox, gateway = runner.run(house.__aenter__())

        @settings(max_examples=EXAMPLES)
        @given(histories)
        def random_histories(history: list[tuple[Step, bool]]) -> None:
            runner.run(check(sandbox, gateway, history))

        try:
            random_histories()
        finally:
            runner.run(house.__aexit__(None, None, None))
