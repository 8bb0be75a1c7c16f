"""`make bench`: this gateway and its peers side by side over the same imin, answers checked first.

One core for the target, one for imin and the load. Rounds are interleaved; medians are told.
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
from bench.machine import described, others
from bench.plan import Plan
from bench.report import TABLES, kept, page, write
from bench.targets import BASELINE, OURS, TARGETS, baseline, tailcall_runs
from bench.workloads import CALLS


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (%(default)s)")
    parser.add_argument("--seconds", type=int, default=2, help="of a round of the main table (%(default)s)")
    parser.add_argument("--targets", default=",".join(TARGETS), help="names, with commas: %(default)s")
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="DIRECTORY",
        help="measure this checkout beside another one of this gateway, and beside nothing else",
    )
    parser.add_argument("--workloads", default=",".join(CALLS), help="%(default)s")
    parser.add_argument("--only", default=",".join(TABLES), help="tables, with commas: %(default)s")
    parser.add_argument("--memory-requests", type=int, default=100_000, help="(%(default)s)")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md; tables not run stay")
    return parser.parse_args()


def main() -> None:
    """Measure, print, write."""
    signal.signal(signal.SIGTERM, _stop)
    said = options()
    if missing := [program for program in ("node", "wrk", "setpriv", "taskset") if not shutil.which(program)]:
        sys.exit(f"needs {', '.join(missing)}")
    targets = _with_baseline(said.baseline) if said.baseline else _targets(said.targets)
    plan = Plan(said.rounds, said.seconds, targets, _names(said.workloads, CALLS), said.memory_requests)
    results, failed = kept() if said.write else {}, False
    for name in _names(said.only, TABLES):
        progress(f"table: {name}")
        measured = run(name, plan)
        failed |= measured is None
        if measured is not None:
            results[name] = measured
        # Each time, so that what fails later loses nothing.
        if said.write:
            write(results)
    sys.stdout.write(page(results))
    sys.exit(failed)


def run(name: str, plan: Plan) -> dict[str, Any] | None:
    """One table's results; None, and why on standard error, where something failed."""
    measure, _tell = TABLES[name]
    share = others()
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


def _targets(said: str) -> list[str]:
    names = _names(said, TARGETS)
    if "Tailcall" in names and not tailcall_runs():
        progress("Tailcall does not run on this machine, so it is left out")
        names.remove("Tailcall")
    return names


def _names(said: str, known: dict[str, Any]) -> list[str]:
    names = said.split(",")
    if unknown := set(names) - set(known):
        sys.exit(f"no such: {', '.join(unknown)}; there are {', '.join(known)}")
    return names


def _stop(*_signal: object) -> NoReturn:
    sys.exit("stopped")


if __name__ == "__main__":
    main()
