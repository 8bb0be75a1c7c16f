"""Reads imin's resources, through the cache if there is one, and binds them to their customers."""

from collections.abc import Callable
from functools import partial
from typing import Any, Generic

from msgspec import Struct

from gateway.imin.cache import Cache, OnStale
from gateway.imin.cache_backend import CacheKey
from gateway.imin.cacheable_read import CacheableRead, Decoded
from gateway.imin.client import IminClient
from gateway.imin.documents import Attributes, Owner
from gateway.imin.endpoints.declaration import Endpoint, K, Parts, V

OwnerOf = Callable[[str, bool], Owner]
"""Makes the owner of documents, from their customer and whether several responses will show them."""


class Use(Struct, frozen=True):
    """What resources are read for.

    selection: attributes that will be read; None for all.
    are_shared: whether the resources will be shown in several responses.
    """

    selection: Attributes | None = None
    are_shared: bool = True


ANY_USE = Use()


class Undecoded(Generic[V]):
    """A response from imin, decoded when it is first used.

    If 16 responses arrive together, decoding each right before its use keeps it in the CPU cache.
    """

    __slots__ = ("_decode", "_value")

    def __init__(self, decode: Callable[[], V]) -> None:
        self._decode: Callable[[], V] | None = decode
        self._value: V

    def value(self) -> V:
        """The resource. Raises Unreadable, every time."""
        if self._decode is not None:
            self._value = self._decode()
            self._decode = None
        return self._value


class Repository:
    """Reads resources of any endpoint. owner_of: what a customer's documents are bound to."""

    def __init__(self, client: IminClient, owner_of: OwnerOf, cache: Cache | None = None) -> None:
        self._client = client
        self._owner_of = owner_of
        self._cache = cache

    async def get(
        self,
        endpoint: Endpoint[K, V],
        key: K,
        on_stale: OnStale,
        *,
        refresh: bool = False,
        use: Use = ANY_USE,
    ) -> Undecoded[V]:
        """The resource. refresh: send a request, whatever is cached.

        on_stale: called with the age of a cached resource that is returned because imin is down.
        Raises what the client raises; what cannot be read raises Unreadable here or when it is decoded.
        """
        if self._cache is None:
            return Undecoded(
                partial(self._decode, endpoint, key, use, await self._client.fetch(endpoint, key))
            )
        value = await self._cache.get(self._cacheable(endpoint, key), on_stale, refresh=refresh)
        return Undecoded(lambda: value)

    async def get_uncached(self, endpoint: Endpoint[K, V], key: K, selection: Attributes | None = None) -> V:
        """The resource as imin has it now, neither read from the cache nor stored in it. Raises IminError."""
        json = await self._client.fetch(endpoint, key)
        return self._decode(endpoint, key, Use(selection, are_shared=False), json)

    async def get_now(self, endpoint: Endpoint[K, V], key: K) -> V:
        """The resource as imin has it now, whatever is cached. Raises IminError."""
        return (await self.get(endpoint, key, _is_never_stale, refresh=True)).value()

    def bind(self, endpoint: Endpoint[K, V], key: K, value: V) -> None:
        """Bind a resource that came as the answer to a change to its customer."""
        if endpoint.bind is not None:
            endpoint.bind(value, self._owner_of(key[0], True))  # noqa: FBT003  # as OwnerOf declares

    def _decode(self, endpoint: Endpoint[K, V], key: K, use: Use, json: bytes | None) -> V:
        if json is None:
            return endpoint.absent(key)
        value = endpoint.read(json, key, use.selection)
        if endpoint.bind is not None:
            endpoint.bind(value, self._owner_of(key[0], use.are_shared))
        return value

    def _cacheable(self, endpoint: Endpoint[K, V], key: K) -> CacheableRead[V]:
        return CacheableRead(
            _cache_key(endpoint, key),
            partial(self._client.fetch, endpoint, key),
            partial(self._decode_for_cache, endpoint, key),
            endpoint.fresh_seconds,
        )

    def _decode_for_cache(self, endpoint: Endpoint[K, V], key: K, json: bytes | None) -> Decoded[V]:
        # All attributes are read, because the next query may select others.
        value = self._decode(endpoint, key, ANY_USE, json)
        if json is None or not endpoint.is_own_name(value, key):
            return Decoded(value, is_cacheable=False)
        orders, is_cacheable = frozenset(endpoint.orders(value)), endpoint.is_cacheable(value)
        if endpoint.parts is None:
            return Decoded(value, orders, is_cacheable)
        of, prefix = endpoint.parts, (key[0], endpoint.parts.endpoint.name)
        parts = tuple(
            ((*prefix, identifier), part, frozenset(of.endpoint.orders(part)))
            for identifier, part in of.resources(value)
        )
        return Decoded(value, orders, is_cacheable, parts, lambda json: _split(of, prefix, json))


def _is_never_stale(_age_seconds: float) -> None:
    pass


def _cache_key(endpoint: Endpoint[K, Any], key: K) -> CacheKey:
    return key[0], endpoint.name, *map(str, key[1:])


def _split(parts: Parts[Any], prefix: CacheKey, json: bytes) -> list[tuple[CacheKey, bytes]]:
    return [((*prefix, identifier), part) for identifier, part in parts.json(json).items()]
