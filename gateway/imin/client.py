"""imin's Booking API: one method per endpoint, over one wire.

Every request carries the key, has a deadline that covers headers and body, reads
no more than a set number of bytes after inflating, and follows no redirect (the
key would travel with it). Only GETs are ever repeated.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Self

import msgspec
from pydantic import SecretStr

from gateway.imin.documents import CustomerAccount, Order, OrderItem, Page
from gateway.imin.errors import NotFound, Refused, TimedOut, Unreadable, UpstreamUnavailable
from gateway.imin.parse import read_account, read_order, read_orders, read_upcoming_order_items
from gateway.imin.transport.call_counter import count_call
from gateway.imin.transport.endpoint_guard import EndpointGuardOptions, EndpointGuards
from gateway.imin.transport.errors import CannotConnect, ResponseTooLarge, ResponseTooLate, TransportError
from gateway.imin.transport.pool import ConnectionPool
from gateway.imin.transport.response import (
    StreamedResponse,
    UpstreamResponse,
    decompressed,
    raise_upstream_error,
    read_response,
)
from gateway.imin.transport.response_parser import ResponseHead

# `\Z`, not `$`: a trailing newline must not pass. A path built of such names cannot leave its place,
# and nothing in them needs quoting.
_matches = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}\Z").match

_OK, _ACCEPTED = 200, 204
_ORDER = "GET /orders/:id"
_LOOK_AHEAD_BYTES = 262_144
CUSTOMER_CANCELLED = "https://openactive.io/CustomerCancelled"


@dataclass(frozen=True)
class ClientOptions:
    """How to reach imin. Times in seconds, sizes in bytes after inflating."""

    base_url: str
    api_key: SecretStr | None
    timeout_seconds: float
    cancel_timeout_seconds: float
    max_answer_bytes: int
    max_receipt_bytes: int
    customer_accounts_path: str
    endpoint_guard: EndpointGuardOptions = field(default_factory=EndpointGuardOptions)


@dataclass(frozen=True)
class ReceiptContent:
    """A receipt's PDF. length: bytes, None where imin does not tell. pieces: of the PDF, as they come."""

    length: int | None
    pieces: AsyncIterator[bytes]


def is_identifier(text: str) -> bool:
    """Whether imin could have given that identifier, and it may stand in a path."""
    return _matches(text) is not None


class IminClient:
    """The Booking API, inside `async with`. Raises what gateway.imin.errors draws."""

    def __init__(self, options: ClientOptions) -> None:
        self.endpoint_guards = EndpointGuards(options.endpoint_guard)
        self.on_change: Callable[[str], Awaitable[None]] | None = None
        """Told the identifier of an order, before and after it is asked to change."""
        self._options = options
        key = {"X-API-KEY": options.api_key.get_secret_value()} if options.api_key else {}
        self._pool = ConnectionPool(
            options.base_url, {**key, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
        )

    async def __aenter__(self) -> Self:
        self._pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pool.close()

    async def orders(self, customer: str, page: int) -> Page[Order]:
        """Page of a customer's orders, newest first.

        page: 1-based, 10 orders a page. An unknown customer has an empty list (assumption).
        Raises UpstreamUnavailable, Unreadable, Refused. Source: imin docs, Order History.
        """
        return read_orders(await self.orders_json(customer, page), page)

    async def orders_json(self, customer: str, page: int) -> bytes | None:
        """As orders, not read yet; None where imin does not know the customer."""
        return await self._page("orders", customer, page)

    async def upcoming_order_items(self, customer: str, page: int) -> Page[OrderItem]:
        """Page of a customer's upcoming order items, earliest first.

        page: 1-based, 10 items a page. An unknown customer has an empty list (assumption).
        Raises UpstreamUnavailable, Unreadable, Refused. Source: imin docs, Upcoming OrderItems.
        """
        return read_upcoming_order_items(await self.upcoming_order_items_json(customer, page), page)

    async def upcoming_order_items_json(self, customer: str, page: int) -> bytes | None:
        """As upcoming_order_items, not read yet; None where imin does not know the customer."""
        return await self._page("order-items", customer, page)

    async def order(self, identifier: str) -> Order:
        """One order.

        Raises NotFound, UpstreamUnavailable, Unreadable, Refused. Source: imin docs, Order By Id.
        """
        return read_order(await self._get(_order_path(identifier), _ORDER), identifier)

    async def order_json(self, identifier: str) -> bytes | None:
        """As order, not read yet; None where imin has none."""
        try:
            return await self._get(_order_path(identifier), _ORDER)
        except NotFound:
            return None

    async def customer_account(self, identifier: str) -> CustomerAccount:
        """A customer's account.

        Raises NotFound, UpstreamUnavailable, Unreadable, Refused. Source: imin docs, Customer Accounts.
        """
        return read_account(await self._get(*self._account(identifier)), identifier)

    async def customer_account_json(self, identifier: str) -> bytes | None:
        """As customer_account, not read yet; None where imin has none."""
        try:
            return await self._get(*self._account(identifier))
        except NotFound:
            return None

    @asynccontextmanager
    async def receipt(self, identifier: str) -> AsyncIterator[ReceiptContent]:
        """A receipt's PDF, as it comes: inside the `async with`, and only there.

        Raises NotFound, UpstreamUnavailable, Unreadable, Refused; while pieces come, UpstreamUnavailable and
        Unreadable mean that there will be no more. Source: imin docs, Receipts.
        """
        path, endpoint = f"/receipts/{_known(identifier)}", "GET /receipts/:id"
        room = self._options.max_receipt_bytes
        async with AsyncExitStack() as stack:
            begun = await self.endpoint_guards.of(endpoint).call(
                lambda seconds: self._begin(stack, path, endpoint, seconds, room),
                self._options.timeout_seconds,
                is_repeatable=True,
            )
            pieces = _told(decompressed(begun, endpoint, room), endpoint)
            if begun.status != _OK:
                raise_upstream_error(begun.with_body(b"".join([piece async for piece in pieces])), endpoint)
            yield ReceiptContent(begun.decompressed_length, await _checked(pieces))

    async def cancel(self, order_identifier: str, item_ids: list[str], timeout_seconds: float = inf) -> None:
        """Ask for the cancellation of some items of an order: all of them or none. Sent once, never repeated.

        item_ids: what imin names the items by. Returns once imin has accepted the request, which
        does not mean that the items are cancelled. timeout_seconds: less time than the setting gives.
        Raises Refused with the reason, NotFound, UpstreamUnavailable (`sent` tells whether imin may have
        received it, `answered` whether it is done with it), Unreadable. Source: imin docs, Cancellations.
        """
        items = [
            {"type": "OrderItem", "id": item, "orderItemStatus": CUSTOMER_CANCELLED} for item in item_ids
        ]
        body = {"@context": "https://openactive.io/", "type": "Order", "orderedItem": items}
        path, endpoint = _order_path(order_identifier), "PATCH /orders/:id"
        content = msgspec.json.encode(body)
        await self._announce(order_identifier)
        try:
            answer = await self.endpoint_guards.of(endpoint).call(
                lambda seconds: self._reply(
                    self._pool.patch(path, content, seconds, self._options.max_answer_bytes), endpoint
                ),
                min(timeout_seconds, self._options.cancel_timeout_seconds),
                is_repeatable=False,
            )
        finally:
            # Once more: somebody may have read the order just before imin changed it.
            await self._announce(order_identifier)
        if answer.status == _ACCEPTED:
            return
        if 200 <= answer.status < 400:  # noqa: PLR2004  # a page of a proxy's, a redirect, or something new
            is_known = answer.status >= 300 or answer.head.content_type == "text/html"  # noqa: PLR2004  # as above
            raise UpstreamUnavailable(f"{endpoint} answered {answer.status}", answered=is_known)
        raise_upstream_error(answer, endpoint)

    async def _page(self, resource: str, customer: str, page: int) -> bytes | None:
        try:
            path = f"/{resource}?customerIdentifier={_known(customer)}&page={page}"
            return await self._get(path, f"GET /{resource}")
        except NotFound:
            return None
        except Refused as refusal:
            # Assumption: a page behind the end may be a bad parameter to imin; the first page never is.
            if page > 1 and refusal.kind == "InvalidQuery":
                return None
            raise

    def _account(self, identifier: str) -> tuple[str, str]:
        """Path of an account, and its endpoint. Raises NotFound."""
        resource = self._options.customer_accounts_path
        return f"/{resource}/{_known(identifier)}", f"GET /{resource}/:id"

    async def _announce(self, order_identifier: str) -> None:
        if self.on_change is not None:
            await self.on_change(order_identifier)

    async def _get(self, path: str, endpoint: str) -> bytes:
        room = self._options.max_answer_bytes
        reply = await self.endpoint_guards.of(endpoint).call(
            lambda seconds: self._reply(self._pool.get(path, seconds, room), endpoint),
            self._options.timeout_seconds,
            is_repeatable=True,
        )
        if reply.status != _OK:
            raise_upstream_error(reply, endpoint)
        return reply.body

    async def _reply(self, asked: Awaitable[tuple[ResponseHead, bytes]], endpoint: str) -> UpstreamResponse:
        count_call()
        try:
            head, body = await asked
            return read_response(head, body, endpoint, self._options.max_answer_bytes)
        except TransportError as error:
            raise _meaning(error, endpoint) from error

    async def _begin(
        self, stack: AsyncExitStack, path: str, endpoint: str, seconds: float, room: int
    ) -> StreamedResponse:
        count_call()
        try:
            return StreamedResponse(*await stack.enter_async_context(self._pool.stream(path, seconds, room)))
        except TransportError as error:
            raise _meaning(error, endpoint) from error


def _meaning(error: Exception, endpoint: str) -> UpstreamUnavailable | Unreadable:
    """What a failure of the wire means."""
    match error:
        case CannotConnect(timed_out=False):
            return UpstreamUnavailable(f"{endpoint}: imin cannot be reached", sent=False)
        case CannotConnect():
            return TimedOut(f"{endpoint}: imin cannot be reached in time", sent=False)
        case ResponseTooLate():
            return TimedOut(f"{endpoint} took too long")
        case ResponseTooLarge():
            return Unreadable(f"{endpoint} answered more bytes than are allowed")
    return UpstreamUnavailable(f"{endpoint}: the connection broke")


async def _told(pieces: AsyncIterator[bytes], endpoint: str) -> AsyncIterator[bytes]:
    """The pieces; what goes wrong on the wire as what it means."""
    try:
        async for piece in pieces:
            yield piece
    except TransportError as error:
        raise _meaning(error, endpoint) from error


async def _checked(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces of a PDF again, after a look at the first so many. Raises Unreadable.

    What goes wrong with a small one shows before anything of it has been given out.
    """
    ahead = bytearray()
    while len(ahead) < _LOOK_AHEAD_BYTES and (piece := await anext(pieces, b"")):
        ahead += piece
    if not ahead.startswith(b"%PDF-"):
        raise Unreadable("GET /receipts/:id answered something that is no PDF")

    async def again() -> AsyncIterator[bytes]:
        yield bytes(ahead)
        async for piece in pieces:
            yield piece

    return again()


def _order_path(identifier: str) -> str:
    return f"/orders/{_known(identifier)}"


def _known(identifier: str) -> str:
    if _matches(identifier) is None:
        raise NotFound("imin gives no such identifiers")
    return identifier
