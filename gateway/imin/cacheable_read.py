"""A read that can go through the cache, and what the cache needs to know of its response."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar

from msgspec import Struct

from gateway.imin.cache_backend import CacheKey

V = TypeVar("V")


class Decoded(Struct, Generic[V], frozen=True):
    """A response, decoded and bound to its customer.

    orders: a change of one of them makes it outdated. is_cacheable: whether it may be stored.
    parts: resources in it that have keys of their own, each with its orders. split: finds their JSON.
    """

    value: V
    orders: frozenset[str] = frozenset()
    is_cacheable: bool = True
    parts: tuple[tuple[CacheKey, Any, frozenset[str]], ...] = ()
    split: Callable[[bytes], Iterable[tuple[CacheKey, bytes]]] = lambda _json: ()


class CacheableRead(Struct, Generic[V], frozen=True):
    """A read that can go through the cache.

    fetch: requests the JSON, None where there is nothing. decode: raises Unreadable.
    fresh_seconds: instead of the cache's own.
    """

    key: CacheKey
    fetch: Callable[[], Awaitable[bytes | None]]
    decode: Callable[[bytes | None], Decoded[V]]
    fresh_seconds: float | None = None
