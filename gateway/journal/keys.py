"""Idempotency keys, and what is stored under them: a change that may have been sent, and its outcome."""

from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from gateway.clock import Moment

MAX_KEY_CHARACTERS = 255


@dataclass(frozen=True)
class IdempotencyKey:
    """A client's name for one change, unique for its caller.

    payload: the change as one text; the same key with another payload is the client's mistake.
    most: keys that the caller may have; the oldest ones are forgotten.
    """

    caller: str
    key: str
    payload: str
    most: int


class KeyName(Struct, frozen=True):
    """An idempotency key, by digests of its caller and of itself. most: keys that its caller may have."""

    caller: str
    name: str
    most: int


class KeyEntry(Struct, frozen=True):
    """What an idempotency key is used for: the digest of a payload, and its outcome once there is one.

    id: of this use of the key, made up by the gateway. sent: right before its request was sent, on the clock
    that measures how long imin may still act on it. Releases before 0.2 stored neither.
    """

    payload: str
    outcome: bytes | None
    id: str = ""
    sent: Moment = Moment()


class KeyStore(Protocol):
    """Stores entries by key. Every write is durable when its method returns. Raises JournalUnavailable."""

    async def entry(self, key: KeyName, at: float) -> KeyEntry | None:
        """What a key is in use for; None if it is free."""

    async def claim(self, key: KeyName, entry: KeyEntry, at: float, *, on_all: bool = False) -> KeyEntry:
        """Store the entry under a key, unless that is in use; return what it is in use for.

        on_all: raise rather than claim a key that another replica may have claimed.
        """

    async def conclude(self, key: KeyName, outcome: bytes) -> None:
        """Store the outcome for a key that was claimed. The first one stays."""

    async def forget(self, key: KeyName) -> None:
        """Free a key."""
