"""The followers table: what many idle subscribers of one order cost, beside peers that do the same."""

import resource
import tempfile
from pathlib import Path
from typing import Any

from bench.followers.measure import CUSTOMER, measure_round
from bench.followers.servers import COMMANDS, POLL_SECONDS
from bench.followers.tokens import write_tokens
from bench.lane import progress
from bench.plan import Plan
from bench.targets import BASELINE, OURS
from bench.text import Rounds, median, table

ROUNDS = 3
SPARE_FILES = 200
INTRODUCTION = """\
{count:,} followers of one order, over WebSockets, each with a token of its own that is verified with RS256;
medians of {rounds} interleaved rounds. One core for the server, one for the sandbox and the followers. Each
server reads the order every {poll_seconds} s. This gateway runs as `gateway serve` does: rate limits, cache,
INFO logs, a check of each token every 15 s. A follower has joined when it has connected, authenticated,
subscribed and got its first event. Memory is the growth of the resident set for each follower. The time of a
change counts from its request to the sandbox until followers have received it. Where other processes use the
machine, joins a second say more about the load's core than about the server: compare its processor time."""
COLUMNS = {
    "KB each": ("kilobytes", "{:.1f}"),
    "MB in all": ("megabytes", "{:.0f}"),
    "joins/s": ("joins", "{:,.0f}"),
    "CPU µs per join": ("join_cpu_us", "{:,.0f}"),
    "first hears, s": ("first", "{:.2f}"),
    "all have heard, s": ("last", "{:.2f}"),
    "CPU µs per event": ("event_cpu_us", "{:,.0f}"),
}


def measure(plan: Plan) -> dict[str, Any]:
    """Rounds of each server. Needs two open files for each follower, one here and one in the server."""
    count, rounds = _affordable(plan.followers), min(plan.rounds, ROUNDS)
    names = [name for name in COMMANDS if BASELINE not in plan.targets or name.startswith(OURS)]
    found: dict[str, Rounds] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as directory:
        progress(f"signing {count} tokens")
        tokens = Path(directory) / "tokens"
        public_key = write_tokens(CUSTOMER, count, tokens)
        for number in range(rounds):
            for name in names:
                found[name].append(measure_round(name, count, public_key, tokens))
            progress(f"round {number + 1} of {rounds}")
    return {"found": found, "count": count, "rounds": rounds, "poll_seconds": POLL_SECONDS}


def best_of_peers(result: dict[str, Any], key: str, choose: Any) -> float:
    """The best median of any peer. choose: min or max."""
    peers = [rounds for name, rounds in result["found"].items() if not name.startswith(OURS)]
    return float(choose(median(rounds, key) for rounds in peers))


def render(result: dict[str, Any]) -> list[str]:
    """The table."""
    rows = [
        [name, *(pattern.format(median(rounds, key)) for key, pattern in COLUMNS.values())]
        for name, rounds in result["found"].items()
    ]
    return ["## Followers", INTRODUCTION.format(**result), table(["", *COLUMNS], rows)]


def _affordable(count: int) -> int:
    """As many followers as the limit of open files allows, which is raised as far as it may be."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    most = hard - SPARE_FILES
    if count > most:
        progress(f"{count} followers need {count + SPARE_FILES} open files: {most} of them, then")
    return min(count, most)
