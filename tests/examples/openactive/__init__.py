"""Which of OpenActive's properties the graph shows, and how often live feeds state each."""

import csv
from collections import defaultdict
from pathlib import Path


def occurrences() -> dict[str, dict[str, int]]:
    """How often a survey of live feeds met each property of each type; see README.md."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with (Path(__file__).parent / "properties.csv").open() as file:
        for row in csv.DictReader(file):
            found[row["type"]][row["property"]] = int(row["occurrences"])
    return found
