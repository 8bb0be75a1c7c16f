"""Global ids that are bound to a customer by a signature.

A global id holds a type, a customer and imin's identifiers, and a MAC over all three. A valid one therefore
proves that the gateway issued it for a thing of that customer, and a forged one is rejected without a request
to imin. Its parts are names by one rule, `can_be_signed`; what imin names otherwise has a made-up name
(gateway.imin.names).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from gateway.clock import Clock
from gateway.imin.documents.pass_vocabulary import BarcodeSymbology
from gateway.imin.names import can_be_signed
from gateway.packing import pack
from gateway.reuse import dependencies, forbid_reuse
from gateway.signing.feeds import FeedSigner
from gateway.signing.links import LinkSigner
from gateway.signing.previews import PreviewSigner
from gateway.signing.rotating_mac import RotatingMac, derived_keys
from gateway.signing.sealing import PASS, Sealer
from gateway.signing.wallet_tokens import PassTokens
from gateway.time_zones import DEFAULT_TIME_ZONE

KINDS = {
    "Customer": "C",
    "Order": "O",
    "OrderItem": "I",
    "Place": "P",
    "Receipt": "R",
    "Seller": "S",
    "Session": "E",
}
_NAMES = {letter: name for name, letter in KINDS.items()}
_PURPOSE = b"gateway-id"
_MAC_BYTES = 12
_MAX_ID_CHARACTERS = 2_000
_IN_ONE_DOCUMENT = ("_:", "#")
"""Starts of IRIs that have no meaning outside their document."""


@dataclass(frozen=True)
class GlobalId:
    """The content of a global id.

    kind: a key of KINDS. customer: the owner; "" for a thing that a service requested by imin's identifier,
    whose owner is unknown. parts: imin's identifiers, outermost first.
    """

    kind: str
    customer: str
    parts: tuple[str, ...]


class IdSigner:
    """Signs and verifies global ids, links to things that have one, and previews of cancellations.

    secrets: at least one. The first one signs, all of them verify, so that they can be rotated.
    """

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._mac = RotatingMac(secrets, _PURPOSE, _MAC_BYTES)
        self._pseudonym_key = derived_keys(secrets[:1], _PURPOSE)[0]
        self.links = LinkSigner(secrets)
        self.feeds = FeedSigner(secrets)
        self.sealer = Sealer(secrets)
        self.previews = PreviewSigner(secrets)
        self.changes = RotatingMac(secrets, b"gateway-change", 16)
        """Digests of changes, in the journal."""
        self.pass_tokens = PassTokens(secrets)

    def __repr__(self) -> str:
        return f"IdSigner({len(self._mac)} secrets)"

    def sign(self, kind: str, customer: str, *parts: str) -> str:
        """Global id of a thing that belongs to a customer.

        kind: a key of KINDS. parts: those that `verify` accepts, see `_are_valid`.
        """
        return self._mac.sign_text(pack((KINDS[kind], customer, *parts)))

    def verify(self, text: str) -> GlobalId | None:
        """Content of a global id; None if the gateway did not sign it."""
        content = self._mac.read_text(text, _MAX_ID_CHARACTERS)
        if content is None:
            return None
        letter, customer, *parts = msgspec.msgpack.decode(content, type=list[str])
        return GlobalId(_NAMES[letter], customer, tuple(parts)) if _are_valid(parts) else None

    def pseudonym(self, customer: str) -> str:
        """Name of a customer for logs, which does not reveal the customer."""
        return hashlib.blake2b(
            customer.encode(), key=self._pseudonym_key, digest_size=6, person=b"pseudonym"
        ).hexdigest()


def _are_valid(parts: list[str]) -> bool:
    """Whether each part can be signed. The first of two is empty where the second is the IRI of a seller."""
    return all(map(can_be_signed, parts[1:] if len(parts) > 1 and parts[0] == "" else parts))


class HeldItems(Protocol):
    """Items that were sent for cancellation. open: false if there are none."""

    @property
    def open(self) -> Mapping[str, Any]: ...

    def block(self, order: str, item: str) -> Any:
        """Why an item cannot be cancelled; None if it is not held."""


class _NothingHeld:
    @property
    def open(self) -> Mapping[str, Any]:
        return {}

    def block(self, order: str, item: str) -> None: ...


_NOTHING_HELD = _NothingHeld()


@dataclass(slots=True, eq=False)
class CustomerOwner:
    """A customer as owner of documents: makes the ids and links of their things.

    customer: imin's identifier; "" for a thing that a service requested by imin's identifier, whose owner is
    unknown.
    clock: gives the present time, in UTC.
    link_seconds: how long a link to a file works without a token.
    is_shared: whether several responses may show the documents. If not, the present time is read once, so
    that it is the same everywhere in the response.
    held: items that an open cancellation holds.
    default_symbology: of barcodes for which none is stated.
    time_zone: IANA name, for sessions and places of which none is known. map_provider: whose maps are linked.
    checkout_base_url: of the broker's checkout pages.
    """

    customer: str
    signer: IdSigner
    public_url: str
    clock: Clock
    link_seconds: int
    is_shared: bool = True
    held: HeldItems = _NOTHING_HELD
    default_symbology: BarcodeSymbology = BarcodeSymbology.QR
    time_zone: str = DEFAULT_TIME_ZONE
    map_provider: str = "openstreetmap"
    checkout_base_url: str | None = None
    _moment: datetime | None = field(default=None, init=False)
    _ends: int | None = field(default=None, init=False)

    def now(self) -> datetime:
        """The present time; the same throughout one response, unless the documents are shared.

        A response that shows what is made of it cannot be reused: prefer `is_past`.
        """
        forbid_reuse()
        return self._now()

    def is_past(self, moment: datetime) -> bool:
        """Whether a moment has passed."""
        is_past = (self.clock() if self.is_shared else self._now()) > moment
        answer = dependencies()
        if answer is not None:
            (answer.past if is_past else answer.future).append(moment)
        return is_past

    def hold_on(self, order_identifier: str, identifier: str) -> Any:
        """Why an open cancellation keeps an item from being cancelled; None if there is none."""
        answer = dependencies()
        if answer is not None:
            answer.orders.add(order_identifier)
        held = self.held
        block = held.block(order_identifier, identifier) if held.open else None
        if block is not None:
            forbid_reuse()
        return block

    def _now(self) -> datetime:
        if self.is_shared:
            return self.clock()
        moment = self._moment
        if moment is None:
            moment = self._moment = self.clock()
        return moment

    def global_id(self, kind: str, *parts: str) -> str:
        """Global id of one of the customer's things."""
        return self.signer.sign(kind, self.customer, *parts)

    def seller_id(self, iri: str | None, order_identifier: str) -> str:
        """Global id of a seller, the same on all of the customer's orders.

        If the seller has no IRI that means the same in every order, or the customer is unknown, the id holds
        the order instead.
        """
        if iri and self.customer and not iri.startswith(_IN_ONE_DOCUMENT) and can_be_signed(iri):
            return self.global_id("Seller", "", iri)
        return self.global_id("Seller", order_identifier)

    def receipt_url(self, order_identifier: str, identifier: str, query: str = "") -> str:
        """URL that opens a receipt in a browser, without a token, until it expires.

        query: parameters to add, each with `&` behind it.
        """
        id_ = self.global_id("Receipt", order_identifier, identifier)
        link = f"/receipts/{id_}?{query}ends={self._links_end()}"
        return self.public_url + self.signer.links.sign(link)

    def pass_picture_url(self, text: str, symbology: str, query: str) -> str:
        """URL that opens a picture of a barcode in a browser, without a token, until it expires.

        The link carries the text, encrypted. query: parameters to add, each with `&` behind it.
        """
        sealed = self.signer.sealer.seal(PASS, self.customer, text, symbology)
        link = f"/passes/{sealed}?{query}ends={self._links_end()}"
        return self.public_url + self.signer.links.sign(link)

    def calendar_url(self, order_identifier: str, identifier: str) -> str:
        """URL of a calendar file with an item, which opens without a token until it expires."""
        id_ = self.global_id("OrderItem", order_identifier, identifier)
        link = f"/calendar/{id_}.ics?ends={self._links_end()}"
        return self.public_url + self.signer.links.sign(link)

    def wallet_url(self, order_identifier: str, identifier: str) -> str:
        """URL of an item's pass for Apple Wallet, which opens without a token until it expires."""
        id_ = self.global_id("OrderItem", order_identifier, identifier)
        link = f"/wallet/{id_}.pkpass?ends={self._links_end()}"
        return self.public_url + self.signer.links.sign(link)

    def links_expire_at(self) -> datetime:
        """When links that are made now will expire."""
        return datetime.fromtimestamp(self._links_end(), UTC)

    def _links_end(self) -> int:
        ends = self._ends
        if ends is None:
            made = int((self.clock() if self.is_shared else self._now()).timestamp())
            ends = made + self.link_seconds
            answer = dependencies()
            if answer is not None:
                answer.links_made.append(made)
                answer.link_seconds = self.link_seconds
            if not self.is_shared:
                self._ends = ends
        return ends
