"""Creates checkout sessions. A lost response leaves it unknown whether imin has one: nothing lists them."""

from typing import TypeAlias

import msgspec
from msgspec import Struct

from gateway.checkout.links import LinkRules
from gateway.imin.client import IminClient
from gateway.imin.endpoints.checkout import (
    CHECKOUT_SESSIONS,
    UNAVAILABLE_OPPORTUNITY,
    CheckoutRequest,
    CreatedSession,
    read_checkout_session,
)
from gateway.imin.errors import NotFound, Refused
from gateway.journal.single_request import Change, ChangeKey, ChangeResult, SingleRequests
from gateway.signing.sealing import Sealer

_PURPOSE = b"checkout"


class OpportunityUnavailable(Struct, frozen=True, tag=True):
    """imin does not sell it, or no longer. text: imin's message to the customer, or ""."""

    text: str


class CheckoutRefused(Struct, frozen=True, tag=True):
    """imin refused for another reason. reason: its name of the error, or ""."""

    reason: str


CheckoutOutcome: TypeAlias = CreatedSession | OpportunityUnavailable | CheckoutRefused

_decoder: msgspec.json.Decoder[CheckoutOutcome] = msgspec.json.Decoder(CheckoutOutcome)


class CheckoutSessions:
    """Creates sessions at the broker's checkout.

    base_url: of it; None if the operator has set none. links: which pages it may link back to.
    """

    def __init__(
        self,
        client: IminClient,
        changes: SingleRequests,
        sealer: Sealer,
        base_url: str | None,
        links: LinkRules,
    ) -> None:
        self.base_url = base_url
        self.links = links
        self._client = client
        self._changes = changes
        self._sealer = sealer

    async def create(self, request: CheckoutRequest, key: ChangeKey) -> ChangeResult[CheckoutOutcome]:
        """Create a session with one request, once per key. Continues to its end even if it is cancelled.

        The caller's rights have been checked before. base_url is set.
        """
        document, base_url = request.document(), self.base_url or ""

        async def send(seconds: float) -> CheckoutOutcome:
            body = await self._client.change(CHECKOUT_SESSIONS, (), document, seconds)
            return read_checkout_session(body, base_url)

        change: Change[CheckoutOutcome] = Change(
            kind="createCheckoutSession",
            content=document,
            key=key,
            send=send,
            refused=_refused,
            encode=self._encode,
            decode=self._decode,
        )
        return await self._changes.make(change)

    def _encode(self, outcome: CheckoutOutcome) -> bytes:
        # Sealed: anyone with the page's address can see what it shows of the customer.
        return self._sealer.seal(_PURPOSE, msgspec.json.encode(outcome).decode()).encode()

    def _decode(self, stored: bytes) -> CheckoutOutcome | None:
        parts = self._sealer.open(_PURPOSE, stored.decode("ascii", "replace"))
        if parts is None:
            return None
        try:
            return _decoder.decode(parts[0])
        except msgspec.MsgspecError:
            return None


def _refused(refusal: Refused | NotFound) -> CheckoutOutcome | None:
    """What imin's refusal means. A path that it does not know says nothing about the opportunity."""
    if isinstance(refusal, NotFound):
        return None
    if refusal.kind == UNAVAILABLE_OPPORTUNITY:
        return OpportunityUnavailable(refusal.description)
    return CheckoutRefused(refusal.kind)
