"""The ways in which imin can fail, and which requests are to meet them."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

FaultKind = Literal[
    "delay",
    "black_hole",
    "429",
    "500",
    "502_html",
    "503",
    "kong_401",
    "express_400",
    "reset",
    "reset_after",
    "status_after",
    "half_open",
    "late",
    "truncate",
    "cut_json",
    "html_200",
    "empty_200",
    "huge",
    "redirect",
    "wrong_page",
    "wrong_order",
    "slow_drip",
    "gzip_bomb",
    "nan",
]
ROUTES = (
    "GET /orders",
    "GET /orders/:id",
    "PATCH /orders/:id",
    "GET /order-items",
    "GET /receipts/:id",
    "POST /customer-accounts",
    "GET /customer-accounts/:id",
    "DELETE /customer-accounts/:id",
    "POST /customer-accounts/:id/actions",
    "GET /entitlements",
)
UNKNOWN_ROUTE = "(unknown)"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next requests to a route.

    route: one of ROUTES, or "*" for all. times: how many requests, None for every one.
    match: only requests whose path?query contains this text.
    delay_seconds: waited before the fault; between two pieces of a slow_drip; by how much late takes effect
    after its 504 has been answered.
    retry_after: the Retry-After header of a 429 or 503, left out when None.
    megabytes: the size of huge and gzip_bomb. location: where redirect points.
    """

    route: str
    kind: FaultKind
    times: int | None = 1
    delay_seconds: float = 0.0
    retry_after: float | str | None = None
    match: str | None = None
    megabytes: int = 16
    location: str = "https://elsewhere.example.com/api/v2/orders"

    def __post_init__(self) -> None:
        if self.route != "*" and self.route not in ROUTES:
            raise ValueError(f"route must be * or one of {', '.join(ROUTES)}, got {self.route!r}.")
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"kind must be one of {', '.join(get_args(FaultKind))}, got {self.kind!r}.")
        if self.times is not None:
            _at_least("times", self.times, 1)
        _at_least("delay_seconds", self.delay_seconds, 0)
        _at_least("megabytes", self.megabytes, 1)
        for name, value in (("match", self.match or ""), ("location", self.location)):
            if not isinstance(value, str):
                raise TypeError(f"{name} must be a text, got {value!r}.")


def _at_least(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= least:
        raise ValueError(f"{name} must be a number from {least}, got {value!r}.")


class Faults:
    """The faults waiting for their requests; the earliest added that fits goes first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, int | None]] = []

    @property
    def waiting(self) -> list[Fault]:
        """The faults that have not been used up."""
        return [fault for fault, _ in self._waiting]

    def add(self, fault: Fault) -> None:
        """Puts a fault in wait."""
        self._waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Everything works again."""
        self._waiting.clear()

    def take(self, route: str, target: str) -> Fault | None:
        """The fault this request meets, which uses it up by one. target: path?query."""
        for index, (fault, left) in enumerate(self._waiting):
            if fault.route not in {"*", route} or (fault.match is not None and fault.match not in target):
                continue
            if left == 1:
                del self._waiting[index]
            elif left is not None:
                self._waiting[index] = (fault, left - 1)
            return fault
        return None
