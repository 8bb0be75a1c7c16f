"""`make bench`: this gateway and its peers side by side over the same imin, answers checked first.

One core for the target, one for imin and the load. Rounds are interleaved; medians are told.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.processes import HERE, LOAD_CORE, TARGET_CORE, Process, load, running
from bench.upstream import CUSTOMER, write_out

NODE, PEER = ["node"], str(HERE / "peers" / "node")
TARGETS: dict[str, tuple[list[str], dict[str, str]]] = {
    "this gateway": (["python", "-m", "bench.target"], {}),
    "Mercurius + JIT": ([*NODE, f"{PEER}/mercurius.mjs"], {"JIT": "1", "NODE_ENV": "production"}),
    "Mercurius": ([*NODE, f"{PEER}/mercurius.mjs"], {"NODE_ENV": "production"}),
    "GraphQL Yoga + JIT": ([*NODE, f"{PEER}/yoga.mjs"], {"NODE_ENV": "production"}),
    "Apollo Server": ([*NODE, f"{PEER}/apollo.mjs"], {"NODE_ENV": "production"}),
    "Strawberry, fast": (["python", str(HERE / "peers" / "strawberry_peer.py")], {"FAST": "1"}),
    "Strawberry, naive": (["python", str(HERE / "peers" / "strawberry_peer.py")], {}),
}
CALLS = {"W1": 1, "W2": 1, "W3": 10, "W4": 5}
"""Requests to imin that each workload needs."""
CONNECTIONS = 16
# Cursors and links are each server's own. This gateway tells what can be cancelled by the clock, and
# works out lengths and ends that imin leaves out; the peers do not.
_HEAD = """Requests a second (processor microseconds a request), medians of {rounds} interleaved
rounds of {seconds} s, 16 connections, one core for the target. Nothing cached. Answers were compared
before anything was timed."""
_OPAQUE = {"cursor", "endCursor", "url", "isPresentlyCancellable", "duration", "endDate"}


def variables(workload: str, identifiers: list[str]) -> list[dict[str, str]]:
    """What the requests of a workload ask for, in turn."""
    if workload in {"W1", "W4"}:
        return [{"customer": CUSTOMER}]
    if workload == "W2":
        return [{"id": identifiers[n * 29 % len(identifiers)]} for n in range(64)]
    return [
        {name: identifiers[(n * 131 + 17 * k) % len(identifiers)] for k, name in enumerate("abcdefghij")}
        for n in range(64)
    ]


def alike(value: Any, key: str = "") -> Any:
    """An answer without what each may say in its own way."""
    if isinstance(value, dict):
        return {name: alike(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [alike(inner, key) for inner in value]
    if key == "amount":
        return float(value)
    return "" if key in _OPAQUE else value


def check(targets: dict[str, Process], imin: Process, bodies: dict[str, list[Any]]) -> dict[str, list[int]]:
    """Requests to imin by target and workload, after making sure that all answer the same."""
    calls: dict[str, list[int]] = {name: [] for name in targets}
    for workload, asked in bodies.items():
        expected = None
        for name, target in targets.items():
            target.ask("/graphql", asked[0])
            imin.ask("/count")
            answer = json.loads(target.ask("/graphql", asked[-1]))
            calls[name].append(int(imin.ask("/count")))
            data = alike(answer.get("data"))
            expected = expected or data
            if "errors" in answer or data != expected:
                sys.exit(f"{name} answers {workload} otherwise: {difference(answer, expected)}")
    return calls


def difference(one: Any, other: Any, path: str = "$") -> str:
    """Where two answers first differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(f"{path}.{key}", one[key], other[key]) for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(f"{path}[{n}]", *both) for n, both in enumerate(zip(one, other, strict=True))]
    else:
        return f"{path}: {one!r} and {other!r}"
    return next((difference(a, b, at) for at, a, b in pairs if a != b), "")


@contextmanager
def everything(names: list[str]) -> Iterator[tuple[dict[str, Process], Process]]:
    """All targets, over one imin."""
    with ExitStack() as stack:
        imin = stack.enter_context(running(["python", "-m", "bench.upstream"], LOAD_CORE))
        upstream = f"http://127.0.0.1:{imin.port}"
        yield (
            {
                name: stack.enter_context(
                    running(TARGETS[name][0], TARGET_CORE, UPSTREAM=upstream, **TARGETS[name][1])
                )
                for name in names
            },
            imin,
        )


def measure(target: Process, bodies: Path, seconds: float) -> tuple[float, float]:
    """Requests a second, and processor microseconds a request."""
    before = target.cpu_seconds()
    rate = load(target, bodies, seconds, CONNECTIONS)
    # None at all in so short a time: as slow as can be told.
    return rate, (target.cpu_seconds() - before) / max(rate * seconds, 1) * 1e6


def main() -> None:
    """Measure, print, write RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--targets", default=";".join(TARGETS))
    parser.add_argument("--workloads", default=",".join(CALLS))
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md")
    arguments = parser.parse_args()
    names, workloads = arguments.targets.split(";"), arguments.workloads.split(",")
    identifiers = write_out()
    bodies = {
        workload: [
            {"query": (HERE / "queries" / f"{workload}.graphql").read_text(), "variables": one}
            for one in variables(workload, identifiers)
        ]
        for workload in workloads
    }
    found: dict[str, dict[str, list[tuple[float, float]]]] = {w: {n: [] for n in names} for w in workloads}
    with everything(names) as (targets, imin), tempfile.TemporaryDirectory() as directory:
        calls = check(targets, imin, bodies)
        for workload, asked in bodies.items():
            Path(directory, workload).write_text("\n".join(map(json.dumps, asked)) + "\n")
        for target in targets.values():
            target.pause()
        for _ in range(arguments.rounds):
            for workload in workloads:
                for name, target in targets.items():
                    target.resume()
                    load(target, Path(directory, workload), 1, CONNECTIONS)
                    found[workload][name].append(
                        measure(target, Path(directory, workload), arguments.seconds)
                    )
                    target.pause()
        memory = {name: target.megabytes() for name, target in targets.items()}
    text = report(found, calls, memory, arguments.rounds, arguments.seconds)
    sys.stdout.write(text)
    if arguments.write:
        (HERE / "RESULTS.md").write_text(text)


def report(
    found: dict[str, dict[str, list[tuple[float, float]]]],
    calls: dict[str, list[int]],
    memory: dict[str, float],
    rounds: int,
    seconds: int,
) -> str:
    """The results as a page of Markdown."""
    model = next((line.partition(":")[2] for line in _lines("/proc/cpuinfo") if "model name" in line), "")
    machine = (
        f"Machine: {os.cpu_count()} cores,{model}; {platform.system()}, Python {platform.python_version()}; "
        f"load average at the end {os.getloadavg()[0]:.1f}."
    )
    lines = [
        "# Results",
        "",
        _HEAD.format(rounds=rounds, seconds=seconds),
        "",
        machine,
        "",
        "| | " + " | ".join(found) + " | MB |",
        "|---|" + "---|" * (len(found) + 1),
    ]
    for name, megabytes in memory.items():
        cells = []
        for measured in found.values():
            rate, cpu = (statistics.median(one[k] for one in measured[name]) for k in (0, 1))
            cells.append(f"{rate:,.0f} ({cpu:,.0f})")
        lines.append(f"| {name} | {' | '.join(cells)} | {megabytes:.0f} |")
    lines += ["", "This gateway, as a multiple of each:", "", "| | " + " | ".join(found) + " |"]
    lines.append("|---|" + "---|" * len(found))
    ours, *peers = memory
    for name in peers:
        ratios = [
            statistics.median(
                a[0] / max(b[0], 0.1) for a, b in zip(measured[ours], measured[name], strict=True)
            )
            for measured in found.values()
        ]
        lines.append(f"| {name} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |")
    lines += ["", "Requests to imin:", "", "| | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    lines += [f"| {name} | {' | '.join(map(str, counted))} |" for name, counted in calls.items()]
    return "\n".join(lines) + "\n"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


main()
