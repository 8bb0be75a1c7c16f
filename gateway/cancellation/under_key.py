"""A cancellation under an idempotency key."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Protocol

from gateway.cancellation.outcomes import (
    CancellationResult,
    KeyReused,
    Unconfirmed,
    decode,
    encode,
    is_final,
)
from gateway.cancellation.request import CancellationRequest
from gateway.journal.digests import digest
from gateway.journal.keys import IdempotencyKey, KeyEntry, KeyName

Prove = Callable[[], Awaitable[CancellationRequest | CancellationResult]]
"""Gives the request once it is proven to be about an order of the caller's; otherwise the result."""


class Cancel(Protocol):
    """Carries out a request."""

    def __call__(self, request: CancellationRequest, *, may_send: bool) -> Awaitable[CancellationResult]:
        """may_send: if not, only what is known without sending anything."""


class CancellationUnderKey:
    """Implements KeyedChange. request: as the caller names it, then as it is proven.

    An earlier use of the key makes no difference: the order shows what became of it. So neither does one by
    another replica.
    """

    on_all = False

    def __init__(
        self, key: IdempotencyKey, request: CancellationRequest, prove: Prove, cancel: Cancel
    ) -> None:
        self.name = KeyName(digest(key.caller), digest(key.key), key.most)
        self.payload = digest(key.payload)
        self._request = request
        self._prove = prove
        self._cancel = cancel

    def lock(self) -> AbstractAsyncContextManager[None]:
        """None: each order has one."""
        return nullcontext()

    def is_same(self, payload: str) -> bool:
        return payload == self.payload

    def reused(self) -> CancellationResult:
        return CancellationResult(KeyReused())

    def recalled(self, outcome: bytes) -> CancellationResult | None:
        known = decode(outcome, self._request)
        return None if known is None else CancellationResult(known)

    async def prove(self) -> CancellationResult | None:
        proven = await self._prove()
        if not isinstance(proven, CancellationRequest):
            return proven
        self._request = proven
        return None

    async def make(self, earlier: KeyEntry | None, *, may_send: bool) -> CancellationResult:  # noqa: ARG002  # see above
        return await self._cancel(self._request, may_send=may_send)

    def stored(self, result: CancellationResult) -> bytes | None:
        return encode(result.outcome, self._request) if is_final(result.outcome) else None

    def is_unknown(self, result: CancellationResult) -> bool:
        return isinstance(result.outcome, Unconfirmed)
