"""Many followers of one order: memory of each, joins a second, and time until all heard a change.

The server has one core; the sandbox and the followers share the other. A server is warmed up by followers
that join and leave before its memory is measured. Rounds are interleaved, and medians reported. It needs
two open files for each follower, one here and one in the server.
"""

import argparse
import resource
import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from bench.followers.measure import CUSTOMER, measure
from bench.followers.servers import COMMANDS
from bench.followers.tokens import write_tokens
from bench.lane import progress
from bench.machine import described, watch_others
from bench.text import Rounds, median, table

SPARE_FILES = 200
COLUMNS = {
    "KB each": ("kilobytes", "{:.1f}"),
    "MB": ("megabytes", "{:.0f}"),
    "joins a second": ("joins", "{:,.0f}"),
    "µs of CPU a join": ("join_cpu_us", "{:,.0f}"),
    "change heard by the first, s": ("first", "{:.2f}"),
    "by all, s": ("last", "{:.2f}"),
    "CPU while idle": ("idle", "{:.1%}"),
}


def options() -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="python -m bench.followers", description=__doc__)
    parser.add_argument("--followers", type=int, default=10_000, help="of one order (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds (%(default)s)")
    parser.add_argument("--servers", default=",".join(COMMANDS), help="comma-separated (%(default)s)")
    return parser.parse_args()


def main() -> None:
    """Measure, and print a table."""
    signal.signal(signal.SIGTERM, _stop)
    arguments = options()
    count = affordable(arguments.followers)
    names = arguments.servers.split(",")
    share = watch_others()
    found: dict[str, Rounds] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        progress(f"signing {count} tokens")
        public_key = write_tokens(CUSTOMER, count, directory / "tokens")
        for number in range(arguments.rounds):
            for name in names:
                found[name].append(measure(name, count, public_key, directory))
                progress(f"round {number + 1}, {name}: {found[name][-1]}")
    sys.stdout.write(f"{count:,} followers. {described()}. Others used {share():.0%}.\n\n{shown(found)}\n")


def affordable(count: int) -> int:
    """As many followers as the limit of open files allows, which is raised as far as it may be."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    most = hard - SPARE_FILES
    if count > most:
        progress(f"{count} followers need {count + SPARE_FILES} open files, only {hard} are allowed: {most}")
    return min(count, most)


def shown(found: dict[str, Rounds]) -> str:
    """The medians as a Markdown table."""
    rows = [
        [name, *(pattern.format(median(rounds, key)) for key, pattern in COLUMNS.values())]
        for name, rounds in found.items()
    ]
    return table(["", *COLUMNS], rows)


def _stop(*_signal: object) -> NoReturn:
    sys.exit("stopped")


if __name__ == "__main__":
    main()
