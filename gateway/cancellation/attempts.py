"""Attempts: the cancellations that were sent to imin, and what is known of each since."""

from decimal import Decimal
from enum import Enum
from typing import Protocol

from msgspec import Struct

from gateway.clock import Moment
from gateway.journal.keys import KeyStore


class AttemptState(Enum):
    """What is known of an attempt. While it is UNCONFIRMED, nothing else is sent for its items."""

    UNCONFIRMED = "UNCONFIRMED"
    PENDING = "PENDING"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    NOT_TAKEN = "NOT_TAKEN"

    @classmethod
    def _missing_(cls, _value: object) -> "AttemptState":
        """A state of a later release, which may have sent something."""
        return cls.UNCONFIRMED


_END_OF_TIME = 253_402_300_800.0
"""The first second of the year 10,000, which no date can hold."""

UNSETTLED = frozenset({AttemptState.UNCONFIRMED, AttemptState.PENDING})
"""The states that can still change."""


class Refund(Struct, frozen=True):
    """An amount of money that the customer is to get back. amount: exact."""

    amount: Decimal
    currency: str


class Attempt(Struct, frozen=True):
    """One PATCH.

    id: the gateway's own. order, items: imin's identifiers. requested_at, settled_at: seconds since 1970;
    settled_at is None in an unsettled state. sent: when, on the clock that measures how long imin may still
    act on it. is_shown: whether a reading of the order has shown its items as pending or cancelled. From then
    on the order itself says what has become of them. refund: expected when it was sent, None if not known.
    """

    id: str
    customer: str
    order: str
    items: tuple[str, ...]
    requested_at: float
    state: AttemptState = AttemptState.UNCONFIRMED
    settled_at: float | None = None
    sent: Moment = Moment()
    is_shown: bool = False
    refund: Refund | None = None

    @property
    def is_plausible(self) -> bool:
        """Whether its times can be shown. Those of a damaged journal may not be numbers of seconds."""
        times = (self.requested_at, self.settled_at or 0.0, self.sent.seconds)
        return all(0.0 <= seconds < _END_OF_TIME for seconds in times)

    @property
    def is_open(self) -> bool:
        """Whether the order may not show yet what has become of the items."""
        return self.state in UNSETTLED and not self.is_shown


class Journal(KeyStore, Protocol):
    """Stores attempts and idempotency keys. Every write is durable when its method returns.

    Raises JournalUnavailable.
    """

    async def begin(self, attempt: Attempt) -> None:
        """Record an attempt. Call this before its PATCH is sent."""

    async def note(self, attempt: Attempt) -> None:
        """Record what is known of an attempt now. A settled attempt does not change."""

    async def of_order(self, order: str) -> list[Attempt]:
        """All attempts on an order, oldest first, of any customer: an order has one customer."""

    async def open_attempts(self) -> list[Attempt]:
        """Open attempts, oldest first."""

    async def recent(self, since: float) -> list[Attempt]:
        """Attempts through this machine that were begun or settled since then, oldest first."""

    def is_current(self) -> bool:
        """Whether nothing but this process can have changed them since `open_attempts` was last called."""
