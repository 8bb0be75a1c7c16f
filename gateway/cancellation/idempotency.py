"""Idempotency keys: a cancellation that is requested twice under one key is made once.

Source: IETF draft, The Idempotency-Key HTTP Header Field.
"""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.cancellation.attempts import Journal, KeyEntry
from gateway.cancellation.outcomes import (
    CancellationResult,
    KeyReused,
    Outcome,
    Unconfirmed,
    decode,
    encode,
    is_final,
)
from gateway.cancellation.request import CancellationRequest, IdempotencyKey
from gateway.clock import Clock

MAX_KEY_CHARACTERS = 255

Prove = Callable[[], Awaitable[CancellationRequest | Outcome]]
"""Gives the request once it is proven to be about an order of the caller's; otherwise the outcome."""

Change = Callable[[CancellationRequest], Awaitable[CancellationResult]]


class IdempotencyKeys:
    """Outcomes by caller and key, for 24 hours.

    A key is claimed once the order is proven to be the caller's. A change that failed without effect frees
    it. An unconfirmed one holds it: the same request under the same key finds out what became of it.
    """

    def __init__(self, journal: Journal, now: Clock) -> None:
        self._journal = journal
        self._now = now
        self._running: dict[tuple[str, str], tuple[str, asyncio.Task[CancellationResult]]] = {}

    async def once(self, key: IdempotencyKey, prove: Prove, change: Change) -> CancellationResult:
        """Make the change, unless it is running or was made before under this key; give its result.

        A stored outcome comes without an order, and without proof that the order is the caller's: the proof
        was made when the key was claimed. Raises what the change raises.
        """
        name = (key.caller, key.key)
        if name not in self._running:
            task = asyncio.ensure_future(self._recall_or_make(key, prove, change))
            self._running[name] = (key.payload, task)
            task.add_done_callback(lambda _: self._running.pop(name, None))
        payload, task = self._running[name]
        if payload != key.payload:
            return CancellationResult(KeyReused())
        return await asyncio.shield(task)

    async def _recall_or_make(self, key: IdempotencyKey, prove: Prove, change: Change) -> CancellationResult:
        entry = await self._journal.entry(key.caller, key.key, self._now().timestamp())
        if entry is not None and (known := _recalled(entry, key)) is not None:
            return CancellationResult(known)
        request = await prove()
        if not isinstance(request, CancellationRequest):
            return CancellationResult(request)
        entry = await self._journal.claim(key.caller, key.key, key.payload, self._now().timestamp())
        if (known := _recalled(entry, key)) is not None:
            return CancellationResult(known)
        return await self._make(key, request, change)

    async def _make(
        self, key: IdempotencyKey, request: CancellationRequest, change: Change
    ) -> CancellationResult:
        try:
            result = await change(request)
        except Exception:
            await self._journal.forget(key.caller, key.key)
            raise
        if is_final(result.outcome):
            await self._journal.conclude(key.caller, key.key, encode(result.outcome))
        elif not isinstance(result.outcome, Unconfirmed):
            await self._journal.forget(key.caller, key.key)
        return result


def _recalled(entry: KeyEntry, key: IdempotencyKey) -> Outcome | None:
    """The outcome of this use of a key, from its entry; None if the change is still to be made."""
    if entry.payload != key.payload:
        return KeyReused()
    return None if entry.outcome is None else decode(entry.outcome)
