"""Print how much of what OpenActive's feeds state the graph shows, and what it does not show."""

import sys

from tests.examples.openactive import occurrences
from tests.examples.openactive.declared import Omitted
from tests.examples.openactive.shown import SHOWN, coverage


def main() -> None:
    is_shown, stated = coverage()
    counts = occurrences()
    omitted = [
        (counts[kind][name], kind, name, declared.reason)
        for kind, properties in SHOWN.items()
        for name, declared in properties.items()
        if isinstance(declared, Omitted)
    ]
    lines = [
        f"{count:6} {kind}.{name}: {reason}" for count, kind, name, reason in sorted(omitted, reverse=True)
    ]
    sys.stdout.write(
        f"{is_shown:,} of {stated:,} occurrences are shown ({is_shown / stated:.2%}). Not shown:\n"
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
