"""imin's APIs: reads from any declared endpoint; receipts and changes of the Booking API.

Every request carries the key, has a deadline that covers headers and body, reads no more than a set number
of bytes after inflating, and follows no redirect (the key would travel with it). Only GETs are repeated.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Any, Self

import msgspec
from pydantic import SecretStr

from gateway.imin.endpoints.declaration import ChangeEndpoint, Endpoint, K
from gateway.imin.errors import IminError, TimedOut, Unreadable, UpstreamUnavailable
from gateway.imin.routes import Route
from gateway.imin.transport.call_counter import count_call
from gateway.imin.transport.endpoint_guard import EndpointGuardOptions, EndpointGuards
from gateway.imin.transport.errors import CannotConnect, ResponseTooLarge, ResponseTooLate, TransportError
from gateway.imin.transport.pool import MAX_CONNECTION_SECONDS, ConnectionPool
from gateway.imin.transport.response import (
    StreamedResponse,
    UpstreamResponse,
    decompressed,
    raise_upstream_error,
    read_response,
)
from gateway.imin.transport.response_parser import ResponseHead

_OK, _ACCEPTED = 200, 204
_PROXY_FAILURES = {408, 502, 504}
_CANCEL = Route("PATCH", "/orders/{identifier}")
_RECEIPT = Route("GET", "/receipts/{identifier}")
_LOOK_AHEAD_BYTES = 262_144
CUSTOMER_CANCELLED = "https://openactive.io/CustomerCancelled"


@dataclass(frozen=True)
class ClientOptions:
    """How to reach imin. Times in seconds, sizes in bytes after inflating.

    search_base_url: of the Search API; None if it is not used. checkout_base_url: of the broker's checkout.
    linked_accounts_path: below a customer's account; None if they are not read.
    """

    base_url: str
    api_key: SecretStr | None
    timeout_seconds: float
    cancel_timeout_seconds: float
    max_answer_bytes: int
    max_receipt_bytes: int
    customer_accounts_path: str
    max_connection_seconds: float = MAX_CONNECTION_SECONDS
    search_base_url: str | None = None
    linked_accounts_path: str | None = None
    checkout_base_url: str | None = None
    endpoint_guard: EndpointGuardOptions = field(default_factory=EndpointGuardOptions)


@dataclass(frozen=True)
class ReceiptContent:
    """A receipt's PDF. length: bytes, None where imin does not state it. pieces: as they arrive."""

    length: int | None
    pieces: AsyncIterator[bytes]


class IminClient:
    """The Booking and the Search API, inside `async with`. Raises the errors of gateway.imin.errors."""

    def __init__(self, options: ClientOptions) -> None:
        self.endpoint_guards = EndpointGuards(options.endpoint_guard)
        self.on_change: Callable[[str], Awaitable[None]] | None = None
        """Called with an order's identifier, before and after imin is requested to change the order."""
        self._options = options
        self._routes: dict[Endpoint[Any, Any], Route] = {}
        key = {"X-API-KEY": options.api_key.get_secret_value()} if options.api_key else {}
        headers = {**key, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
        self._pool = ConnectionPool(options.base_url, headers, options.max_connection_seconds)
        self._search, self._checkout = (
            None if url is None else ConnectionPool(url, headers, options.max_connection_seconds)
            for url in (options.search_base_url, options.checkout_base_url)
        )

    @property
    def has_search(self) -> bool:
        """Whether the Search API may be used."""
        return self._search is not None

    @property
    def has_linked_accounts(self) -> bool:
        """Whether the accounts that customers have at sellers may be read."""
        return self._options.linked_accounts_path is not None

    async def __aenter__(self) -> Self:
        for pool in (self._pool, self._search, self._checkout):
            if pool is not None:
                pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        for pool in (self._pool, self._search, self._checkout):
            if pool is not None:
                pool.close()

    async def fetch(self, endpoint: Endpoint[K, Any], key: K) -> bytes | None:
        """JSON of a resource, None where imin has none.

        If the key contains anything but identifiers, there is no such resource, and no request is sent.
        Raises UpstreamUnavailable, Unreadable, Refused.
        """
        route = self._routes.get(endpoint) or self._route(endpoint)
        name, max_bytes = route.name, self._options.max_answer_bytes
        pool = self._pool if endpoint.api == "booking" else self._search
        try:
            path = route.path(key)
            if pool is None:
                raise UpstreamUnavailable(f"{name}: no address is set", sent=False)
            response = await self.endpoint_guards.of(name).call(
                lambda seconds: self._respond(pool.get(path, seconds, max_bytes), name),
                self._options.timeout_seconds,
                is_repeatable=True,
            )
            if response.status == _OK:
                return response.body
            raise_upstream_error(response, name)
        except IminError as error:
            if endpoint.is_absent(error, key):
                return None
            raise

    @asynccontextmanager
    async def receipt(self, identifier: str) -> AsyncIterator[ReceiptContent]:
        """A receipt's PDF, streamed: inside the `async with`, and only there.

        Raises NotFound, UpstreamUnavailable, Unreadable, Refused. Once pieces arrive, UpstreamUnavailable
        and Unreadable mean that there will be no more. Source: imin docs, Receipts.
        """
        path, route = _RECEIPT.path((identifier,)), _RECEIPT.name
        max_bytes = self._options.max_receipt_bytes
        async with AsyncExitStack() as stack:
            response = await self.endpoint_guards.of(route).call(
                lambda seconds: self._open(stack, path, route, seconds, max_bytes),
                self._options.timeout_seconds,
                is_repeatable=True,
            )
            pieces = _translated(decompressed(response, route, max_bytes), route)
            if response.status != _OK:
                raise_upstream_error(response.with_body(b"".join([piece async for piece in pieces])), route)
            yield ReceiptContent(response.decompressed_length, await _checked(pieces))

    async def cancel(self, order_identifier: str, item_ids: list[str], timeout_seconds: float = inf) -> None:
        """Request the cancellation of items of an order: all of them or none. Sent once, never repeated.

        item_ids: by which imin knows the items. Returns once imin has accepted the request, which
        does not mean that the items are cancelled. timeout_seconds: less time than the setting gives.
        Raises Refused with the reason, NotFound, UpstreamUnavailable (`sent`: whether imin may have received
        it, `answered`: whether imin is done with it), Unreadable. Source: imin docs, Cancellations.
        """
        items = [
            {"type": "OrderItem", "id": item, "orderItemStatus": CUSTOMER_CANCELLED} for item in item_ids
        ]
        body = {"@context": "https://openactive.io/", "type": "Order", "orderedItem": items}
        path, route = _CANCEL.path((order_identifier,)), _CANCEL.name
        content = msgspec.json.encode(body)
        await self._notify_of_change(order_identifier)
        try:
            response = await self._send_once(self._pool, _CANCEL, path, content, timeout_seconds)
        finally:
            # Again: the order may have been read just before imin changed it.
            await self._notify_of_change(order_identifier)
        if response.status == _ACCEPTED:
            return
        if 200 <= response.status < 400:  # noqa: PLR2004  # a proxy's page, a redirect, or something new
            is_known = response.status >= 300 or response.head.content_type == "text/html"  # noqa: PLR2004  # as above
            raise UpstreamUnavailable(f"{route} returned {response.status}", answered=is_known)
        raise_upstream_error(response, route)

    async def change(
        self,
        endpoint: ChangeEndpoint,
        key: tuple[str, ...],
        document: Any | None = None,
        timeout_seconds: float = inf,
    ) -> bytes:
        """Body of imin's response to a change that it has accepted. Sent once, never repeated.

        key: fills the endpoint's path. document: the body, to be encoded as JSON; None for none.
        timeout_seconds: less time than the setting gives. Raises Refused with the reason, NotFound,
        UpstreamUnavailable (`sent`: whether imin may have received it, `answered`: whether imin itself has
        answered), Unreadable. A redirect, a page and a proxy's status prove nothing: the proxy may still
        forward the request.
        """
        route = Route(endpoint.method, self._path(endpoint.path))
        pool = self._pool if endpoint.api == "booking" else self._checkout
        if pool is None:
            raise UpstreamUnavailable(f"{route.name}: no address is set", sent=False)
        content = None if document is None else msgspec.json.encode(document)
        response = await self._send_once(pool, route, route.path(key), content, timeout_seconds)
        status, is_page = response.status, response.head.content_type == "text/html"
        if status < 400 and (status >= 300 or is_page):  # noqa: PLR2004  # a redirect, or a proxy's page
            raise UpstreamUnavailable(f"{route.name} returned {status}")
        if status in _PROXY_FAILURES or (status >= 500 and is_page):  # noqa: PLR2004  # a proxy's
            raise UpstreamUnavailable(f"{route.name} returned {status}", retry_after=response.retry_after)
        if not 200 <= status < 300:  # noqa: PLR2004  # errors
            raise_upstream_error(response, route.name)
        return response.body

    async def _send_once(
        self, pool: ConnectionPool, route: Route, path: str, content: bytes | None, timeout_seconds: float
    ) -> UpstreamResponse:
        max_bytes = self._options.max_answer_bytes
        return await self.endpoint_guards.of(route.name).call(
            lambda seconds: self._respond(
                pool.send_once(route.method, path, content, seconds, max_bytes), route.name
            ),
            min(timeout_seconds, self._options.cancel_timeout_seconds),
            is_repeatable=False,
        )

    def _route(self, endpoint: Endpoint[Any, Any]) -> Route:
        route = self._routes[endpoint] = Route("GET", self._path(endpoint.path))
        return route

    def _path(self, declared: str) -> str:
        """The path with the parts that are settings; those of `has_…` must be set."""
        path = declared.replace("{customer_accounts}", self._options.customer_accounts_path)
        return path.replace("{linked_accounts}", self._options.linked_accounts_path or "")

    async def _notify_of_change(self, order_identifier: str) -> None:
        if self.on_change is not None:
            await self.on_change(order_identifier)

    async def _respond(self, exchange: Awaitable[tuple[ResponseHead, bytes]], route: str) -> UpstreamResponse:
        count_call()
        try:
            head, body = await exchange
            return read_response(head, body, route, self._options.max_answer_bytes)
        except TransportError as error:
            raise _as_imin_error(error, route) from error

    async def _open(
        self, stack: AsyncExitStack, path: str, route: str, seconds: float, max_bytes: int
    ) -> StreamedResponse:
        count_call()
        try:
            return StreamedResponse(
                *await stack.enter_async_context(self._pool.stream(path, seconds, max_bytes))
            )
        except TransportError as error:
            raise _as_imin_error(error, route) from error


def _as_imin_error(error: Exception, route: str) -> UpstreamUnavailable | Unreadable:
    match error:
        case CannotConnect(timed_out=False):
            return UpstreamUnavailable(f"{route}: imin cannot be reached", sent=False)
        case CannotConnect():
            return TimedOut(f"{route}: imin cannot be reached in time", sent=False)
        case ResponseTooLate():
            return TimedOut(f"{route} took too long")
        case ResponseTooLarge():
            return Unreadable(f"{route} returned more bytes than are allowed")
    return UpstreamUnavailable(f"{route}: the connection broke")


async def _translated(pieces: AsyncIterator[bytes], route: str) -> AsyncIterator[bytes]:
    """The pieces; errors of the connection become those of gateway.imin.errors."""
    try:
        async for piece in pieces:
            yield piece
    except TransportError as error:
        raise _as_imin_error(error, route) from error


async def _checked(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces of a PDF, after a look at its start. Raises Unreadable.

    The first 256 KiB are read ahead, so that a small PDF is known to be whole before any of it is passed on.
    """
    ahead = bytearray()
    while len(ahead) < _LOOK_AHEAD_BYTES and (piece := await anext(pieces, b"")):
        ahead += piece
    if not ahead.startswith(b"%PDF-"):
        raise Unreadable("GET /receipts/:id returned something that is no PDF")

    async def from_the_start() -> AsyncIterator[bytes]:
        yield bytes(ahead)
        async for piece in pieces:
            yield piece

    return from_the_start()
