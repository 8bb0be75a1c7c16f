"""Idempotency keys: a cancellation that is requested twice under one key is made once.

Source: IETF draft, The Idempotency-Key HTTP Header Field.
"""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.cancellation.attempts import Journal
from gateway.cancellation.outcomes import (
    CancellationResult,
    KeyReused,
    Unconfirmed,
    decode,
    encode,
    is_final,
)
from gateway.cancellation.request import IdempotencyKey
from gateway.clock import Clock

MAX_KEY_CHARACTERS = 255

Change = Callable[[], Awaitable[CancellationResult]]


class IdempotencyKeys:
    """Outcomes by caller and key, for 24 hours.

    A change that failed without effect frees its key. An unconfirmed one holds it: the same request under
    the same key finds out what became of it.
    """

    def __init__(self, journal: Journal, now: Clock) -> None:
        self._journal = journal
        self._now = now
        self._running: dict[tuple[str, str], tuple[str, asyncio.Task[CancellationResult]]] = {}

    async def once(self, key: IdempotencyKey, change: Change) -> CancellationResult:
        """Make the change, unless it is running or was made before under this key; give its result.

        A stored outcome comes without an order. Raises what the change raises.
        """
        name = (key.caller, key.key)
        if name not in self._running:
            task = asyncio.ensure_future(self._claim_and_make(key, change))
            self._running[name] = (key.payload, task)
            task.add_done_callback(lambda _: self._running.pop(name, None))
        payload, task = self._running[name]
        if payload != key.payload:
            return CancellationResult(KeyReused())
        return await asyncio.shield(task)

    async def _claim_and_make(self, key: IdempotencyKey, change: Change) -> CancellationResult:
        entry = await self._journal.claim(key.caller, key.key, key.payload, self._now().timestamp())
        if entry.payload != key.payload:
            return CancellationResult(KeyReused())
        if entry.outcome is not None:
            return CancellationResult(decode(entry.outcome))
        try:
            result = await change()
        except Exception:
            await self._journal.forget(key.caller, key.key)
            raise
        if is_final(result.outcome):
            await self._journal.conclude(key.caller, key.key, encode(result.outcome))
        elif not isinstance(result.outcome, Unconfirmed):
            await self._journal.forget(key.caller, key.key)
        return result
