"""What is asked: the four workloads, and the same that grow."""

import re
from pathlib import Path

from bench.upstream import CUSTOMER

CALLS = {"W1": 1, "W2": 1, "W3": 10, "W4": 5}
"""Requests to imin that each workload needs."""
FIRSTS, ALIASES = (1, 10, 20, 50, 100), (1, 5, 10, 20)

Body = dict[str, object]
Asked = dict[str, list[Body]]
"""Bodies of requests, in turn, by workload."""


def variables(workload: str, identifiers: list[str]) -> list[dict[str, str]]:
    """What the requests of a workload ask for, in turn."""
    if workload in {"W1", "W4"}:
        return [{"customer": CUSTOMER}]
    if workload == "W2":
        return [{"id": identifiers[n * 29 % len(identifiers)]} for n in range(64)]
    return [_ten(identifiers, n) for n in range(64)]


def four(queries: Path, names: list[str], identifiers: list[str]) -> Asked:
    """The workloads of these names, in the words of one folder."""
    return {
        name: [
            {"query": (queries / f"{name}.graphql").read_text(), "variables": one}
            for one in variables(name, identifiers)
        ]
        for name in names
    }


def growing(queries: Path, identifiers: list[str]) -> Asked:
    """W1 for 1 to 100 orders, and 1 to 20 aliases of W3, each for another order."""
    history = (queries / "W1.graphql").read_text()
    fragment = re.sub(r"(?s).*?(?=fragment F)", "", (queries / "W3.graphql").read_text(), count=1)
    asked: Asked = {
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
        asked[f"aliases {count}"] = [
            {
                "query": text,
                "variables": {name: identifiers[n * 131 + 17 * k] for k, name in enumerate(names)},
            }
            for n in range(8)
        ]
    return asked


def _ten(identifiers: list[str], n: int) -> dict[str, str]:
    return {name: identifiers[(n * 131 + 17 * k) % len(identifiers)] for k, name in enumerate("abcdefghij")}
