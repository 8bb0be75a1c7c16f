"""The life of a booked item, walked at random: whatever happens to it, every answer is true of it.

A hypothesis state machine draws what the customer, the venue, the network and time do next; the sandbox is
the judge. The gateway and the sandbox run as ever, over HTTP.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pydantic import SecretStr

from gateway.__main__ import gateway_listening, listening
from gateway.auth import demo_caller
from gateway.sandbox import SANDBOX, Fault, Sandbox, SandboxSettings, create_sandbox
from gateway.sandbox.state.cancellation_rules import status_of
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.faults.mix import PATCH
from tests.faults.run import NOW, SUCCESS, UNDER_WAY
from tests.support.cancellations import cancel

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
    """One item of one order. The machine is synchronous; its loop is its own."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.key = 0
        self.was = "OrderItemConfirmed"
        self.may_have_arrived = False
        self.gateway, self.sandbox = self.runner.run(self._start())
        order = self.runner.run(self.gateway.data(FIRST))["viewer"]["orders"]["nodes"][0]
        self.order, self.item = order["id"], order["items"][0]["id"]
        self.number = self.sandbox.store.identifiers("1234")[0]

    async def _start(self) -> tuple[Gateway, Sandbox]:
        app = create_sandbox(SandboxSettings(now=NOW))
        imin = await self.stack.enter_async_context(listening(app, "127.0.0.1"))
        chosen = Settings(
            port=0,
            imin_base_url=f"{imin}/api/v2",
            imin_api_key=SecretStr("sandbox-key"),
            cache_enabled=False,
            cancel_deadline_seconds=0.5,
            follow_first_seconds=30,
        )
        running = gateway_listening(chosen, demo_caller, app[SANDBOX].clock.now)
        url = await self.stack.enter_async_context(running)
        http = await self.stack.enter_async_context(aiohttp.ClientSession())
        return Gateway(url, http), app[SANDBOX]

    def teardown(self) -> None:
        """Stop both."""
        self.runner.run(self.stack.aclose())
        self.runner.close()

    @property
    def truth(self) -> str:
        """Status of the item as the booking system has it."""
        return status_of(self.sandbox.order(self.number)["orderedItem"][0])

    @rule(fault=st.sampled_from(["none", "none", "503", "reset", "reset_after", "status_after"]))
    def cancel(self, fault: Any) -> None:
        """The customer cancels, over a network that may fail."""
        if fault != "none":
            self.sandbox.faults.add(Fault(PATCH, fault))
        self.key += 1
        before, accepted = self.truth, len(self.sandbox.cancellations.accepted)

        result = self.runner.run(cancel(self.gateway, self.order, [self.item], idempotencyKey=f"k{self.key}"))

        self.sandbox.faults.clear()
        kind, arrived = result["__typename"], len(self.sandbox.cancellations.accepted) - accepted
        assert (kind in SUCCESS) == (self.truth in UNDER_WAY), (kind, before, self.truth)
        assert arrived == (before not in UNDER_WAY and kind in SUCCESS)
        if before == "SellerCancelled":
            assert kind == "CancellationNotPermittedError"

    @rule()
    def ask_again(self) -> None:
        """The customer repeats the last call under its key: no second PATCH where the first one was taken."""
        if self.key and self.truth in UNDER_WAY:
            patches = self.sandbox.ledger.count(PATCH)
            call = cancel(self.gateway, self.order, [self.item], idempotencyKey=f"k{self.key}")
            self.runner.run(call)
            assert self.sandbox.ledger.count(PATCH) == patches

    @precondition(lambda self: self.truth == "CustomerCancellationPending")
    @rule(refuses=st.booleans())
    def settle(self, *, refuses: bool) -> None:
        """The booking system confirms, or refuses from now on."""
        if refuses:
            self.sandbox.refuse_cancellations(self.number)
        self.sandbox.confirm_now(self.number)

    @precondition(lambda self: self.truth not in FINAL)
    @rule()
    def cancelled_by_seller(self) -> None:
        """The venue cancels."""
        item = self.sandbox.order(self.number)["orderedItem"][0]["identifier"]
        self.sandbox.seller_cancel(self.number, item)

    @rule(hours=st.sampled_from([0.02, 1, 24, 24 * 30]))
    def time_passes(self, hours: float) -> None:
        """Pending items are settled, windows close."""
        self.sandbox.clock.advance(hours * 3600)

    @invariant()
    def final_states_stay(self) -> None:
        """What is cancelled is never uncancelled."""
        if self.was in FINAL:
            assert self.truth == self.was
        self.was = self.truth

    @invariant()
    def shown_as_it_is(self) -> None:
        """The item reads as it is, and says whether and why not it can be cancelled as imin would."""
        node = self.runner.run(self.gateway.data(ITEM, id=self.order))["node"]
        shown, imins = node["items"][0], self.sandbox.order(self.number)["orderedItem"][0]
        assert shown["statusText"] == self.truth
        assert shown["isPresentlyCancellable"] is imins["imin:isPresentlyCancellable"]
        because = AFTER_STATUS.get(self.truth)
        if because is None and not shown["isPresentlyCancellable"]:
            because = "WINDOW_PASSED"
        assert shown["cancellationBlockedBecause"] == because


TestItemLife = ItemLife.TestCase
TestItemLife.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
