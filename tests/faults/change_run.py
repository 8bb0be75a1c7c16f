"""One run of a mutation that makes one request: sandbox, gateway, some clicks, a check of every answer."""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import SANDBOX, Fault, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.plan import CLICKS, PATCH_FAULTS, READ_FAULTS, Clicks, random_fault
from tests.faults.run import DOUBT_SECONDS, NOW, Verdict, counted
from tests.support.clocks import PinnedBootClock

_PROBABILITY = 0.6
"""Of a fault of the request, and of the readings after it."""


@dataclass(frozen=True)
class ChangePlan:
    """One run, which depends only on its seed."""

    seed: int
    operation: str
    clicks: Clicks
    pause_seconds: float
    faults: tuple[Fault, ...]

    @property
    def fault(self) -> str:
        """Kind of the fault."""
        return self.faults[0].kind if self.faults else "none"


def change_plan(operation: str, seed: int) -> ChangePlan:
    """The plan of a seed."""
    random = Random(f"{operation} {seed}")  # noqa: S311  # a repeatable draw
    route, reading = OPERATIONS[operation].route, OPERATIONS[operation].reading
    faults = [random_fault(random, route, PATCH_FAULTS, 1)] if random.random() < _PROBABILITY else []
    if reading and random.random() < _PROBABILITY:
        faults.append(random_fault(random, reading, READ_FAULTS, random.choice([1, 2])))
    return ChangePlan(
        seed,
        operation,
        random.choice(CLICKS),
        random.choice([0.0, 0.01, 0.1, 0.5]),
        tuple(faults),
    )


@dataclass
class ChangeRun:
    """A run in progress. answers: the results by the key of their call, None for calls without one."""

    name: str
    operation: Operation
    sandbox: Sandbox
    url: str
    http: aiohttp.ClientSession
    verdict: Verdict
    before: frozenset[str] = frozenset()
    input: dict[str, Any] = field(default_factory=dict)
    answers: dict[str | None, list[Any]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Choose the input."""
        self.input = self.operation.input(self.sandbox)
        self.before = frozenset(self.operation.effects(self.sandbox))
        self.sandbox.request_log.clear()

    @property
    def sent(self) -> int:
        """Requests that imin has received."""
        return self.sandbox.request_log.count(self.operation.route)

    @property
    def effects(self) -> list[str]:
        """What they have made."""
        return [one for one in self.operation.effects(self.sandbox) if one not in self.before]

    async def click(self, key: str | None = None) -> Any:
        """Call the mutation; its result."""
        given = self.input | ({"idempotencyKey": key} if key else {})
        began = time.monotonic()
        body = {"query": self.operation.document, "variables": {"input": given}}
        async with self.http.post(f"{self.url}/graphql", json=body) as response:
            answer = await response.json()
        self.verdict.seconds.append(time.monotonic() - began)
        assert "errors" not in answer, answer
        result = answer["data"]["payload"]["result"]
        self.answers.setdefault(key, []).append(result)
        self.verdict.answers.append(result["__typename"])
        self._check(result)
        return result

    def _check(self, result: Any) -> None:
        """Check that a result is true now, as far as it can be at once."""
        kind = result["__typename"]
        if kind in self.operation.successes:
            if self.operation.effect_of(result) not in self.operation.effects(self.sandbox):
                self.untrue(f"{kind} that imin does not have")
        elif kind not in self.operation.refusals and not kind.endswith(
            ("UnconfirmedError", "UnavailableError")
        ):
            self.untrue(f"unexpected {kind}")

    def untrue(self, what: str) -> None:
        self.verdict.untrue.append(f"{self.name}: {what}")

    def possible(self, key: str | None) -> int:
        """How many requests the answers under a key admit."""
        results = self.answers.get(key, [])
        effects = [
            self.operation.effect_of(result)
            for result in results
            if result["__typename"] in self.operation.successes
        ]
        claimed = set(effects) if self.operation.makes_new else effects
        is_unknown = any(result["__typename"].endswith("UnconfirmedError") for result in results)
        return len(claimed) + is_unknown if key is None else min(1, len(claimed) + is_unknown)

    def check_whole(self, failed: int) -> None:
        """Check what must hold at the end. failed: calls of which the gateway says that nothing was made."""
        keys = [key for key in self.answers if key is not None]
        most = sum(map(self.possible, self.answers))
        refused = sum(
            result["__typename"] in self.operation.refusals
            for results in self.answers.values()
            for result in results
        )
        if self.sent > failed + refused + most:
            self.verdict.doubles.append(f"{self.name}: {self.sent} requests, {self.verdict.answers}")
        if len(self.effects) > most:
            self.verdict.doubles.append(f"{self.name}: {self.effects}, {self.verdict.answers}")
        for key in keys:
            claims = {str(result) for result in self.answers[key] if self._is_known(result)}
            if len(claims) > 1:
                self.untrue(f"one key, several outcomes: {claims}")

    def _is_known(self, result: Any) -> bool:
        return result["__typename"] in self.operation.successes | self.operation.refusals

    async def check_again(self, key: str) -> None:
        """Check that the key gives what it gave before or what the account shows, and sends nothing again."""
        last, sent = self.answers[key][-1], self.sent
        again = await self.click(key)
        if self._is_known(last):
            is_right = again == last and self.sent == sent
        elif last["__typename"].endswith("UnavailableError"):
            is_right = again["__typename"] in self.operation.successes
        elif self.operation.is_found_out and self.effects:
            is_right = again["__typename"] in self.operation.successes and self.sent == sent
        else:
            is_right = again == last and self.sent == sent
        if not is_right:
            self.verdict.unsettled.append(f"{self.name}: {last}, then {again}")


async def run_change(plan: ChangePlan) -> Verdict:
    """Carry out a plan."""
    verdict = Verdict(plan.seed, plan.fault)
    async with AsyncExitStack() as running:
        app = create_sandbox(SandboxSettings(now=NOW))
        imin = await running.enter_async_context(listening(app, "127.0.0.1"))
        settings = Settings(
            port=0,
            imin_base_url=f"{imin}/api/v2",
            imin_api_key=SecretStr("sandbox-key"),
            checkout_base_url=imin,
        )
        boot_clock, sandbox = PinnedBootClock(), app[SANDBOX]
        gateway = gateway_listening(settings, demo_caller, sandbox.clock.now, boot_clock=boot_clock)
        url = await running.enter_async_context(gateway)
        http = await running.enter_async_context(aiohttp.ClientSession())
        name = f"{plan.operation}, seed {plan.seed}, {plan.fault}"
        one = ChangeRun(name, OPERATIONS[plan.operation], sandbox, url, http, verdict)
        one.prepare()
        for fault in plan.faults:
            sandbox.faults.add(fault)
        await _clicks(one, plan)
        await _until_quiet(sandbox, plan)
        outcomes = await counted(http, url, "gateway_changes_total")
        one.check_whole(outcomes[f"{plan.operation} NotMade"])
        boot_clock.advance(DOUBT_SECONDS + 1)
        for key in [key for key in one.answers if key is not None]:
            await one.check_again(key)
    return verdict


async def _clicks(one: ChangeRun, plan: ChangePlan) -> None:
    """Do what the customer does in this plan."""
    match plan.clicks:
        case "once":
            await one.click()
        case "twice":
            await asyncio.gather(one.click(), _later(plan, one.click()))
        case "twice with a key":
            await asyncio.gather(one.click("k"), _later(plan, one.click("k")))
        case "once more with another key":
            await one.click("k1")
            await one.click("k2")
        case "disconnect, click again":
            call = asyncio.ensure_future(one.click("k"))
            await asyncio.sleep(plan.pause_seconds)
            call.cancel()
            with suppress(asyncio.CancelledError):
                await call
            await one.click("k")


async def _later(plan: ChangePlan, call: Awaitable[Any]) -> None:
    await asyncio.sleep(plan.pause_seconds)
    await call


async def _until_quiet(sandbox: Sandbox, plan: ChangePlan) -> None:
    """Wait until imin has finished, including what takes effect after a 504."""
    late = max((fault.delay_seconds for fault in plan.faults if fault.kind == "late"), default=0.0)
    sandbox.faults.clear()
    await asyncio.sleep(late)
    while sandbox.request_log.in_flight:  # noqa: ASYNC110  # a call that the gateway has abandoned sends no event
        await asyncio.sleep(0.02)
