"""What the cache holds, bounded by bytes: responses of imin, and finished answers made from them."""

from dataclasses import dataclass
from typing import Any

from cachetools import Cache, LRUCache
from msgspec import Struct

from gateway.reuse import CachedVersion

ANSWERS = "="
"""Begins the keys of finished answers, as a customer begins all others; no customer is called that."""

NO_VERSION = CachedVersion("", None, 0.0)
"""Stands for the version that a finished answer does not have."""


@dataclass(frozen=True, slots=True)
class Generation:
    """local: as this process knows it. token: as replicas know it, None where it is not available."""

    local: int
    token: str | None


class Entry(Struct, frozen=True):
    """A response of imin, or a finished answer, which has no version and shows no orders of its own.

    weight: estimate of its memory in bytes. orders: a change of one of them makes it outdated.
    """

    value: Any
    weight: int
    version: CachedVersion
    orders: frozenset[str] = frozenset()


class CacheStore(LRUCache[tuple[Any, ...], Entry]):
    """Entries by key. Removes the least recently used ones, and marks versions that it no longer holds."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes, lambda entry: entry.weight)

    def put(self, key: tuple[Any, ...], entry: Entry, before: Entry | None) -> None:
        """Store an entry. before: the one that is stored under the key."""
        if before is not None:
            before.version.is_stored = False
        self[key] = entry
        entry.version.is_stored = True

    def __delitem__(self, key: tuple[Any, ...]) -> None:
        Cache.__getitem__(self, key).version.is_stored = False
        super().__delitem__(key)
