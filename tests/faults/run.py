"""One run: a sandbox, a gateway over it, some clicks, and a check of every answer."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import SANDBOX, Sandbox, SandboxSettings, create_sandbox
from gateway.sandbox.data.order_items import status_of
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.faults.plan import PATCH, Plan
from tests.support.clocks import PinnedBootClock

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
UNDER_WAY = {"CustomerCancellationPending", "CustomerCancelled"}
SUCCESS = {"CancellationPending", "AlreadyCancelled"}
DOUBT_SECONDS = 60.0
_MAX_READS = 10
_RETRY_SECONDS = 0.3

ORDER = "{ viewer { orders(first: 1) { nodes { id items { id identifier } } } } }"
CANCEL = """
mutation ($input: CancelOrderItemsInput!) { cancelOrderItems(input: $input) { result {
  __typename
  ... on CancellationPending { orderItems { identifier statusText } }
  ... on AlreadyCancelled { orderItems { identifier statusText } }
} } }
"""
NEXT_READ = """
query ($id: ID!) { node(id: $id) { ... on Order { items { identifier statusText } cancellation { state } } } }
"""


@dataclass
class Verdict:
    """The result of a run. untrue, doubles, unsettled: descriptions of broken promises.

    causes: of the calls that ended as unavailable, of clients that had left too.
    """

    seed: int
    fault: str
    answers: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)


@dataclass
class Run:
    """A run in progress. number: imin's identifier of the order. names: imin's identifiers of the items."""

    plan: Plan
    sandbox: Sandbox
    url: str
    http: aiohttp.ClientSession
    verdict: Verdict
    order: str = ""
    number: str = ""
    items: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    boot_clock: PinnedBootClock = field(default_factory=PinnedBootClock)

    async def send(self, query: str, **variables: Any) -> Any:
        async with self.http.post(
            f"{self.url}/graphql", json={"query": query, "variables": variables}
        ) as response:
            answer = await response.json()
            assert "errors" not in answer, answer
            return answer["data"]

    async def read(self, query: str, **variables: Any) -> Any:
        """The data of a query; retried while a circuit breaker is open after earlier faults."""
        for _ in range(_MAX_READS - 1):
            with suppress(AssertionError):
                return await self.send(query, **variables)
            await asyncio.sleep(_RETRY_SECONDS)
        return await self.send(query, **variables)

    async def prepare(self) -> None:
        """Choose the items, and add the faults of the first reading and the PATCH."""
        data = await self.read(ORDER)
        order = data["viewer"]["orders"]["nodes"][0]
        self.order = order["id"]
        chosen = order["items"][: self.plan.items]
        self.items = [item["id"] for item in chosen]
        self.names = [item["identifier"] for item in chosen]
        self.number = self.sandbox.store.identifiers("1234")[0]
        self.sandbox.request_log.clear()
        for fault in (*self.plan.before, *self.plan.patch):
            self.sandbox.faults.add(fault)

    def true_statuses(self) -> dict[str, str]:
        """Statuses of the items in the booking system, by identifier."""
        items = self.sandbox.order(self.number)["orderedItem"]
        return {item["identifier"]: status_of(item) for item in items}

    def is_cancelled(self) -> bool:
        return all(self.true_statuses()[name] in UNDER_WAY for name in self.names)

    async def click(self, key: str | None = None) -> str:
        """Call the mutation, and check that its answer is true at this moment."""
        input_ = {"orderId": self.order, "orderItemIds": self.items}
        if key:
            input_["idempotencyKey"] = key
        began = time.monotonic()
        result = (await self.send(CANCEL, input=input_))["cancelOrderItems"]["result"]
        self.verdict.seconds.append(time.monotonic() - began)
        kind = str(result["__typename"])
        self.verdict.answers.append(kind)
        truth = self.true_statuses()
        if kind in SUCCESS and not self.is_cancelled():
            self._untrue(f"{kind}, but {truth}")
        if kind == "CancellationUnavailableError" and self.is_cancelled():
            self._untrue(f"{kind}, but {truth}")
        for item in result.get("orderItems", ()):
            shown, true = item["statusText"], truth[item["identifier"]]
            # Between the gateway's reading and this check a pending item may have been cancelled.
            if shown != true and (shown, true) != ("CustomerCancellationPending", "CustomerCancelled"):
                self._untrue(f"shows {shown}, is {true}")
        if kind not in {*SUCCESS, "CancellationUnconfirmedError", "CancellationUnavailableError"}:
            self._untrue(f"unexpected {kind}")
        return kind

    def _untrue(self, what: str) -> None:
        self.verdict.untrue.append(f"seed {self.plan.seed}, {self.plan.name}: {what}")

    async def clicks(self) -> None:
        """Do what the customer does in this plan."""
        match self.plan.clicks:
            case "once":
                await self.click()
            case "twice":
                await asyncio.gather(self.click(), self._click_later())
            case "twice with a key":
                await asyncio.gather(self.click("k"), self._click_later("k"))
            case "once more with another key":
                await self.click("k1")
                await self.click("k2")
            case "disconnect, click again":
                call = asyncio.ensure_future(self.click("k"))
                await asyncio.sleep(self.plan.pause_seconds)
                call.cancel()
                with suppress(asyncio.CancelledError):
                    await call
                await self.click("k")

    async def _click_later(self, key: str | None = None) -> None:
        await asyncio.sleep(self.plan.pause_seconds)
        await self.click(key)

    async def break_readings(self) -> None:
        """Once the PATCH has arrived, add the faults of the readings after it."""
        await self.sandbox.request_log.wait_for(PATCH)
        for fault in self.plan.after:
            self.sandbox.faults.add(fault)

    def check_whole(self) -> None:
        """Check what must hold at the end."""
        answered = self.verdict.answers.count("CancellationUnavailableError")
        failed = max(answered, self.verdict.causes.total())
        patches = self.sandbox.request_log.count(PATCH)
        accepted = self.sandbox.cancellations.accepted
        where = f"seed {self.plan.seed}, {self.plan.name}"
        if patches > 1 + failed:
            self.verdict.doubles.append(f"{where}: {patches} PATCHes, {failed} known to have failed")
        if len(accepted) > 1:
            self.verdict.doubles.append(f"{where}: imin accepted {accepted}")
        if set(self.verdict.answers) == {"CancellationUnavailableError"} and self.is_cancelled():
            self._untrue("answered that nothing was cancelled, but everything was")

    async def check_next_read(self) -> None:
        """Check that a reading shows the final state once imin can no longer act on a lost PATCH."""
        self.sandbox.faults.clear()
        self.boot_clock.advance(DOUBT_SECONDS + 1)
        node = (await self.read(NEXT_READ, id=self.order))["node"]
        state = node["cancellation"] and node["cancellation"]["state"]
        if (state in {"PENDING", "CANCELLED"}) != self.is_cancelled() or state == "UNCONFIRMED":
            self.verdict.unsettled.append(f"seed {self.plan.seed}: {state}, but {self.true_statuses()}")


async def run(plan: Plan) -> Verdict:
    """Carry out a plan."""
    verdict = Verdict(plan.seed, plan.name)
    async with AsyncExitStack() as running:
        app = create_sandbox(SandboxSettings(now=NOW, confirm_after_seconds=plan.confirms))
        imin = await running.enter_async_context(listening(app, "127.0.0.1"))
        settings = Settings(port=0, imin_base_url=f"{imin}/api/v2", imin_api_key=SecretStr("sandbox-key"))
        boot_clock = PinnedBootClock()
        gateway = gateway_listening(settings, demo_caller, app[SANDBOX].clock.now, boot_clock=boot_clock)
        url = await running.enter_async_context(gateway)
        http = await running.enter_async_context(aiohttp.ClientSession())
        one = Run(plan, app[SANDBOX], url, http, verdict, boot_clock=boot_clock)
        await one.prepare()
        breaking = asyncio.ensure_future(one.break_readings())
        try:
            await one.clicks()
        finally:
            breaking.cancel()
        await _until_quiet(one)
        verdict.causes = await counted(http, url, "gateway_cancellations_unavailable_total")
        one.check_whole()
        await one.check_next_read()
    return verdict


async def counted(http: aiohttp.ClientSession, url: str, metric: str) -> Counter[str]:
    """The values of one of the gateway's counters, by its only label."""
    async with http.get(f"{url}/metrics") as response:
        families = text_string_to_metric_families(await response.text())
        samples = [sample for family in families for sample in family.samples if sample.name == metric]
    return Counter({next(iter(sample.labels.values())): int(sample.value) for sample in samples})


async def _until_quiet(one: Run) -> None:
    """Wait until imin has finished, including what takes effect after a 504."""
    late = max((fault.delay_seconds for fault in one.plan.patch if fault.kind == "late"), default=0.0)
    one.sandbox.faults.clear()
    await asyncio.sleep(late)
    while one.sandbox.request_log.in_flight:  # noqa: ASYNC110  # a call that the gateway has abandoned sends no event
        await asyncio.sleep(0.02)
