"""Cancelling while imin works for half of the calls: how many succeed, and what fails the others."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import aiohttp
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import SANDBOX, Fault, FaultKind, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.faults.plan import PATCH, READ, Plan
from tests.faults.report import Report, figures
from tests.faults.run import DOUBT_SECONDS, NOW, Run, Verdict, counted
from tests.support.clocks import PinnedBootClock

_CONCURRENT = 8
_CUSTOMER = "1234"
ORDERS = """
query ($after: String) { viewer { orders(first: 100, after: $after) {
  nodes { id items { id identifier } } pageInfo { endCursor }
} } }
"""


@dataclass(frozen=True)
class Outage:
    """What half of the requests get, one of these kinds each."""

    reads: tuple[FaultKind, ...]
    patches: tuple[FaultKind, ...]

    def begin(self, sandbox: Sandbox) -> None:
        """Let half of the reads of orders and half of the PATCHes fail."""
        for route, kinds in ((READ, self.reads), (PATCH, self.patches)):
            for number, kind in enumerate(kinds):
                # So that each kind gets the same share, and all of them together half.
                share = 0.5 / len(kinds)
                sandbox.faults.add(Fault(route, kind, None, share=share / (1 - number * share)))


MIXED = Outage(
    ("reset", "500", "502_html", "503", "black_hole", "truncate"),
    ("reset", "reset_after", "500", "status_after", "502_html", "503", "black_hole", "half_open"),
)
HANGING = Outage(("black_hole",), ("black_hole", "half_open"))


@dataclass(frozen=True)
class OutageReport:
    """The figures of an outage. rejected: requests that were refused before being sent, by endpoint."""

    figures: Report
    rejected: Counter[str]

    @property
    def by_breaker(self) -> int:
        """Cancellations that a circuit breaker refused."""
        return sum(count for cause, count in self.figures.causes.items() if cause.endswith(" breaker"))

    @property
    def is_sound(self) -> bool:
        """Whether every answer was true, and no breaker refused a cancellation."""
        return self.figures.is_sound and not self.by_breaker

    def text(self) -> str:
        return f"{self.figures.text()}\nrequests refused before being sent  {dict(self.rejected)}"


async def outage_report(outage: Outage, cancellations: int) -> OutageReport:
    """Cancel that many orders through one gateway during an outage, eight at a time."""
    async with AsyncExitStack() as running:
        app = create_sandbox(SandboxSettings(now=NOW))
        sandbox, boot_clock = app[SANDBOX], PinnedBootClock()
        for _ in range(cancellations):
            sandbox.add_order(_CUSTOMER, items=2)
        imin = await running.enter_async_context(listening(app, "127.0.0.1"))
        settings = Settings(port=0, imin_base_url=f"{imin}/api/v2", imin_api_key=SecretStr("sandbox-key"))
        gateway = gateway_listening(settings, demo_caller, sandbox.clock.now, boot_clock=boot_clock)
        url = await running.enter_async_context(gateway)
        http = await running.enter_async_context(aiohttp.ClientSession())
        blank = Run(Plan(0, "once", 0.0, 2, 20.0), sandbox, url, http, Verdict(0, ""), boot_clock=boot_clock)
        runs = await _runs(blank, cancellations)
        outage.begin(sandbox)
        await _cancel_all(runs)
        causes = await counted(http, url, "gateway_cancellations_unavailable_total")
        rejected = await counted(http, url, "gateway_imin_turned_away_total")
        await _check(runs)
    found = figures([run.verdict for run in runs])
    return OutageReport(replace(found, causes=causes), +rejected)


async def _runs(blank: Run, count: int) -> list[Run]:
    """One run for each of the customer's newest orders."""
    runs: list[Run] = []
    after = None
    numbers = blank.sandbox.store.identifiers(_CUSTOMER)
    while len(runs) < count:
        page = (await blank.send(ORDERS, after=after))["viewer"]["orders"]
        after = page["pageInfo"]["endCursor"]
        for order in page["nodes"][: count - len(runs)]:
            seed = len(runs)
            runs.append(
                replace(
                    blank,
                    plan=replace(blank.plan, seed=seed),
                    verdict=Verdict(seed, "partial outage"),
                    order=order["id"],
                    number=numbers[seed],
                    items=[item["id"] for item in order["items"]],
                    names=[item["identifier"] for item in order["items"]],
                )
            )
    return runs


async def _cancel_all(runs: list[Run]) -> None:
    slots = asyncio.Semaphore(_CONCURRENT)

    async def cancel(run: Run) -> None:
        async with slots:
            await run.click()

    await asyncio.gather(*map(cancel, runs))


async def _check(runs: list[Run]) -> None:
    """Check that no order got two PATCHes, and that a reading shows the final state of each."""
    sandbox = runs[0].sandbox
    patches = Counter(entry.path for entry in sandbox.request_log.entries if entry.route == PATCH)
    sandbox.faults.clear()
    runs[0].boot_clock.advance(DOUBT_SECONDS + 1)
    for run in runs:
        if patches[f"/api/v2/orders/{run.number}"] > 1:
            run.verdict.doubles.append(f"order {run.plan.seed}: {run.verdict.answers}")
        await run.check_next_read()
