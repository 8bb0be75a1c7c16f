"""Random sequences of events around one booked item: every answer about it is true.

A hypothesis state machine chooses what the customer, the venue, the network and the clock do next. Answers
are compared with the sandbox's own data. Gateway and sandbox run over HTTP, as in all tests.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import SANDBOX, Fault, Sandbox, SandboxSettings, create_sandbox
from gateway.sandbox.data.order_items import status_of
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.faults.plan import PATCH
from tests.faults.run import NOW, SUCCESS, UNDER_WAY
from tests.support.cancellations import cancel
from tests.support.clocks import PinnedBootClock
from tests.support.waiting import PLENTY

ITEM = """
query ($id: ID!) { node(id: $id) { ... on Order { items {
  statusText isPresentlyCancellable cancellationBlockedBecause cancellableUntil } } } }
"""
FIRST = "{ viewer { orders(first: 1) { nodes { id items { id } } } } }"
FINAL = {"CustomerCancelled", "SellerCancelled"}
AFTER_STATUS = {
    "CustomerCancellationPending": "CANCELLATION_PENDING",
    "CustomerCancelled": "ALREADY_CANCELLED",
    "SellerCancelled": "SELLER_CANCELLED",
}


class ItemLife(RuleBasedStateMachine):
    """One item of one order. The machine is synchronous, so it has an event loop of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.key = 0
        self.last_status = "OrderItemConfirmed"
        self.is_in_doubt = False
        self.boot_clock = PinnedBootClock()
        self.gateway, self.sandbox = self.runner.run(self._start())
        order = self.runner.run(self.gateway.data(FIRST))["viewer"]["orders"]["nodes"][0]
        self.order, self.item = order["id"], order["items"][0]["id"]
        self.number = self.sandbox.store.identifiers("1234")[0]

    async def _start(self) -> tuple[Gateway, Sandbox]:
        app = create_sandbox(SandboxSettings(now=NOW))
        imin = await self.stack.enter_async_context(listening(app, "127.0.0.1"))
        settings_ = Settings(
            port=0,
            imin_base_url=f"{imin}/api/v2",
            imin_api_key=SecretStr("sandbox-key"),
            imin_timeout_seconds=PLENTY,
            cache_enabled=False,
            cancel_deadline_seconds=2,  # the test waits for it whenever a PATCH is lost
            follow_first_seconds=PLENTY,
            follow_longest_seconds=PLENTY,
        )
        running = gateway_listening(
            settings_, demo_caller, app[SANDBOX].clock.now, boot_clock=self.boot_clock
        )
        url = await self.stack.enter_async_context(running)
        http = await self.stack.enter_async_context(aiohttp.ClientSession())
        return Gateway(url, http), app[SANDBOX]

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    @property
    def true_status(self) -> str:
        """Status of the item in the booking system."""
        return status_of(self.sandbox.order(self.number)["orderedItem"][0])

    @rule(fault=st.sampled_from(["none", "none", "503", "reset", "reset_after", "status_after"]))
    def cancel(self, fault: Any) -> None:
        """The customer cancels, over a network that may fail."""
        if fault != "none":
            self.sandbox.faults.add(Fault(PATCH, fault))
        self.key += 1
        before, accepted = self.true_status, len(self.sandbox.cancellations.accepted)

        result = self.runner.run(cancel(self.gateway, self.order, [self.item], idempotencyKey=f"k{self.key}"))

        self.sandbox.faults.clear()
        kind, arrived = result["__typename"], len(self.sandbox.cancellations.accepted) - accepted
        assert (kind in SUCCESS) == (self.true_status in UNDER_WAY), (kind, before, self.true_status)
        assert arrived == (before not in UNDER_WAY and kind in SUCCESS)
        if before == "SellerCancelled" and not self.is_in_doubt:
            assert kind == "CancellationNotPermittedError"
        # After a lost PATCH the answer stays "unconfirmed", even if the venue cancels meanwhile.
        self.is_in_doubt = kind == "CancellationUnconfirmedError"

    @rule()
    def cancel_again(self) -> None:
        """The customer repeats the last call under its key: no PATCH if the item is cancelled or pending."""
        if self.key and self.true_status in UNDER_WAY:
            patches = self.sandbox.request_log.count(PATCH)
            call = cancel(self.gateway, self.order, [self.item], idempotencyKey=f"k{self.key}")
            self.runner.run(call)
            assert self.sandbox.request_log.count(PATCH) == patches

    @precondition(lambda self: self.true_status == "CustomerCancellationPending")
    @rule(refuses=st.booleans())
    def settle(self, *, refuses: bool) -> None:
        """The booking system confirms the cancellation or refuses it."""
        if refuses:
            self.sandbox.refuse_cancellations(self.number)
        self.sandbox.confirm_now(self.number)

    @precondition(lambda self: self.true_status not in FINAL)
    @rule()
    def cancelled_by_seller(self) -> None:
        """The venue cancels."""
        item = self.sandbox.order(self.number)["orderedItem"][0]["identifier"]
        self.sandbox.seller_cancel(self.number, item)

    @rule(hours=st.sampled_from([0.02, 1, 24, 24 * 30]))
    def time_passes(self, hours: float) -> None:
        """Pending items are settled, windows close, and imin no longer acts on a lost PATCH."""
        self.sandbox.clock.advance(hours * 3600)
        self.boot_clock.advance(hours * 3600)
        self.is_in_doubt = False

    @invariant()
    def final_states_stay(self) -> None:
        """A cancelled item stays cancelled."""
        if self.last_status in FINAL:
            assert self.true_status == self.last_status
        self.last_status = self.true_status

    @invariant()
    def shown_truly(self) -> None:
        """The item has its true status. It can be cancelled if imin says so and no PATCH is in doubt."""
        node = self.runner.run(self.gateway.data(ITEM, id=self.order))["node"]
        shown, imins = node["items"][0], self.sandbox.order(self.number)["orderedItem"][0]
        assert shown["statusText"] == self.true_status
        can_be_cancelled = imins["imin:isPresentlyCancellable"] and not self.is_in_doubt
        assert shown["isPresentlyCancellable"] is can_be_cancelled
        because = AFTER_STATUS.get(self.true_status)
        if because is None and self.is_in_doubt:
            because = "CANCELLATION_UNCONFIRMED"
        elif because is None and not shown["isPresentlyCancellable"]:
            because = "WINDOW_PASSED"
        assert shown["cancellationBlockedBecause"] == because


TestItemLife = ItemLife.TestCase
TestItemLife.settings = settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
