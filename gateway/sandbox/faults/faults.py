"""Faults that the sandbox injects into responses, and the queue that assigns them to requests."""

from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, Literal

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
FAULT_KINDS: dict[FaultKind, str] = {
    "delay": "Sends the regular response after delay_seconds, or once the faults are cleared.",
    "black_hole": "Accepts the request, has no effect and never responds. It ends with a reset when the "
    "client closes the connection or stops sending, or the faults are cleared.",
    "429": "429 with Kong's body for an exceeded rate limit, and Retry-After if set.",
    "500": "500 with OpenActive's InternalApplicationError; the request has no effect.",
    "502_html": "502 with a proxy's HTML page; the request has no effect.",
    "503": "503 with OpenActive's TemporarilyUnableToUpdateOrderError, and Retry-After if set.",
    "kong_401": "401 with Kong's body for a wrong API key.",
    "express_400": "400 with the body of imin's Express code for a bad query parameter.",
    "reset": "Resets the connection; the request has no effect.",
    "reset_after": "Resets the connection after the request took effect.",
    "status_after": "500 with InternalApplicationError after the request took effect.",
    "half_open": "Never responds, although the request took effect.",
    "late": "504 with a proxy's HTML page at once; the request takes effect delay_seconds later, or once the "
    "faults are cleared.",
    "truncate": "Closes the connection in the middle of the body.",
    "cut_json": "Sends the first half of the JSON as a complete body.",
    "html_200": "200 with an HTML maintenance page.",
    "empty_200": "200 with an empty body.",
    "huge": "The regular response, padded by `megabytes`.",
    "redirect": "302 to `location`.",
    "wrong_page": "The requested page, labelled as the page after it.",
    "wrong_order": "An order of another customer.",
    "slow_drip": "Sends the body in pieces of 7 bytes with delay_seconds (default 0.01) between them.",
    "gzip_bomb": "A small compressed body that inflates to `megabytes`.",
    "nan": "Replaces each price by NaN, which is not valid JSON.",
}
ROUTES = (
    "GET /orders",
    "GET /orders/:id",
    "PATCH /orders/:id",
    "GET /order-items",
    "GET /receipts/:id",
    "POST /customer-accounts",
    "GET /customer-accounts/:id",
    "PATCH /customer-accounts/:id",
    "DELETE /customer-accounts/:id",
    "POST /customer-accounts/:id/actions",
    "GET /customer-accounts/:id/linked-accounts",
    "GET /entitlements",
    "GET /events-api/v2/scheduled-sessions/:id",
    "GET /facilities-api/v2/slots/:id",
    "POST /api/checkout-sessions",
)
UNKNOWN_ROUTE = "(unknown)"


@dataclass(frozen=True)
class Fault:
    """A fault that the next matching requests get instead of their regular response.

    Raises ValueError or TypeError for a value that no request could match.
    """

    route: Annotated[str, 'the route it applies to, for example "GET /orders/:id"; "*" for every route']
    kind: Annotated[FaultKind, "what happens, see the list of faults"]
    times: Annotated[
        int | None, "how many requests get it; null: every request until the faults are cleared"
    ] = 1
    delay_seconds: Annotated[
        float,
        "seconds before the response; slow_drip: between two pieces; late: until the request takes effect",
    ] = 0.0
    retry_after: Annotated[float | str | None, "the Retry-After header of a 429 or 503; null: no header"] = (
        None
    )
    match: Annotated[str | None, "applies only to requests whose path and query contain this text"] = None
    megabytes: Annotated[int, "the size of huge and gzip_bomb"] = 16
    location: Annotated[str, "the target of redirect"] = "https://elsewhere.example.com/api/v2/orders"
    share: Annotated[
        float, "the share of those requests that get it, at random: 0.5 for half; the same ones in each run"
    ] = 1.0

    def __post_init__(self) -> None:
        if self.route != "*" and self.route not in ROUTES:
            raise ValueError(f"route must be * or one of {', '.join(ROUTES)}, got {self.route!r}.")
        if self.kind not in tuple(FAULT_KINDS):
            raise ValueError(f"kind must be one of {', '.join(FAULT_KINDS)}, got {self.kind!r}.")
        if self.times is not None:
            _check_minimum("times", self.times, 1)
        _check_minimum("delay_seconds", self.delay_seconds, 0)
        _check_minimum("megabytes", self.megabytes, 1)
        _check_minimum("share", self.share, 0)
        if self.share > 1:
            raise ValueError(f"share must be at most 1, got {self.share!r}.")
        for name, value in (("match", self.match or ""), ("location", self.location)):
            if not isinstance(value, str):
                raise TypeError(f"{name} must be a text, got {value!r}.")


def _check_minimum(name: str, value: Any, minimum: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= minimum:
        raise ValueError(f"{name} must be a number from {minimum}, got {value!r}.")


class Faults:
    """The faults that are not used up yet. A request gets the first one added that matches it.

    One that it does not get because of its share leaves it to those behind.
    """

    def __init__(self) -> None:
        self.times_cleared = 0
        self._waiting: list[tuple[Fault, int | None]] = []
        self._random = Random(0)  # noqa: S311  # repeatable

    @property
    def waiting(self) -> list[Fault]:
        """The faults that still apply to requests, in the order they were added."""
        return [fault for fault, _ in self._waiting]

    def add(self, fault: Fault) -> None:
        """Apply this fault to the next requests that match it."""
        self._waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Remove every fault, and let requests that are being delayed go on."""
        self._waiting.clear()
        self.times_cleared += 1

    def take(self, route: str, target: str) -> Fault | None:
        """The fault of this request, if any; counts as one of its `times`. target: path?query."""
        for index, (fault, left) in enumerate(self._waiting):
            if fault.route not in {"*", route} or (fault.match is not None and fault.match not in target):
                continue
            if fault.share < 1 and self._random.random() >= fault.share:
                continue
            if left == 1:
                del self._waiting[index]
            elif left is not None:
                self._waiting[index] = (fault, left - 1)
            return fault
        return None
