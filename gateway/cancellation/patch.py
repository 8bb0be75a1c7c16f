"""Sends the PATCH of a cancellation, once."""

import asyncio
from dataclasses import dataclass
from enum import Enum, auto

from gateway.cancellation.causes import cause_of
from gateway.cancellation.order_reader import OrderReader
from gateway.imin.client import IminClient
from gateway.imin.documents import OrderItem
from gateway.imin.errors import CallRejected, Unreadable, UpstreamUnavailable
from gateway.journal.rejections import despite_rejections

# Shares of the time for the whole exchange.
_MIN_FOR_PATCH = 0.125
_RESERVED_FOR_READING = 0.25


class PatchResult(Enum):
    """FAILED: imin answered with a failure. LOST: no answer that can be understood."""

    ACCEPTED = auto()
    FAILED = auto()
    LOST = auto()
    NOT_SENT = auto()


@dataclass
class PatchSender:
    """Sends the one PATCH of an exchange.

    exchange_seconds: for the whole exchange. reader: knows how much of it is left. by_iri: whether to name
    items by their IRIs. cause: why the PATCH was not sent, or that imin answered it with a failure.
    """

    client: IminClient
    reader: OrderReader
    exchange_seconds: float
    by_iri: bool
    cause: str = ""

    @property
    def needed_seconds(self) -> float:
        """The least time for the PATCH and the reading after it."""
        return (_MIN_FOR_PATCH + _RESERVED_FOR_READING) * self.exchange_seconds

    def is_in_time(self) -> bool:
        """Whether enough time is left to send it."""
        return self.reader.seconds_left() >= self.needed_seconds

    def _latest_start(self) -> float:
        return asyncio.get_running_loop().time() + self.reader.seconds_left() - self.needed_seconds

    async def send(
        self, order: str, items: tuple[OrderItem, ...], all_items: tuple[OrderItem, ...]
    ) -> PatchResult:
        """Send it. Raises Refused, NotFound.

        While it is rejected before it is sent, it is tried again. all_items: of the order.
        """
        shared_iris = {
            item.iri for item in all_items if sum(other.iri == item.iri for other in all_items) > 1
        }
        ids = [self._id(item, shared_iris) for item in items]
        try:
            await despite_rejections(lambda: self._send_in_time(order, ids), self._latest_start())
        except UpstreamUnavailable as error:
            self.cause = cause_of("PATCH", error)
            if not error.sent:
                return PatchResult.NOT_SENT
            return PatchResult.FAILED if error.answered else PatchResult.LOST
        except Unreadable:
            return PatchResult.LOST
        return PatchResult.ACCEPTED

    async def _send_in_time(self, order: str, ids: list[str]) -> None:
        if not self.is_in_time():
            raise CallRejected("too little time is left for the PATCH", by="deadline", retry_after=0.0)
        seconds = self.reader.seconds_left() - _RESERVED_FOR_READING * self.exchange_seconds
        await self.client.cancel(order, ids, seconds)

    def _id(self, item: OrderItem, shared_iris: set[str | None]) -> str:
        """How the PATCH names the item: by its IRI if it has no identifier, but by none that several have."""
        by_iri = self.by_iri or item.is_named_by_iri
        return item.iri if by_iri and item.iri and item.iri not in shared_iris else item.identifier
