"""Limit how many operations run at one time; one more is refused at once."""

from typing import Self


class Overloaded(Exception):
    """All slots are taken. The message is shown to the client."""

    def __init__(
        self, message: str = "Too many requests are being served. Please try again in a moment."
    ) -> None:
        super().__init__(message)


class ConcurrencyLimit:
    """Gives a slot to each operation that runs: `with limit:`, or `with limit.slot() as slot:`.

    Raises Overloaded on entry if all slots are taken.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._taken = 0

    def acquire(self) -> None:
        """Take a slot. Raises Overloaded."""
        if self._taken >= self._slots:
            raise Overloaded
        self._taken += 1

    def release(self) -> None:
        """Release the slot."""
        self._taken -= 1

    __enter__ = acquire

    def __exit__(self, *_: object) -> None:
        self._taken -= 1

    def slot(self) -> "Slot":
        """A slot that its holder may release and acquire again; taken on entry."""
        return Slot(self)


class Slot:
    """A subscription's slot: it needs one while it makes a result, and none while it waits for an event."""

    __slots__ = ("_is_held", "_limit")

    def __init__(self, limit: ConcurrencyLimit) -> None:
        self._limit = limit
        self._is_held = False

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the slot, unless it is held already. Raises Overloaded."""
        if not self._is_held:
            self._limit.acquire()
            self._is_held = True

    def release(self) -> None:
        """Release the slot, if it is held."""
        if self._is_held:
            self._is_held = False
            self._limit.release()
