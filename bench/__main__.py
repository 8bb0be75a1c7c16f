"""`make bench`: this gateway beside its peers over the same imin, after checking that all answer the same.

The target has one core; imin and the load share the other. Rounds are interleaved and medians reported.
"""

import argparse
import shutil
import signal
import subprocess
import sys
from http.client import HTTPException
from pathlib import Path
from typing import Any, NoReturn

from bench.lane import progress
from bench.machine import described, watch_others
from bench.plan import Plan
from bench.report import TABLES, page, stored, write
from bench.targets import BASELINE, OURS, TARGETS, baseline, tailcall_runs
from bench.workloads import CALLS


def options() -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (%(default)s)")
    parser.add_argument(
        "--seconds", type=int, default=2, help="length of a round of the main table (%(default)s)"
    )
    parser.add_argument("--targets", default=",".join(TARGETS), help="comma-separated names (%(default)s)")
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="DIRECTORY",
        help="measure this checkout beside another one of this gateway, and beside nothing else",
    )
    parser.add_argument("--workloads", default=",".join(CALLS), help="comma-separated names (%(default)s)")
    parser.add_argument("--only", default=",".join(TABLES), help="comma-separated tables (%(default)s)")
    parser.add_argument(
        "--memory-requests", type=int, default=100_000, help="requests of the memory table (%(default)s)"
    )
    parser.add_argument(
        "--followers", type=int, default=10_000, help="followers of the followers table (%(default)s)"
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="write RESULTS.md; tables that are not run keep their last result",
    )
    return parser.parse_args()


def main() -> None:
    """Measure, print, write."""
    signal.signal(signal.SIGTERM, _stop)
    arguments = options()
    if missing := [program for program in ("node", "wrk", "setpriv", "taskset") if not shutil.which(program)]:
        sys.exit(f"needs {', '.join(missing)}")
    targets = _with_baseline(arguments.baseline) if arguments.baseline else _targets(arguments.targets)
    plan = Plan(
        arguments.rounds,
        arguments.seconds,
        targets,
        _names(arguments.workloads, CALLS),
        arguments.memory_requests,
        arguments.followers,
    )
    results, failed = stored() if arguments.write else {}, False
    for name in _names(arguments.only, TABLES):
        progress(f"table: {name}")
        measured = run(name, plan)
        failed |= measured is None
        if measured is not None:
            results[name] = measured
        # After each table, so that a later failure loses nothing.
        if arguments.write:
            write(results)
    sys.stdout.write(page(results))
    sys.exit(failed)


def run(name: str, plan: Plan) -> dict[str, Any] | None:
    """One table's results; None if something failed, with the reason on standard error."""
    measure, _render = TABLES[name]
    share = watch_others()
    try:
        measured = measure(plan)
    except (RuntimeError, OSError, ValueError, HTTPException, subprocess.SubprocessError) as error:
        progress(f"table {name} failed: {error}")
        return None
    return {"rounds": plan.rounds, "machine": described(), "others": share(), **measured}


def _with_baseline(directory: Path) -> list[str]:
    if not (directory / "bench" / "target.py").exists():
        sys.exit(f"{directory} is no checkout of this gateway: it has no bench/target.py")
    TARGETS[BASELINE] = baseline(directory.resolve())
    return [OURS, BASELINE]


def _targets(arguments: str) -> list[str]:
    names = _names(arguments, TARGETS)
    if "Tailcall" in names and not tailcall_runs():
        progress("Tailcall does not run on this machine and is left out")
        names.remove("Tailcall")
    return names


def _names(arguments: str, known: dict[str, Any]) -> list[str]:
    names = arguments.split(",")
    if unknown := set(names) - set(known):
        sys.exit(f"unknown: {', '.join(unknown)}; choose from {', '.join(known)}")
    return names


def _stop(*_signal: object) -> NoReturn:
    sys.exit("stopped")


if __name__ == "__main__":
    main()
