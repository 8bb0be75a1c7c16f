"""Whose it is: global ids that carry their owner under a seal.

A global id holds the type, the customer and imin's identifiers, and a MAC over
all three. So an id that the gateway handed out proves by itself that the thing
was that customer's, and a made-up or foreign one is known without asking imin.
"""

import base64
import hashlib
import hmac
from binascii import b2a_base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from gateway.clock import Clock
from gateway.imin.documents import Order, Page
from gateway.imin.jsonld import parse_date_time

KINDS = {"Customer": "C", "Order": "O", "OrderItem": "I", "Receipt": "R", "Seller": "S"}
_NAMES = {letter: name for name, letter in KINDS.items()}
_SEAL_BYTES = 12
_LINK_SEAL_BYTES = 16
_LONGEST_ID = 2_000

_pack = msgspec.msgpack.Encoder().encode
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True)
class GlobalId:
    """What a global id says. customer: whose it is, "" for a thing a service asked for by number."""

    kind: str
    customer: str
    parts: tuple[str, ...]


class IdSeal:
    """Writes and reads global ids.

    secrets: at least one; the first seals, every one is accepted, so that they can be rotated.
    """

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._keys = tuple(hashlib.blake2b(secret, person=b"gateway-id").digest() for secret in secrets)
        # Copying a hash that has taken its key is three times as fast as keying another.
        self._seals = tuple(hashlib.blake2b(key=key, digest_size=_SEAL_BYTES) for key in self._keys)
        self._unused_seal = self._seals[0].copy
        self._link_seals = tuple(
            hashlib.blake2b(key=key, digest_size=_LINK_SEAL_BYTES, person=b"receipt-link")
            for key in self._keys
        )
        self._unused_link_seal = self._link_seals[0].copy

    def __repr__(self) -> str:
        return f"IdSeal({len(self._keys)} secrets)"

    def write(self, kind: str, customer: str, *parts: str) -> str:
        """Global id of one of a customer's things."""
        content = _pack((KINDS[kind], customer, *parts))
        return _as_text(_mac(self._unused_seal(), content) + content)

    def pseudonym(self, customer: str) -> str:
        """A name for a customer that tells nobody who it is: for logs."""
        return hashlib.blake2b(
            customer.encode(), key=self._keys[0], digest_size=6, person=b"pseudonym"
        ).hexdigest()

    def receipt_link(self, customer: str, order_identifier: str, identifier: str, ends: int) -> str:
        """Path and query of a link to a receipt: its global id, and its signature. A page has many."""
        content = _pack(("R", customer, order_identifier, identifier))
        seal, link_seal = self._unused_seal(), self._unused_link_seal()
        seal.update(content)
        id_ = b2a_base64(seal.digest() + content, newline=False).translate(_URL_SAFE, b"=").decode()
        link_seal.update(f"{id_}?{ends}".encode())
        return f"/receipts/{id_}?ends={ends}&signature={link_seal.hexdigest()}"

    def is_signed_link(self, receipt_id: str, ends: int, signature: str) -> bool:
        """Whether the gateway signed that link."""
        given = signature.encode("utf-8", "replace")
        return any(
            hmac.compare_digest(_link_mac(key.copy(), receipt_id, ends).encode(), given)
            for key in self._link_seals
        )

    def read(self, text: str) -> GlobalId | None:
        """What the id says; None where the gateway never wrote it."""
        if not text or len(text) > _LONGEST_ID or not text.isascii():
            return None
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        seal, content = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        # Only one text per id: base64 would otherwise ignore stray bits at the end.
        is_sealed = any(hmac.compare_digest(_mac(key.copy(), content), seal) for key in self._seals)
        if _as_text(raw) != text or not is_sealed:
            return None
        letter, customer, *parts = msgspec.msgpack.decode(content, type=list[str])
        return GlobalId(_NAMES[letter], customer, tuple(parts))


def _mac(unused_seal: hashlib.blake2b, content: bytes) -> bytes:
    unused_seal.update(content)
    return unused_seal.digest()


def _link_mac(unused_seal: hashlib.blake2b, receipt_id: str, ends: int) -> str:
    return _mac(unused_seal, f"{receipt_id}?{ends}".encode()).hex()


def _as_text(raw: bytes) -> str:
    """Base64 for URLs without padding; in half the time that the standard library's takes."""
    return b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


@dataclass(slots=True, eq=False)
class CustomerOwner:
    """A customer as owner of documents: hands out the ids of their things.

    customer: imin's identifier; "" for a thing that a service asked for by number.
    clock: gives the present time, in UTC.
    link_seconds: how long links to receipts open without a token.
    are_kept: whether other answers will show the documents too; if not, there is one moment for all of them.
    """

    customer: str
    seal: IdSeal
    public_url: str
    clock: Clock
    link_seconds: int
    are_kept: bool = True
    _moment: datetime | None = field(default=None, init=False)
    _ends: int | None = field(default=None, init=False)

    def now(self) -> datetime:
        """The present time; of one answer the same each time."""
        if self.are_kept:
            return self.clock()
        moment = self._moment
        if moment is None:
            moment = self._moment = self.clock()
        return moment

    def global_id(self, kind: str, *parts: str) -> str:
        """Global id of one of the customer's things."""
        return self.seal.write(kind, self.customer, *parts)

    def seller_id(self, iri: str | None, order_identifier: str) -> str:
        """Global id of a seller, the same on all of the customer's orders.

        Where the seller has no IRI, or it is not known whose orders to find it in, the id
        holds the order instead.
        """
        if iri and self.customer:
            return self.global_id("Seller", "", iri)
        return self.global_id("Seller", order_identifier)

    def receipt_url(self, order_identifier: str, identifier: str) -> str:
        """Where a browser, which has no token, can open a receipt of an order for a while."""
        ends = self._ends
        if ends is None:
            ends = int(self.now().timestamp()) + self.link_seconds
            if not self.are_kept:
                self._ends = ends
        return self.public_url + self.seal.receipt_link(self.customer, order_identifier, identifier, ends)


async def is_in_history(
    identifier: str, ordered: datetime, page_of: Callable[[int], Awaitable[Page[Order]]]
) -> bool:
    """Whether an order stands in a customer's history, found by its date in at most log₂ of its pages.

    page_of: gives a page of that customer's history. Raises what that raises.
    """
    low, high = 1, None
    while high is None or low <= high:
        number = 1 if high is None else (low + high) // 2
        page = await page_of(number)
        if any(order.identifier == identifier for order in page.items):
            return True
        if high is None:
            high = -(-page.total // page.size)
        dates = [date for order in page.items if (date := parse_date_time(order.order_date))]
        if dates and dates[-1] > ordered:
            low = number + 1
        elif not dates or dates[0] < ordered:
            high = number - 1
        else:
            return await _is_beside(identifier, number, page_of, dates, ordered)
    return False


async def _is_beside(
    identifier: str,
    number: int,
    page_of: Callable[[int], Awaitable[Page[Order]]],
    dates: list[datetime],
    ordered: datetime,
) -> bool:
    """Whether an order of the same instant as the edge of a page stands on the page beside it."""
    beside = [number + 1] if dates[-1] == ordered else []
    beside += [number - 1] if dates[0] == ordered and number > 1 else []
    for other in beside:
        page = await page_of(other)
        if any(order.identifier == identifier for order in page.items):
            return True
    return False
