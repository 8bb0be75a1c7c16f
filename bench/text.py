"""Medians, ratios and Markdown."""

import statistics

from bench.targets import OURS

Rounds = list[dict[str, float]]


def median(rounds: Rounds, key: str) -> float:
    """Median of one figure over the rounds."""
    return statistics.median(one[key] for one in rounds)


def ratio(measured: dict[str, Rounds], name: str) -> float:
    """This gateway's rate as a multiple of a peer's: the median of the ratios of all rounds."""
    pairs = zip(measured[OURS], measured[name], strict=True)
    return statistics.median(ours["rate"] / theirs["rate"] for ours, theirs in pairs)


def best_peer(measured: dict[str, Rounds]) -> str:
    """The peer with the highest rate."""
    peers = [name for name in measured if name != OURS]
    return max(peers, key=lambda name: median(measured[name], "rate"))


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
