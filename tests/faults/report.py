"""Many runs in several processes, and their figures."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from gateway.observability.logging import configure_logs
from tests.faults.kill import run_kill
from tests.faults.plan import plan
from tests.faults.run import Verdict, run

_CONCURRENT_RUNS = 6
_UNCONFIRMED = "CancellationUnconfirmedError"


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
            f"double PATCHes   {len(self.doubles)}",
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
    """Figures of runs with random faults."""
    seeds = range(first_seed, first_seed + runs)
    parts = [seeds[number::processes] for number in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        verdicts = [verdict for part in pool.map(_run_all, parts) for verdict in part]
    return figures(verdicts)


def kill_report(runs: int, processes: int, first_seed: int = 1) -> Report:
    """Figures of runs in which the gateway is killed."""
    seeds = range(first_seed, first_seed + runs)
    parts = [seeds[number::processes] for number in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return figures([verdict for part in pool.map(_kill_all, parts) for verdict in part])


def _kill_all(seeds: Iterable[int]) -> list[Verdict]:
    configure_logs("ERROR")
    return asyncio.run(_in_sequence(seeds))


async def _in_sequence(seeds: Iterable[int]) -> list[Verdict]:
    verdicts = []
    for seed in seeds:
        with TemporaryDirectory() as folder:
            verdicts.append(await run_kill(seed, Path(folder) / "state.sqlite3"))
    return verdicts


def _run_all(seeds: Iterable[int]) -> list[Verdict]:
    configure_logs("ERROR")
    return asyncio.run(_concurrently(seeds))


async def _concurrently(seeds: Iterable[int]) -> list[Verdict]:
    slots = asyncio.Semaphore(_CONCURRENT_RUNS)

    async def run_one(seed: int) -> Verdict:
        async with slots:
            return await run(plan(seed))

    return await asyncio.gather(*map(run_one, seeds))


def figures(verdicts: list[Verdict]) -> Report:
    """The figures of these runs."""
    seconds = sorted(second for verdict in verdicts for second in verdict.seconds)
    unconfirmed = [verdict for verdict in verdicts if _UNCONFIRMED in verdict.answers]
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
