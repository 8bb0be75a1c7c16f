"""`python -m tests.faults 2000 50`: cancel 2,000 times with random faults, 50 with kill -9, in two outages.

Then the same for each other mutation that makes one request, with half as many random faults.
"""

import asyncio
import os
import sys

from gateway.observability.logging import configure_logs
from tests.faults.operations import OPERATIONS
from tests.faults.partial_outage import HANGING, MIXED, OutageReport, outage_report
from tests.faults.report import Report, change_kill_report, change_report, kill_report, report


def main() -> None:
    """Make the runs, print the figures, and exit with 1 if a run broke a promise."""
    runs, kills = (int(argument) for argument in [*sys.argv[1:], "200", "5"][:2])
    processes, in_outage = os.cpu_count() or 1, max(20, runs * 3 // 20)
    configure_logs("ERROR")
    are_sound = [
        _print("Random faults and double clicks", report(runs, processes)),
        _print("Kill -9 and restart", kill_report(kills, processes)),
        _print("Half of the reads and PATCHes fail", asyncio.run(outage_report(MIXED, in_outage))),
        _print("Half of the reads and PATCHes hang", asyncio.run(outage_report(HANGING, in_outage))),
    ]
    for name in OPERATIONS:
        are_sound.append(_print(f"{name} under random faults", change_report(name, runs // 2, processes)))
        are_sound.append(_print(f"{name} and kill -9", change_kill_report(name, kills, processes)))
    sys.exit(not all(are_sound))


def _print(title: str, found: Report | OutageReport) -> bool:
    """Print the figures; returns whether no promise was broken."""
    sys.stdout.write(f"{title}: {found.text()}\n\n")
    sys.stdout.flush()
    return found.is_sound


if __name__ == "__main__":
    main()
