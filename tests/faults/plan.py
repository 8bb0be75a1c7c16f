"""What goes wrong in a run. It depends only on a seed, so each run can be repeated."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from gateway.sandbox import Fault, FaultKind

READ, PATCH = "GET /orders/:id", "PATCH /orders/:id"

Clicks = Literal["once", "twice", "twice with a key", "once more with another key", "disconnect, click again"]

CLICKS: tuple[Clicks, ...] = (
    "once",
    "once",
    "twice",
    "twice with a key",
    "once more with another key",
    "disconnect, click again",
)

READ_FAULTS: tuple[FaultKind, ...] = (
    "delay",
    "black_hole",
    "429",
    "500",
    "502_html",
    "503",
    "kong_401",
    "reset",
    "truncate",
    "cut_json",
    "html_200",
    "empty_200",
    "wrong_order",
    "slow_drip",
)
PATCH_FAULTS: tuple[FaultKind, ...] = (
    "delay",
    "slow_drip",
    "black_hole",
    "half_open",
    "late",
    "reset",
    "reset_after",
    "status_after",
    "500",
    "502_html",
    "503",
    "429",
    "kong_401",
    "express_400",
    "html_200",
    "redirect",
    "truncate",
)

_PROBABILITY = 0.3
"""Of a fault at each of the three points: the reading before, the PATCH, the readings after."""


@dataclass(frozen=True)
class Plan:
    """One run.

    items: how many of the order's two items to cancel. pause_seconds: between two clicks. confirms: seconds
    until the booking system confirms. before, patch, after: the faults at each point.
    """

    seed: int
    clicks: Clicks
    pause_seconds: float
    items: int
    confirms: float
    before: list[Fault] = field(default_factory=list)
    patch: list[Fault] = field(default_factory=list)
    after: list[Fault] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The fault of the PATCH."""
        return self.patch[0].kind if self.patch else "none"


def plan(seed: int) -> Plan:
    """The plan of a seed."""
    random = Random(seed)  # noqa: S311  # a repeatable draw
    chosen = Plan(
        seed,
        clicks=random.choice(CLICKS),
        pause_seconds=random.choice([0.0, 0.01, 0.1, 0.5]),
        items=random.choice([1, 2]),
        confirms=random.choice([20.0, 20.0, 20.0, 0.0]),
    )
    if random.random() < _PROBABILITY:
        chosen.before.append(random_fault(random, READ, READ_FAULTS, random.choice([1, 1, 2, 5])))
    if random.random() < _PROBABILITY:
        chosen.patch.append(random_fault(random, PATCH, PATCH_FAULTS, 1))
    if random.random() < _PROBABILITY:
        chosen.after.append(random_fault(random, READ, READ_FAULTS, random.choice([1, 2, 5])))
    return chosen


def random_fault(random: Random, route: str, kinds: tuple[FaultKind, ...], times: int) -> Fault:
    kind = random.choice(kinds)
    if kind == "late":
        return Fault(route, kind, times, delay_seconds=random.choice([0.2, 1.0, 3.0, 6.0]))
    if kind == "delay":
        return Fault(route, kind, times, delay_seconds=random.choice([0.05, 0.3, 1.0, 3.0]))
    return Fault(route, kind, times, delay_seconds=random.choice([0.0, 0.0, 0.05]))
