"""What imin was asked: every request to its routes, in order of arrival."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class LoggedRequest:
    """One request to imin, noted when it arrives.

    path: as sent, decoded, with /api/v2.
    status: 0 until answered, and for good when the connection was cut instead.
    body: the JSON of the request, its text when it is not JSON, None without one.
    route: method and template, "GET /orders/:id"; "GET (unknown)" for a path imin does not have.
    """

    method: str
    path: str
    query: dict[str, str]
    status: int
    body: Any
    route: str


class RequestLog:
    """The requests imin received, countable by route; proves batching, caching and single flight."""

    def __init__(self) -> None:
        self.entries: list[LoggedRequest] = []
        self.in_flight = 0
        self.peak_in_flight = 0
        self._arrival = asyncio.Event()

    def record_arrival(self, entry: LoggedRequest) -> None:
        """Notes a request before it is answered."""
        self.entries.append(entry)
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        self._arrival.set()
        self._arrival = asyncio.Event()

    def record_status(self, entry: LoggedRequest, status: int) -> None:
        """Notes how a request ended; status 0 when without an answer."""
        entry.status = status
        self.in_flight -= 1

    async def wait_for(self, route: str, times: int = 1, *, within_seconds: float = 30.0) -> None:
        """Waits until a route has been asked so often. Raises TimeoutError where that does not happen."""
        async with asyncio.timeout(within_seconds):
            while self.count(route) < times:
                await self._arrival.wait()

    def count(self, route: str) -> int:
        """How often a route was asked, "GET /orders/:id" for example."""
        return sum(entry.route == route for entry in self.entries)

    def counts(self) -> dict[str, int]:
        """How often each route was asked; routes never asked are absent."""
        return dict(Counter(entry.route for entry in self.entries))

    def clear(self) -> None:
        """Forgets every request so far."""
        self.entries.clear()
        self.peak_in_flight = self.in_flight
