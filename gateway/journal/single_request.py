"""Changes that one request to imin makes: sent once per key, and never reported as more than is known.

    result = await changes.make(Change(kind="setAccessPass", content=…, key=…, send=…, …))

claim the key, synced to disk → send the request → store its outcome, or hold the key if that is unknown. If
the process is killed in between, the key stays claimed: a later call with it sends nothing. It reads what
became of the request; what readings do not show stays unconfirmed. A new key is a new change.

A change without a key has one that is made of its content, for as long as its outcome is unknown and imin may
still act on it. So a double click and a repeat after a time-out send nothing twice either.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
import structlog

from gateway.clock import Clock
from gateway.imin.errors import IminError, NotFound, Refused, UpstreamUnavailable
from gateway.imin.transport.deadline import REQUEST_DEADLINE
from gateway.journal.digests import digest
from gateway.journal.doubt import Doubt
from gateway.journal.errors import JournalUnavailable
from gateway.journal.idempotency import IdempotencyKeys
from gateway.journal.keys import KeyEntry, KeyName, KeyStore
from gateway.journal.locks import Locks
from gateway.journal.rejections import despite_rejections
from gateway.signing.rotating_mac import RotatingMac

log = structlog.get_logger()

R = TypeVar("R")

_RESERVED_FOR_READING = 0.25
"""Share of the time for a change, where it can be found out by reading what became of it."""
_UNCHANGED_SECONDS = 0.6
"""A failure that imin answered counts as "nothing happened" once readings have shown that for this long."""
_FIRST_PAUSE_SECONDS = 0.05
_MAX_PAUSE_SECONDS = 0.8


class Unconfirmed:
    """The request was sent, by this call or an earlier one, and it is not known what became of it."""


class NotMade:
    """Nothing was changed: the request was not sent, or had no effect. is_unrecorded: the journal failed."""

    def __init__(self, *, is_unrecorded: bool = False) -> None:
        self.is_unrecorded = is_unrecorded


class KeyReused:
    """The idempotency key was used for another change. Nothing was sent."""


ChangeResult: TypeAlias = R | Unconfirmed | NotMade | KeyReused


@dataclass(frozen=True)
class ChangeKey:
    """Who makes a change, and the client's idempotency key, if it gave one.

    caller: what tells callers apart. most: keys that the caller may have; the oldest ones are forgotten.
    """

    caller: str
    text: str | None
    most: int


@dataclass(frozen=True, kw_only=True)
class Change(Generic[R]):
    """One change. Its outcomes, refusals by imin among them, are of type R.

    kind: name of the mutation. content: all that tells it from another change, the customer included;
    encodable as JSON. Only a keyed digest of it is stored, so it may be personal.
    send: makes the one request; its argument is the time for it, in seconds. It returns an outcome, and
    raises what the client raises. refused: what imin's refusal means; None if it means no outcome.
    find_out: the outcome of a request that was sent before, if reading imin shows that it took effect; None
    if it shows that it did not, or not yet. It raises IminError. Without it, a request whose response was
    lost stays unconfirmed.
    encode, decode: an outcome as the journal stores it, which must not be personal. decode: None if it cannot
    be read; then the change stays unconfirmed, or is found out.
    """

    kind: str
    content: Any
    key: ChangeKey
    send: Callable[[float], Awaitable[R]]
    refused: Callable[[Refused | NotFound], R | None]
    encode: Callable[[R], bytes]
    decode: Callable[[bytes], R | None]
    find_out: Callable[[], Awaitable[R | None]] | None = None


@dataclass(frozen=True)
class ChangeTools:
    """What all changes use. macs: make the digests of what may be personal. seconds: for a whole change."""

    store: KeyStore
    locks: Locks
    doubt: Doubt
    now: Clock
    macs: RotatingMac
    seconds: float


class SingleRequests:
    """Makes changes. counts: by mutation and kind of outcome."""

    def __init__(self, tools: ChangeTools) -> None:
        self._tools = tools
        self._keys = IdempotencyKeys(tools.store, tools.now, tools.doubt.clock)
        self._calls: set[asyncio.Task[Any]] = set()
        self.counts: Counter[str] = Counter()

    async def make(self, change: Change[R]) -> ChangeResult[R]:
        """Make a change, once per key. Continues to its end even if the caller is cancelled.

        Raises what the change's functions raise besides IminError.
        """
        call: asyncio.Task[Any] = asyncio.create_task(self._make(change))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        result: ChangeResult[R] = await asyncio.shield(call)
        return result

    async def stop(self) -> None:
        """Wait for the changes that are being made."""
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _make(self, change: Change[R]) -> ChangeResult[R]:
        until = asyncio.get_running_loop().time() + self._tools.seconds
        until = min(until, REQUEST_DEADLINE.get())
        one = _OneChange(change, self._tools, until)
        try:
            result = await self._keys.once(one)
        except TimeoutError:
            # Another call with this key has taken all the time.
            result = Unconfirmed()
        outcome = type(result).__name__ if isinstance(result, Unconfirmed | NotMade | KeyReused) else "Known"
        self.counts[f"{change.kind} {outcome}"] += 1
        return result


class _OneChange(Generic[R]):
    """Implements KeyedChange. until: its deadline, on the event loop's clock."""

    def __init__(self, change: Change[R], tools: ChangeTools, until: float) -> None:
        content, macs = msgspec.json.encode([change.kind, change.content]), tools.macs
        key = change.key
        name = f"={macs.digest(b'=' + content).hex()}" if key.text is None else digest(key.text)
        self.name = KeyName(digest(key.caller), name, key.most)
        self.payload = macs.digest(content).hex()
        # Without a key, no other replica is expected to have made the change.
        self.on_all = key.text is not None
        self._change = change
        self._content = content
        self._tools = tools
        self._until = until

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            async with asyncio.timeout_at(self._until):
                name = f"change:{self.name.caller}:{self.name.name}"
                await stack.enter_async_context(self._tools.locks.hold(name))
            yield

    def is_same(self, payload: str) -> bool:
        return self._tools.macs.verify_hex(self._content, payload)

    def reused(self) -> ChangeResult[R]:
        return KeyReused()

    def recalled(self, outcome: bytes) -> ChangeResult[R] | None:
        return self._change.decode(outcome)

    async def prove(self) -> ChangeResult[R] | None:
        """None: the mutation has checked the caller's rights before."""
        return None

    async def make(self, earlier: KeyEntry | None, *, may_send: bool) -> ChangeResult[R]:
        if earlier is not None:
            return await self._resolve(earlier, may_send=may_send)
        return await self._send() if may_send else NotMade(is_unrecorded=True)

    def stored(self, result: ChangeResult[R]) -> bytes | None:
        if self._change.key.text is None or isinstance(result, Unconfirmed | NotMade | KeyReused):
            return None
        return self._change.encode(result)

    def is_unknown(self, result: ChangeResult[R]) -> bool:
        return isinstance(result, Unconfirmed)

    async def _resolve(self, earlier: KeyEntry, *, may_send: bool) -> ChangeResult[R]:
        """The outcome of an earlier request, as far as it can be read.

        A client's key is never used for a second request: that could overwrite a newer change.
        """
        # Before the reading: what imin does after it must not count.
        may_repeat = self._change.key.text is None and self._tools.doubt.is_over(earlier)
        if self._change.find_out is not None:
            try:
                found = await self._change.find_out()
            except (IminError, TimeoutError):
                return Unconfirmed()
            if found is not None:
                return found
        # The same content without a key is as likely a new change, once the first one is over.
        return await self._send_again() if may_repeat and may_send else Unconfirmed()

    async def _send_again(self) -> ChangeResult[R]:
        mine = KeyEntry(self.payload, None, uuid.uuid4().hex, self._tools.doubt.clock())
        try:
            await self._tools.store.forget(self.name)
            entry = await self._tools.store.claim(
                self.name, mine, self._tools.now().timestamp(), on_all=self.on_all
            )
        except JournalUnavailable:
            return Unconfirmed()
        return await self._send() if entry.id == mine.id else Unconfirmed()

    async def _send(self) -> ChangeResult[R]:
        change, is_answered = self._change, False
        try:
            return await despite_rejections(lambda: change.send(self._seconds_for_sending()), self._until)
        except (Refused, NotFound) as refusal:
            outcome = change.refused(refusal)
            return NotMade() if outcome is None else outcome
        except UpstreamUnavailable as error:
            if not error.sent:
                return NotMade()
            is_answered = error.answered
        except (IminError, TimeoutError):
            pass
        return await self._read_until_known(is_answered=is_answered)

    def _seconds_for_sending(self) -> float:
        left = self._until - asyncio.get_running_loop().time()
        return left if self._change.find_out is None else left * (1 - _RESERVED_FOR_READING)

    async def _read_until_known(self, *, is_answered: bool) -> ChangeResult[R]:
        """Read until imin shows that the request took effect, or that it did not."""
        clock, pause = asyncio.get_running_loop().time, _FIRST_PAUSE_SECONDS
        first_unchanged: float | None = None
        while self._change.find_out is not None and clock() < self._until:
            try:
                async with asyncio.timeout_at(self._until):
                    found = await self._change.find_out()
            except (IminError, TimeoutError):
                pass
            else:
                if found is not None:
                    return found
                first_unchanged = first_unchanged or clock()
                if is_answered and clock() >= first_unchanged + _UNCHANGED_SECONDS:
                    return NotMade()
            await asyncio.sleep(max(0.0, min(pause, self._until - clock())))
            pause = min(2 * pause, _MAX_PAUSE_SECONDS)
        log.info("change unconfirmed", mutation=self._change.kind)
        return Unconfirmed()
