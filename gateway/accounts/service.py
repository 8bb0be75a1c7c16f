"""Change accounts in imin: each change is sent once, and what is lost is found out by reading the account.

A creation cannot be found out, since nothing can be read without the new account's identifier. An erasure
can, once it is done, which may take imin days: so its account is read once, without waiting.
gateway.journal remembers what was sent; this package says what to send and what answers and readings mean.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from math import inf
from typing import Protocol

import msgspec

from gateway.accounts.outcomes import (
    STORED,
    AccountMissing,
    AccountResult,
    ChangeRefused,
    ChangeUnavailable,
    ChangeUnconfirmed,
    Created,
    KeyUsed,
)
from gateway.accounts.requests import AccountRequest, Creation, Erasure
from gateway.imin.client import IminClient
from gateway.imin.documents import CustomerAccount
from gateway.imin.endpoints.account_changes import Style
from gateway.imin.endpoints.customer_account import CUSTOMER_ACCOUNT
from gateway.imin.errors import IminError, NotFound, Refused, Unreadable, UpstreamUnavailable
from gateway.imin.repository import Repository
from gateway.journal.errors import JournalUnavailable
from gateway.journal.single_request import Change, ChangeKey, KeyReused, NotMade, SingleRequests, Unconfirmed
from gateway.signing.sealing import Sealer

_PAUSES = (0.3, 0.3, 0.7, 1.5)
"""Seconds between the readings of one call; 0.6 s after the first one, another shows if nothing happened."""
_PURPOSE, _MAX_SEALED_CHARACTERS = b"account change", 200_000

MAX_READINGS = 1 + len(_PAUSES)


async def _nothing(_customer: str) -> None: ...


class Erasures(Protocol):
    """What ends with an account."""

    async def begin(self, customer: str) -> None:
        """imin is about to be asked. Raises JournalUnavailable: it must not be asked."""

    async def end(self, customer: str) -> None:
        """imin has accepted the erasure, or has erased the data."""

    async def drop(self, customer: str) -> None:
        """imin was not asked, or has refused."""

    async def reopen(self, customer: str) -> None:
        """imin has made an account with that identifier, which an erased one may have had."""


class AccountChanges:
    """Changes accounts. style: of the requests to imin."""

    def __init__(  # noqa: PLR0913, PLR0917  # the parts that the app puts together
        self,
        client: IminClient,
        repository: Repository,
        changes: SingleRequests,
        erasures: Erasures,
        sealer: Sealer,
        style: Style,
    ) -> None:
        self._client = client
        self._repository = repository
        self._changes = changes
        self._erasures = erasures
        self._sealer = sealer
        self._style = style
        self.on_change: Callable[[str], Awaitable[None]] = _nothing
        """Called with a customer after imin was requested to change their account, whatever came of it."""

    @property
    def can_name_sellers(self) -> bool:
        """Whether a change can be requested of accounts that sellers hold too."""
        return self._style == "wrapped"

    async def change(self, request: AccountRequest, key: ChangeKey) -> AccountResult:
        """The outcome. Continues to its end even if the caller is cancelled."""
        endpoint, document = request.sent_as(self._style)
        attempt = _Attempt(self, request)
        result = await self._changes.make(
            Change(
                kind=request.kind,
                content=[request.customer, endpoint.method, document],
                key=key,
                send=attempt.send,
                refused=partial(_refused, request),
                encode=self._encode,
                decode=self._decode,
                find_out=attempt.find_out if request.is_found_out else None,
            )
        )
        match result:
            case KeyReused():
                return AccountResult(KeyUsed())
            case NotMade():
                return AccountResult(ChangeUnavailable(is_journal_unread=result.is_unrecorded))
            case Unconfirmed():
                return await self._unconfirmed(request)
        return result

    def _encode(self, result: AccountResult) -> bytes:
        # Sealed: imin's sentences may name what was requested.
        return self._sealer.seal(_PURPOSE, msgspec.json.encode(result.outcome).decode()).encode()

    def _decode(self, stored: bytes) -> AccountResult | None:
        parts = self._sealer.open(_PURPOSE, stored.decode("ascii", "replace"), _MAX_SEALED_CHARACTERS)
        if parts is None:
            return None
        try:
            return AccountResult(msgspec.json.decode(parts[0], type=STORED))
        except msgspec.MsgspecError:
            return None

    async def send(self, request: AccountRequest, seconds: float) -> AccountResult:
        """imin's answer. Raises IminError; Unreadable if it does not state what became of the request."""
        if isinstance(request, Erasure):
            json = await self._erase(request, seconds)
        else:
            json = await self._send(request, seconds)
        outcome, account = request.answered(json)
        if outcome is None:
            raise Unreadable(f"{request.kind}: the answer does not state what became of it")
        if isinstance(outcome, Created):
            self._repository.bind(CUSTOMER_ACCOUNT, (outcome.customer,), account)
            await self._erasures.reopen(outcome.customer)
        return AccountResult(outcome, account)

    async def _send(self, request: AccountRequest, seconds: float) -> bytes:
        endpoint, document = request.sent_as(self._style)
        if not request.customer:
            return await self._client.change(endpoint, (), document, seconds)
        try:
            return await self._client.change(endpoint, (request.customer,), document, seconds)
        finally:
            await self.on_change(request.customer)

    async def _erase(self, request: Erasure, seconds: float) -> bytes:
        customer = request.customer
        try:
            await self._erasures.begin(customer)
        except JournalUnavailable as error:
            raise UpstreamUnavailable("the erasure cannot be recorded", sent=False) from error
        try:
            json = await self._send(request, seconds)
        except NotFound:
            await self._erasures.end(customer)
            raise
        except (Refused, UpstreamUnavailable) as error:
            if isinstance(error, Refused) or not error.sent:
                await self._erasures.drop(customer)
            raise
        await self._erasures.end(customer)
        return json

    async def read(self, customer: str) -> CustomerAccount | None:
        """The account as imin has it now. Raises IminError, also if a part of it cannot be read."""
        account = await self._repository.get_now(CUSTOMER_ACCOUNT, (customer,))
        if account is not None and account.unreadable:
            raise Unreadable("a part of the account cannot be read")
        return account

    async def _unconfirmed(self, request: AccountRequest) -> AccountResult:
        """The outcome that is not known, unless one reading shows that an erasure is done."""
        if isinstance(request, Erasure):
            with suppress(IminError):
                if (shown := request.shown(await self.read(request.customer))) is not None:
                    await self._erasures.end(request.customer)
                    return AccountResult(shown)
        return AccountResult(ChangeUnconfirmed())


class _Attempt:
    """One call's use of a request. Its readings are few, whatever pauses the journal makes between them."""

    def __init__(self, changes: AccountChanges, request: AccountRequest) -> None:
        self._changes = changes
        self._request = request
        self._was_sent = False
        self._pauses = iter(_PAUSES)
        self._next_reading = 0.0

    async def send(self, seconds: float) -> AccountResult:
        self._was_sent = True
        return await self._changes.send(self._request, seconds)

    async def find_out(self) -> AccountResult | None:
        """The success that a reading shows; None if it does not show it. Raises IminError."""
        now = asyncio.get_running_loop().time()
        if now < self._next_reading:
            raise Unreadable("the account was read just now")
        self._next_reading = now + next(self._pauses, inf)
        account = await self._changes.read(self._request.customer)
        if (shown := self._request.shown(account)) is not None:
            return AccountResult(shown, account)
        if self._was_sent and not self._request.is_untouched(account):
            # "Nothing was changed" would be untrue if imin has made a part of it.
            raise Unreadable("the account shows a part of the change")
        return None


def _refused(request: AccountRequest, refusal: Refused | NotFound) -> AccountResult | None:
    if isinstance(refusal, NotFound):
        # There is nothing that a creation could miss: then the path of accounts is wrong.
        return None if isinstance(request, Creation) else AccountResult(AccountMissing())
    # Only the sentences of OpenActive's errors are written for customers.
    text = refusal.description if refusal.kind.endswith("Error") else ""
    return AccountResult(ChangeRefused(refusal.kind, text))
