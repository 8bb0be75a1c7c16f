"""Reading the order of one cancellation until its deadline."""

import asyncio
from collections.abc import AsyncIterator

from gateway.imin.documents import Order
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.errors import CallRejected, IminError, UpstreamUnavailable
from gateway.imin.repository import Repository
from gateway.journal.rejections import despite_rejections

_FIRST_PAUSE_SECONDS = 0.05
_MAX_PAUSE_SECONDS = 0.8
_PAUSES_AFTER_FAILURES = (0.05, 0.15, 0.4)
"""Each reading is repeated once by the endpoint's guard too, so that there are eight requests at most."""


class OrderReader:
    """Reads one customer's order from imin, never from the cache, even while other reads fail.

    until: end of the last reading, on the event loop's clock. longest_seconds: for one reading.
    """

    def __init__(
        self, repository: Repository, customer: str, order: str, until: float, longest_seconds: float
    ) -> None:
        self._repository = repository
        self._customer = customer
        self._order = order
        self._until = until
        self._longest_seconds = longest_seconds

    def seconds_left(self) -> float:
        """Until the deadline."""
        return self._until - asyncio.get_running_loop().time()

    async def read(self, until: float | None = None) -> Order | None:
        """The order; None if imin has none. Raises IminError, TimeoutError."""
        now = asyncio.get_running_loop().time()
        async with asyncio.timeout_at(min(until or self._until, now + self._longest_seconds)):
            return await despite_rejections(
                lambda: self._repository.get_now(ORDER, (self._customer, self._order))
            )

    async def read_despite_failures(self, reserved_seconds: float) -> Order | None:
        """As `read`, but a few times after temporary failures, until only the reserved time is left."""
        loop = asyncio.get_running_loop()
        until = self._until - reserved_seconds
        for pause in _PAUSES_AFTER_FAILURES:
            try:
                return await self.read(until)
            except (UpstreamUnavailable, TimeoutError) as error:
                if isinstance(error, CallRejected) or loop.time() + pause >= until:
                    raise
            await asyncio.sleep(pause)
        return await self.read(until)

    async def read_repeatedly(self) -> AsyncIterator[Order]:
        """Yield the order after each successful reading, with growing pauses, until the deadline."""
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE_SECONDS
        while loop.time() < self._until:
            try:
                order = await self.read()
            except (IminError, TimeoutError):
                order = None
            if order is not None:
                yield order
            await asyncio.sleep(max(0.0, min(pause, self._until - loop.time())))
            pause = min(2 * pause, _MAX_PAUSE_SECONDS)
