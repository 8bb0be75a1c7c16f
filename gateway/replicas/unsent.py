"""What could not be sent to Redis yet."""

from collections.abc import Hashable
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

_MAX_UNSENT = 10_000


class Unsent(Generic[T]):
    """Things to send, each once. One that is added again while it is being sent stays."""

    def __init__(self) -> None:
        self._things: dict[T, int] = {}
        self._number = count()

    def add(self, *things: T) -> None:
        if len(self._things) < _MAX_UNSENT:
            self._things.update((thing, next(self._number)) for thing in things)

    def snapshot(self) -> dict[T, int]:
        """The things, each with the number of its latest addition."""
        return dict(self._things)

    def remove(self, sent: dict[T, int]) -> None:
        """Remove what has been sent, unless it was added again since the snapshot."""
        self._things = {thing: number for thing, number in self._things.items() if sent.get(thing) != number}
