"""What the cache shares with other replicas, and a stand-in for a process that has none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

CacheKey = tuple[str, ...]
"""Customer (or PUBLIC), name of the endpoint, and the identifier or page number, if any."""


@dataclass(frozen=True, slots=True)
class CachedBody:
    """A response from imin, unchanged. requested_at: when it was requested, in seconds since 1970."""

    json: bytes
    requested_at: float


class CacheBackend(Protocol):
    """Responses and generations that all replicas see. Raises nothing: what is not available is None."""

    async def generation(self, customer: str) -> str | None:
        """Name of the customer's generation, the same on every replica; None where it is not available.

        "" where there are no replicas.
        """

    async def bump(self, customers: tuple[str, ...]) -> None:
        """Begin a new generation of each of these customers, on every replica."""

    async def read(self, key: CacheKey, generation: str) -> CachedBody | None:
        """A response that some replica has stored in this generation."""

    async def write(self, bodies: Mapping[CacheKey, CachedBody], generation: str, seconds: float) -> None:
        """Store responses for the other replicas, for that many seconds."""


class NoReplicas:
    """The backend of a process without replicas."""

    async def generation(self, _customer: str) -> str | None:
        return ""

    async def bump(self, customers: tuple[str, ...]) -> None:
        pass

    async def read(self, _key: CacheKey, _generation: str) -> CachedBody | None:
        return None

    async def write(self, bodies: Mapping[CacheKey, CachedBody], generation: str, seconds: float) -> None:
        pass
