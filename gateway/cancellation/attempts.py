"""Attempts: what the gateway asked imin to cancel, and what it knows of it since."""

from enum import Enum
from typing import Protocol

from msgspec import Struct


class AttemptState(Enum):
    """What is known of an attempt. Only UNCONFIRMED holds its items back from another."""

    UNCONFIRMED = "UNCONFIRMED"
    PENDING = "PENDING"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    NOT_TAKEN = "NOT_TAKEN"


class Attempt(Struct, frozen=True):
    """One PATCH.

    id: our own. order, items: imin's identifiers. requested_at, settled_at: seconds since 1970;
    settled_at is None while UNCONFIRMED or PENDING.
    """

    id: str
    customer: str
    order: str
    items: tuple[str, ...]
    requested_at: float
    state: AttemptState = AttemptState.UNCONFIRMED
    settled_at: float | None = None


class KeyEntry(Struct, frozen=True):
    """What an idempotency key stands for: a payload, and its outcome once there is one."""

    payload: str
    outcome: bytes | None


class Journal(Protocol):
    """Remembers attempts and idempotency keys. What a method did is durable when it returns."""

    async def begin(self, attempt: Attempt) -> None:
        """Note an attempt, before its PATCH leaves."""

    async def note(self, attempt: Attempt, state: AttemptState, at: float) -> None:
        """Note what became of an attempt, as far as it is known. A settled one stays as it is."""

    async def unconfirmed(self, order: str | None = None) -> list[Attempt]:
        """Attempts of an order, or of all, of which it is not known whether imin took them."""

    async def latest(self, customer: str, order: str) -> Attempt | None:
        """The newest attempt on a customer's order."""

    async def claim(self, caller: str, key: str, payload: str, at: float) -> KeyEntry:
        """What the key stands for: the payload given where it is new."""

    async def conclude(self, caller: str, key: str, outcome: bytes) -> None:
        """Note the outcome that the key stands for from now on."""

    async def forget(self, caller: str, key: str) -> None:
        """The key stands for nothing again."""
