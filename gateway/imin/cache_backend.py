"""What replicas know together, as far as the cache needs it; and the stand-in for a process that is alone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

Key = tuple[str, str, str]
"""Customer, what it is, its page number or identifier. A cache's keys all begin with the customer."""


@dataclass(frozen=True, slots=True)
class Body:
    """An answer of imin's as it came. asked_at: when it was asked for, in seconds since 1970."""

    json: bytes
    asked_at: float


class Shared(Protocol):
    """Answers and generations that all replicas see. Raises nothing: what cannot be had is None."""

    async def generation(self, customer: str) -> str | None:
        """Name of the customer's generation, the same on every replica; None where nobody can tell.

        "" where there are no replicas.
        """

    async def bump(self, customers: tuple[str, ...]) -> None:
        """Begin a new generation of each of these customers, on every replica."""

    async def read(self, key: Key, generation: str) -> Body | None:
        """An answer that some replica has put here in this generation."""

    async def write(self, bodies: Mapping[Key, Body], generation: str, seconds: float) -> None:
        """Keep answers for the others, so many seconds."""

    async def announce(self, order: str) -> None:
        """Tell the other replicas that an order has changed."""

    def on_announcement(self, heard: Callable[[str], Awaitable[None]]) -> None:
        """Be told of orders that changed elsewhere."""


class Alone:
    """There are no other replicas."""

    async def generation(self, _customer: str) -> str | None:
        """Always the same."""
        return ""

    async def bump(self, customers: tuple[str, ...]) -> None:
        """Nobody else to tell."""

    async def read(self, _key: Key, _generation: str) -> Body | None:
        """Nobody else asks."""
        return None

    async def write(self, bodies: Mapping[Key, Body], generation: str, seconds: float) -> None:
        """Nobody else reads."""

    async def announce(self, order: str) -> None:
        """Nobody else listens."""

    def on_announcement(self, heard: Callable[[str], Awaitable[None]]) -> None:
        """Nobody else speaks."""
