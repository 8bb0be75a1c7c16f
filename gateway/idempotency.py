"""The same key, the same outcome: a change that is asked for twice is made once.

Kept in this process, for 24 hours. Source: IETF draft, The Idempotency-Key HTTP Header Field.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from cachetools import TTLCache

T = TypeVar("T")

LONGEST_KEY = 255
_KEPT_SECONDS = 24 * 60 * 60
_MOST_KEYS = 10_000


class KeyReused(Exception):
    """The key was used for something else before."""


class Outcomes(Generic[T]):
    """Outcomes by caller and key. What failed is forgotten, so that it can be tried again."""

    def __init__(self) -> None:
        self._known: TTLCache[tuple[str, str], tuple[object, asyncio.Future[T]]] = TTLCache(
            _MOST_KEYS, _KEPT_SECONDS
        )

    async def once(self, caller: str, key: str, payload: object, change: Callable[[], Awaitable[T]]) -> T:
        """The outcome of the change: made now, under way, or made before under the same key.

        payload: what the change is about; compared, not kept secret.
        Raises KeyReused where the key stands for another payload, and what the change raises.
        """
        name = (caller, key)
        if name in self._known:
            before, outcome = self._known[name]
            if before != payload:
                raise KeyReused
        else:
            outcome = asyncio.ensure_future(change())
            self._known[name] = (payload, outcome)
            outcome.add_done_callback(lambda done: self._forget_failure(name, done))
        return await asyncio.shield(outcome)

    def _forget_failure(self, name: tuple[str, str], done: asyncio.Future[T]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._known.pop(name, None)
