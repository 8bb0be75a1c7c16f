"""Idempotency keys: a cancellation that is requested twice under one key is made once.

Source: IETF draft, The Idempotency-Key HTTP Header Field.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from gateway.cancellation.attempts import Journal, JournalUnavailable, KeyEntry, KeyName
from gateway.cancellation.digests import digest
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

Prove = Callable[[], Awaitable[CancellationRequest | CancellationResult]]
"""Gives the request once it is proven to be about an order of the caller's; otherwise the result."""


class Change(Protocol):
    """Carries out a request."""

    def __call__(self, request: CancellationRequest, *, may_send: bool) -> Awaitable[CancellationResult]:
        """may_send: if not, only what is known without sending anything."""


class IdempotencyKeys:
    """Outcomes by caller and key, for 24 hours.

    A key is claimed once the order is proven to be the caller's. A change that failed without effect frees
    it. An unconfirmed one holds it: the same request under the same key finds out what became of it. While
    the journal fails, nothing is sent under a key, since it might have been used before.
    """

    def __init__(self, journal: Journal, now: Clock) -> None:
        self._journal = journal
        self._now = now
        self._running: dict[tuple[str, str], tuple[str, asyncio.Task[CancellationResult]]] = {}

    async def once(
        self, key: IdempotencyKey, request: CancellationRequest, prove: Prove, change: Change
    ) -> CancellationResult:
        """Make the change, unless it is running or was made before under this key; give its result.

        request: as the caller names it. A stored outcome comes without an order, and without proof that the
        order is the caller's: that was proven when the key was claimed. Raises what the change raises.
        """
        name = (key.caller, key.key)
        if name not in self._running:
            use = _Use(self._journal, self._now().timestamp(), key, prove, change)
            task = asyncio.ensure_future(use.recall_or_make(request))
            self._running[name] = (key.payload, task)
            task.add_done_callback(lambda _: self._running.pop(name, None))
        payload, task = self._running[name]
        if payload != key.payload:
            return CancellationResult(KeyReused())
        return await asyncio.shield(task)


class _Use:
    """One use of a key."""

    def __init__(
        self, journal: Journal, at: float, key: IdempotencyKey, prove: Prove, change: Change
    ) -> None:
        self._journal = journal
        self._at = at
        self._key = KeyName(digest(key.caller), digest(key.key), key.most)
        self._payload = digest(key.payload)
        self._prove = prove
        self._change = change

    async def recall_or_make(self, request: CancellationRequest) -> CancellationResult:
        try:
            entry = await self._journal.entry(self._key, self._at)
        except JournalUnavailable:
            entry = None
        if entry is not None and (known := self._recalled(entry, request)) is not None:
            return CancellationResult(known)
        proven = await self._prove()
        if not isinstance(proven, CancellationRequest):
            return proven
        try:
            entry = await self._journal.claim(self._key, self._payload, self._at)
        except JournalUnavailable:
            return await self._change(proven, may_send=False)
        if (known := self._recalled(entry, proven)) is not None:
            return CancellationResult(known)
        return await self._make(proven)

    def _recalled(self, entry: KeyEntry, request: CancellationRequest) -> Outcome | None:
        """The outcome that the entry gives to this use; None if the change is still to be made."""
        if entry.payload != self._payload:
            return KeyReused()
        return None if entry.outcome is None else decode(entry.outcome, request)

    async def _make(self, request: CancellationRequest) -> CancellationResult:
        try:
            result = await self._change(request, may_send=True)
        except Exception:
            await self._forget()
            raise
        if is_final(result.outcome):
            # If this fails, the next use of the key finds the outcome by reading the order.
            with suppress(JournalUnavailable):
                await self._journal.conclude(self._key, encode(result.outcome, request))
        elif not isinstance(result.outcome, Unconfirmed):
            await self._forget()
        return result

    async def _forget(self) -> None:
        with suppress(JournalUnavailable):
            await self._journal.forget(self._key)
