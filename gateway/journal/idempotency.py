"""Idempotency keys: a change that is requested twice under one key is made once.

Source: IETF draft, The Idempotency-Key HTTP Header Field.
"""

import asyncio
import uuid
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Protocol, TypeVar

from gateway.clock import BootClock, Clock
from gateway.journal.errors import JournalUnavailable
from gateway.journal.keys import KeyEntry, KeyName, KeyStore

R = TypeVar("R")


class KeyedChange(Protocol[R]):
    """A change that is made once per key. Its results are of type R.

    name: of the key. payload: digest of the change. on_all: whether nothing may be sent while it is not
    known if another replica has used the key.
    """

    @property
    def name(self) -> KeyName: ...

    @property
    def payload(self) -> str: ...

    @property
    def on_all(self) -> bool: ...

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Held while the key is looked up and the change is made. Raises TimeoutError."""

    def is_same(self, payload: str) -> bool:
        """Whether that is a digest of this change."""

    def reused(self) -> R:
        """The result if the key stands for another change."""

    def recalled(self, outcome: bytes) -> R | None:
        """The result from the journal; None if it cannot be read, or must be found out again."""

    async def prove(self) -> R | None:
        """The result if the change cannot be made; None if it can. Called before the key is claimed."""

    async def make(self, earlier: KeyEntry | None, *, may_send: bool) -> R:
        """Make the change.

        earlier: an earlier use of the key, whose outcome is not known. may_send: if not, give only what is
        known without sending anything.
        """

    def stored(self, result: R) -> bytes | None:
        """What the journal keeps of a result that the key must give again; None if it need not."""

    def is_unknown(self, result: R) -> bool:
        """Whether the change may have been made. Then the key stays in use."""


class IdempotencyKeys:
    """Outcomes by caller and key, for 24 hours.

    A key is claimed once the change is proven to be permitted, and before anything is sent. A change that
    failed without effect frees it. One whose outcome is unknown holds it. While the journal fails, nothing
    is sent under a key, since it might have been used before.
    """

    def __init__(self, store: KeyStore, now: Clock, boot_clock: BootClock) -> None:
        self._store = store
        self._now = now
        self._boot_clock = boot_clock
        self._running: dict[tuple[str, str], tuple[str, asyncio.Task[Any]]] = {}

    async def once(self, change: KeyedChange[R]) -> R:
        """Make the change, unless it is running or was made before under its key; give its result.

        A stored outcome comes without a new proof: that was given when the key was claimed. Raises what the
        change raises.
        """
        name = (change.name.caller, change.name.name)
        if name not in self._running:
            task = asyncio.ensure_future(self._recall_or_make(change))
            self._running[name] = (change.payload, task)
            task.add_done_callback(lambda _: self._running.pop(name, None))
        payload, running = self._running[name]
        if payload != change.payload:
            return change.reused()
        result: R = await asyncio.shield(running)
        return result

    async def _recall_or_make(self, change: KeyedChange[R]) -> R:
        async with change.lock():
            at, is_free = self._now().timestamp(), False
            try:
                entry = await self._store.entry(change.name, at)
                is_free = entry is None
            except JournalUnavailable:
                entry = None
            if entry is not None and (known := _recalled(change, entry)) is not None:
                return known
            if (refusal := await change.prove()) is not None:
                return refusal
            mine = KeyEntry(change.payload, None, uuid.uuid4().hex, self._boot_clock())
            try:
                entry = await self._store.claim(change.name, mine, at, on_all=change.on_all)
            except JournalUnavailable:
                if is_free:
                    # It may be written nevertheless, but nothing is sent.
                    await self._forget(change)
                return await change.make(entry, may_send=False)
            if (known := _recalled(change, entry)) is not None:
                return known
            return await self._make(change, None if entry.id == mine.id else entry)

    async def _make(self, change: KeyedChange[R], earlier: KeyEntry | None) -> R:
        # An error that is not a failure of imin leaves the key in use: something may have been sent.
        result = await change.make(earlier, may_send=True)
        if (outcome := change.stored(result)) is not None:
            # If this fails, the next use of the key has to find the outcome out.
            with suppress(JournalUnavailable):
                await self._store.conclude(change.name, outcome)
        elif not change.is_unknown(result):
            await self._forget(change)
        return result

    async def _forget(self, change: KeyedChange[Any]) -> None:
        with suppress(JournalUnavailable):
            await self._store.forget(change.name)


def _recalled(change: KeyedChange[R], entry: KeyEntry) -> R | None:
    """The result that an entry gives to a use of its key; None if the change is still to be made."""
    if not change.is_same(entry.payload):
        return change.reused()
    return None if entry.outcome is None else change.recalled(entry.outcome)
