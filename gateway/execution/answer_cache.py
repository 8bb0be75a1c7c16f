"""Finished answers, sent again while nothing that they were made from has changed.

No rule about freshness is stated here: an answer holds while the cache would still use each response of imin
that it was made from, no cancellation of its orders is open, and the clock has not passed the first moment at
which anything in it would differ (gateway/reuse.py). Answers are part of the cache's memory and bound by it.
"""

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from gateway.auth import Caller
from gateway.cancellation.attempt_log import AttemptLog
from gateway.clock import Clock
from gateway.imin.cache import Cache
from gateway.imin.cache_store import ANSWERS, NO_VERSION, Entry
from gateway.reuse import CachedVersion, Dependencies

Question: TypeAlias = tuple[str, str | None, bytes, bool]
"""What decides about an answer, besides its caller and media type: the document, the operation's name, the
variables as JSON, and whether `extensions.cost` is requested."""


_BYTES_PER_ANSWER, _BYTES_PER_VERSION = 1_000, 150
"""Memory of an answer without its texts, and of a version that it was made from."""


class AnswerKey(Struct, frozen=True, cache_hash=True):
    """caller: with all that the token grants."""

    caller: Caller
    question: Question
    media_type: str


class Answer(Struct, frozen=True):
    """A finished answer without errors, and what metrics and logs say of it.

    body: JSON. cost: that it was charged, in requests to imin. text: of the document.
    """

    body: bytes
    cost: int
    operation: str
    digest: str
    text: str


class StoredAnswer(Struct, frozen=True):
    """An answer with what it depends on; see Dependencies. customers: of the versions, each once."""

    answer: Answer
    versions: tuple[tuple[CachedVersion, float], ...]
    customers: tuple[str, ...]
    orders: frozenset[str]
    period: tuple[datetime, datetime] | None


class AnswerCache:
    """Finished answers in the memory of a cache. now: the clock by which documents are shown."""

    def __init__(self, cache: Cache, attempts: AttemptLog, now: Clock) -> None:
        self._cache = cache
        self._attempts = attempts
        self._now = now

    def get(self, key: AnswerKey) -> StoredAnswer | None:
        """An answer, which may hold no longer; None if there is none."""
        entry = self._cache.store.get((ANSWERS, key))
        return None if entry is None else entry.value

    async def holds(self, stored: StoredAnswer) -> bool:
        """Whether the answer would be the same if it were made now."""
        if stored.orders:
            # Other processes may have cancelled items, which their orders do not show yet.
            update = self._attempts.refresh()
            if update is not None:
                await update
        return (
            await self._cache.are_usable(stored.versions, stored.customers)
            and self._attempts.held.open.keys().isdisjoint(stored.orders)
            and (stored.period is None or stored.period[0] < self._now() <= stored.period[1])
        )

    def count(self, stored: StoredAnswer) -> None:
        """Count the reads through the cache that the answer has saved."""
        self._cache.counts["fresh"] += len(stored.versions)

    def put(self, key: AnswerKey, answer: Answer, dependencies: Dependencies) -> bool:
        """Store an answer; returns False if it may not be reused."""
        if not dependencies.is_reusable or not self._cache.are_fresh(dependencies.versions):
            return False
        versions = tuple({id(version): (version, age) for version, age in dependencies.versions}.values())
        stored = StoredAnswer(
            answer,
            versions,
            tuple({version.customer for version, _ in versions}),
            frozenset(dependencies.orders),
            dependencies.period(),
        )
        weight = (
            len(answer.body) + len(key.question[2]) + _BYTES_PER_ANSWER + _BYTES_PER_VERSION * len(versions)
        )
        return self._cache.put_answer((ANSWERS, key), Entry(stored, weight, NO_VERSION))
