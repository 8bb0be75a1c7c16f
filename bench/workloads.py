"""The requests: four workloads, and growing variants of them."""

import re
from pathlib import Path

from bench.upstream import CUSTOMER

CALLS = {"W1": 1, "W2": 1, "W3": 10, "W4": 5}
"""Requests to imin that each workload needs."""
FIRSTS, ALIASES = (1, 10, 20, 50, 100), (1, 5, 10, 20)

Body = dict[str, object]
Requests = dict[str, list[Body]]
"""Request bodies by workload."""


def variables(workload: str, identifiers: list[str]) -> list[dict[str, str]]:
    """Variables of a workload's requests."""
    if workload in {"W1", "W4"}:
        return [{"customer": CUSTOMER}]
    if workload == "W2":
        return [{"id": identifiers[n * 29 % len(identifiers)]} for n in range(64)]
    return [_ten(identifiers, n) for n in range(64)]


def four(queries: Path, names: list[str], identifiers: list[str]) -> Requests:
    """The named workloads, with the queries of one folder."""
    return {
        name: [
            {"query": (queries / f"{name}.graphql").read_text(), "variables": one}
            for one in variables(name, identifiers)
        ]
        for name in names
    }


def growing(queries: Path, identifiers: list[str]) -> Requests:
    """W1 for 1 to 100 orders, and W3 with 1 to 20 aliases, each for a different order."""
    history = (queries / "W1.graphql").read_text()
    fragment = re.sub(r"(?s).*?(?=fragment F)", "", (queries / "W3.graphql").read_text(), count=1)
    requests: Requests = {
        f"first {first}": [
            {
                "query": history.replace("first: 10", f"first: {first}"),
                "variables": {"customer": CUSTOMER},
            }
        ]
        for first in FIRSTS
    }
    for count in ALIASES:
        names = [f"o{k}" for k in range(count)]
        declared = ", ".join(f"${name}: ID!" for name in names)
        fields = "\n".join(f"{name}: order(identifier: ${name}) {{ ...F }}" for name in names)
        text = f"query A({declared}) {{\n{fields}\n}}\n{fragment}"
        requests[f"aliases {count}"] = [
            {
                "query": text,
                "variables": {name: identifiers[n * 131 + 17 * k] for k, name in enumerate(names)},
            }
            for n in range(8)
        ]
    return requests


def _ten(identifiers: list[str], n: int) -> dict[str, str]:
    return {name: identifiers[(n * 131 + 17 * k) % len(identifiers)] for k, name in enumerate("abcdefghij")}
