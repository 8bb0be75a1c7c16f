"""Many runs in several processes, and their figures."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from gateway.observability.logging import configure_logs
from tests.faults.change_kill import run_change_kill
from tests.faults.change_run import change_plan, run_change
from tests.faults.kill import run_kill
from tests.faults.plan import plan
from tests.faults.run import Verdict, run

_CONCURRENT_RUNS = 6
_UNCONFIRMED = "UnconfirmedError"


@dataclass(frozen=True)
class Report:
    """The figures of many runs. unconfirmed: share of the runs with an unconfirmed answer.

    causes: of the answers CancellationUnavailableError, including those to clients that had left.
    """

    runs: int
    answers: Counter[str]
    unconfirmed_by_fault: Counter[str]
    unconfirmed: float
    p50_seconds: float
    p99_seconds: float
    untrue: list[str]
    doubles: list[str]
    unsettled: list[str]
    causes: Counter[str]

    @property
    def is_sound(self) -> bool:
        """Whether no run broke a promise."""
        return not (self.doubles or self.untrue or self.unsettled)

    def text(self) -> str:
        lines = [
            f"{self.runs} runs, {sum(self.answers.values())} answers",
            *(f"  {count:5} {kind}" for kind, count in self.answers.most_common()),
            *([f"causes of unavailable  {dict(self.causes.most_common())}"] if self.causes else []),
            f"sent twice       {len(self.doubles)}",
            f"untrue answers   {len(self.untrue)}",
            f"unconfirmed      {self.unconfirmed:.1%} of the runs {dict(self.unconfirmed_by_fault)}",
            f"not settled by the next read  {len(self.unsettled)}",
            f"p50 {self.p50_seconds:.2f} s, p99 {self.p99_seconds:.2f} s",
            *self.doubles,
            *self.untrue,
            *self.unsettled,
        ]
        return "\n".join(lines)


def report(runs: int, processes: int, first_seed: int = 1) -> Report:
    """Figures of cancellations with random faults."""
    return _report(_cancel, runs, processes, first_seed)


def kill_report(runs: int, processes: int, first_seed: int = 1) -> Report:
    """Figures of cancellations during which the gateway is killed."""
    return _report(_kill, runs, processes, first_seed, at_once=1)


def change_report(operation: str, runs: int, processes: int, first_seed: int = 1) -> Report:
    """Figures of another mutation with random faults. operation: a key of OPERATIONS."""
    return _report(partial(_change, operation), runs, processes, first_seed)


def change_kill_report(operation: str, runs: int, processes: int, first_seed: int = 1) -> Report:
    """Figures of another mutation during which the gateway is killed."""
    return _report(partial(_kill_change, operation), runs, processes, first_seed, at_once=1)


Run = Callable[[int], Awaitable[Verdict]]
"""Makes the run of a seed."""


def _report(
    one: Run, runs: int, processes: int, first_seed: int, *, at_once: int = _CONCURRENT_RUNS
) -> Report:
    seeds = range(first_seed, first_seed + runs)
    parts = [seeds[number::processes] for number in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        verdicts = [verdict for part in pool.map(partial(_run_all, one, at_once), parts) for verdict in part]
    return figures(verdicts)


def _run_all(one: Run, at_once: int, seeds: Iterable[int]) -> list[Verdict]:
    configure_logs("ERROR")
    return asyncio.run(_concurrently(one, at_once, seeds))


async def _concurrently(one: Run, at_once: int, seeds: Iterable[int]) -> list[Verdict]:
    slots = asyncio.Semaphore(at_once)

    async def run_one(seed: int) -> Verdict:
        async with slots:
            return await one(seed)

    return await asyncio.gather(*map(run_one, seeds))


async def _cancel(seed: int) -> Verdict:
    return await run(plan(seed))


async def _kill(seed: int) -> Verdict:
    with TemporaryDirectory() as folder:
        return await run_kill(seed, Path(folder) / "state.sqlite3")


async def _change(operation: str, seed: int) -> Verdict:
    return await run_change(change_plan(operation, seed))


async def _kill_change(operation: str, seed: int) -> Verdict:
    with TemporaryDirectory() as folder:
        return await run_change_kill(operation, seed, Path(folder) / "state.sqlite3")


def figures(verdicts: list[Verdict]) -> Report:
    """The figures of these runs."""
    seconds = sorted(second for verdict in verdicts for second in verdict.seconds)
    unconfirmed = [
        verdict for verdict in verdicts if any(answer.endswith(_UNCONFIRMED) for answer in verdict.answers)
    ]
    shares = quantiles([*seconds, *seconds], n=100)  # doubled, because quantiles needs two values
    return Report(
        runs=len(verdicts),
        answers=Counter(answer for verdict in verdicts for answer in verdict.answers),
        unconfirmed_by_fault=Counter(verdict.fault for verdict in unconfirmed),
        unconfirmed=len(unconfirmed) / len(verdicts),
        causes=sum((verdict.causes for verdict in verdicts), Counter()),
        p50_seconds=shares[49],
        p99_seconds=shares[98],
        untrue=[what for verdict in verdicts for what in verdict.untrue],
        doubles=[what for verdict in verdicts for what in verdict.doubles],
        unsettled=[what for verdict in verdicts for what in verdict.unsettled],
    )
