"""`python -m tests.faults 2000 50`: 2,000 runs with random faults, then 50 with kill -9."""

import os
import sys

from tests.faults.report import Report, kill_report, report


def main() -> None:
    """Make the runs, print the figures, and exit with 1 if a run broke a promise."""
    runs, kills = (int(argument) for argument in [*sys.argv[1:], "200", "5"][:2])
    processes = os.cpu_count() or 1
    _print("Random faults and double clicks", found := report(runs, processes))
    _print("Kill -9 and restart", killed := kill_report(kills, processes))
    sys.exit(not (found.is_sound and killed.is_sound))


def _print(title: str, found: Report) -> None:
    sys.stdout.write(f"{title}: {found.text()}\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
