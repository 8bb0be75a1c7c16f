"""Log every request to imin's routes, in order of arrival."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class LoggedRequest:
    """One request to imin, logged when it arrives.

    path: percent-decoded, including /api/v2.
    status: the response's; 0 before the response, and when the connection was closed without one.
    body: the JSON of the request, its text when it is not JSON, None when it is empty.
    route: method and template, as "GET /orders/:id"; "GET (unknown)" for a path that imin does not have.
    """

    method: str
    path: str
    query: dict[str, str]
    status: int
    body: Any
    route: str


class RequestLog:
    """The requests that imin received, counted by route. Tests use it to check batching and caching."""

    def __init__(self) -> None:
        self.entries: list[LoggedRequest] = []
        self.in_flight = 0
        self.peak_in_flight = 0
        self._arrival = asyncio.Event()

    def record_arrival(self, entry: LoggedRequest) -> None:
        """Log a request before its response."""
        self.entries.append(entry)
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        self._arrival.set()
        self._arrival = asyncio.Event()

    def record_status(self, entry: LoggedRequest, status: int) -> None:
        """Log the status of the response; 0 when there was none."""
        entry.status = status
        self.in_flight -= 1

    async def wait_for(self, route: str, times: int = 1, *, within_seconds: float = 30.0) -> None:
        """Wait until a route has received this many requests. Raises TimeoutError after within_seconds."""
        async with asyncio.timeout(within_seconds):
            while self.count(route) < times:
                await self._arrival.wait()

    def count(self, route: str) -> int:
        """The number of requests to a route, for example "GET /orders/:id"."""
        return sum(entry.route == route for entry in self.entries)

    def counts(self) -> dict[str, int]:
        """The number of requests to each route; routes without requests are absent."""
        return dict(Counter(entry.route for entry in self.entries))

    def clear(self) -> None:
        """Delete the entries. Requests in flight still count as in flight."""
        self.entries.clear()
        self.peak_in_flight = self.in_flight
