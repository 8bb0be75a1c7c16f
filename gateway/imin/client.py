"""imin's Booking API: one method per endpoint, all over one private request.

Every request carries the key, has a deadline that covers headers and body, reads
no more than a set number of bytes after inflating, and follows no redirect (the
key would travel with it). Only GETs are ever repeated.
"""

import asyncio
import re
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import inf
from typing import NoReturn, Self
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
import yarl
from pydantic import SecretStr

from gateway.imin import jsonld
from gateway.imin.calls import count_call
from gateway.imin.documents import (
    PAGE_SIZE,
    CustomerAccount,
    Order,
    OrderItem,
    Page,
    read_order_item_page,
    read_order_page,
)
from gateway.imin.errors import NotFound, Refused, TimedOut, Unavailable, Unreadable
from gateway.imin.problems import Problem, read_problem
from gateway.imin.traffic import Traffic, TrafficOptions

# `\Z`, not `$`: a trailing newline must not pass. A path built of such names cannot leave its place.
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}\Z")

_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_CHUNK_BYTES = 65_536
_MOST_CONNECTIONS = 128
_CONNECT_SECONDS = 0.5

_MISTAKES_ANSWERED_500 = {"OrderItemNotWithinOrderError", "OrderItemIdInvalidError"}
"""Mistakes of the asker that booking systems answer with 500. Source: OpenActive reference implementation."""

_ACCEPTED, _TOO_MANY = 204, 429
_UNABLE_TO_UPDATE = "TemporarilyUnableToUpdateOrderError"
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
    traffic: TrafficOptions = field(default_factory=TrafficOptions)


@dataclass(frozen=True)
class _Answer:
    status: int
    content_type: str
    retry_after: float | None
    body: bytes

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body)


def is_identifier(text: str) -> bool:
    """Whether imin could have given that identifier, and it may stand in a path."""
    return _IDENTIFIER.match(text) is not None


class IminClient:
    """The Booking API, inside `async with`. Raises what gateway.imin.errors draws."""

    def __init__(self, options: ClientOptions) -> None:
        self.traffic = Traffic(options.traffic)
        self.on_change: Callable[[str], Awaitable[None]] | None = None
        """Told the identifier of an order, before and after it is asked to change."""
        self._options = options
        self._session: aiohttp.ClientSession
        self._changing: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = self._new_session(aiohttp.TCPConnector(limit=_MOST_CONNECTIONS))
        # A connection of its own for each change: on a kept one, a reset may mean that imin had closed it
        # long ago, and then nobody knows whether the change arrived.
        self._changing = self._new_session(aiohttp.TCPConnector(limit=_MOST_CONNECTIONS, force_close=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._changing.close()

    def _new_session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        key = self._options.api_key
        headers = {"X-API-KEY": key.get_secret_value()} if key else {}
        return aiohttp.ClientSession(
            headers={**headers, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"},
            connector=connector,
            # The deadline is the request's own; this one is for a host that does not even answer the knock.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def orders(self, customer: str, page: int) -> Page[Order]:
        """Page of a customer's orders, newest first.

        page: 1-based, 10 orders a page. An unknown customer has an empty list (assumption).
        Raises Unavailable, Unreadable, Refused. Source: imin docs, Order History.
        """
        return read_orders(await self.orders_json(customer, page), page)

    async def orders_json(self, customer: str, page: int) -> bytes | None:
        """As orders, not read yet; None where imin does not know the customer."""
        return await _or_none(self._page("orders", customer, page))

    async def upcoming_order_items(self, customer: str, page: int) -> Page[OrderItem]:
        """Page of a customer's upcoming order items, earliest first.

        page: 1-based, 10 items a page. An unknown customer has an empty list (assumption).
        Raises Unavailable, Unreadable, Refused. Source: imin docs, Upcoming OrderItems.
        """
        return read_upcoming_order_items(await self.upcoming_order_items_json(customer, page), page)

    async def upcoming_order_items_json(self, customer: str, page: int) -> bytes | None:
        """As upcoming_order_items, not read yet; None where imin does not know the customer."""
        return await _or_none(self._page("order-items", customer, page))

    async def order(self, identifier: str) -> Order:
        """One order.

        Raises NotFound, Unavailable, Unreadable, Refused. Source: imin docs, Order By Id.
        """
        return read_order(await self._get("orders", identifier), identifier)

    async def order_json(self, identifier: str) -> bytes | None:
        """As order, not read yet; None where imin has none."""
        return await _or_none(self._get("orders", identifier))

    async def customer_account(self, identifier: str) -> CustomerAccount:
        """A customer's account.

        Raises NotFound, Unavailable, Unreadable, Refused. Source: imin docs, Customer Accounts.
        """
        json = await self._get(self._options.customer_accounts_path, identifier)
        return read_account(json, identifier)

    async def customer_account_json(self, identifier: str) -> bytes | None:
        """As customer_account, not read yet; None where imin has none."""
        return await _or_none(self._get(self._options.customer_accounts_path, identifier))

    async def receipt(self, identifier: str) -> bytes:
        """A receipt's PDF.

        Raises NotFound, Unavailable, Unreadable, Refused. Source: imin docs, Receipts.
        """
        body = await self._get("receipts", identifier, limit=self._options.max_receipt_bytes)
        if not body.startswith(b"%PDF-"):
            raise Unreadable("GET /receipts/:id answered something that is no PDF")
        return body

    async def cancel(self, order_identifier: str, item_ids: list[str], timeout_seconds: float = inf) -> None:
        """Ask for the cancellation of some items of an order: all of them or none. Sent once, never repeated.

        item_ids: what imin names the items by. Returns once imin has accepted the request, which
        does not mean that the items are cancelled. timeout_seconds: less time than the setting gives.
        Raises Refused with the reason, NotFound, Unavailable (`sent` tells whether imin may have
        received it, `answered` whether it is done with it), Unreadable. Source: imin docs, Cancellations.
        """
        items = [
            {"type": "OrderItem", "id": item, "orderItemStatus": CUSTOMER_CANCELLED} for item in item_ids
        ]
        body = {"@context": "https://openactive.io/", "type": "Order", "orderedItem": items}
        url, path = self._url("orders", order_identifier)
        endpoint = f"PATCH {path}"
        content = msgspec.json.encode(body)
        await self._announce(order_identifier)
        try:
            answer = await self.traffic.to(endpoint).call(
                lambda seconds: self._request("PATCH", url, endpoint, seconds, json=content),
                min(timeout_seconds, self._options.cancel_timeout_seconds),
                is_repeatable=False,
            )
        finally:
            # Once more: somebody may have read the order just before imin changed it.
            await self._announce(order_identifier)
        if answer.status == _ACCEPTED:
            return
        if 200 <= answer.status < 400:  # noqa: PLR2004  # a page of a proxy's, a redirect, or something new
            is_known = answer.status >= 300 or answer.content_type == "text/html"  # noqa: PLR2004  # as above
            raise Unavailable(f"{endpoint} answered {answer.status}", answered=is_known)
        _raise_problem(answer, endpoint)

    async def _page(self, resource: str, customer: str, page: int) -> bytes:
        try:
            return await self._get(resource, query={"customerIdentifier": _known(customer), "page": page})
        except Refused as refusal:
            # Assumption: a page behind the end may be a bad parameter to imin; the first page never is.
            if page > 1 and refusal.kind == "InvalidQuery":
                raise NotFound(str(refusal)) from refusal
            raise

    async def _announce(self, order_identifier: str) -> None:
        if self.on_change is not None:
            await self.on_change(order_identifier)

    async def _get(
        self,
        resource: str,
        identifier: str | None = None,
        *,
        query: dict[str, str | int] | None = None,
        limit: int | None = None,
    ) -> bytes:
        url, path = self._url(resource, identifier, query)
        endpoint = f"GET {path}"
        answer = await self.traffic.to(endpoint).call(
            lambda seconds: self._request("GET", url, endpoint, seconds, limit=limit),
            self._options.timeout_seconds,
            is_repeatable=True,
        )
        if answer.status != 200:  # noqa: PLR2004  # OK
            _raise_problem(answer, endpoint)
        return answer.body

    async def _request(  # noqa: PLR0913  # the one place where a request's parts come together
        self,
        method: str,
        url: yarl.URL,
        endpoint: str,
        seconds: float,
        *,
        json: bytes | None = None,
        limit: int | None = None,
    ) -> _Answer:
        count_call()
        headers = {"Content-Type": "application/json"} if json is not None else None
        session = self._session if json is None else self._changing
        try:
            async with (
                asyncio.timeout(seconds),
                session.request(method, url, data=json, headers=headers, allow_redirects=False) as response,
            ):
                body = await _read_body(response, endpoint, limit or self._options.max_answer_bytes)
                return _Answer(
                    response.status,
                    response.content_type,
                    _seconds(response.headers.get("Retry-After")),
                    body,
                )
        except TimeoutError as error:
            sent = not isinstance(error, aiohttp.ConnectionTimeoutError)
            raise TimedOut(f"{endpoint} took longer than {seconds:.1f} s", sent=sent) from error
        except aiohttp.ClientConnectorError as error:
            raise Unavailable(f"{endpoint}: imin cannot be reached", sent=False) from error
        except (aiohttp.ClientError, ConnectionError) as error:
            raise Unavailable(f"{endpoint}: the connection broke") from error

    def _url(
        self, resource: str, identifier: str | None = None, query: dict[str, str | int] | None = None
    ) -> tuple[yarl.URL, str]:
        """Address of a resource, and its name for messages."""
        address = f"{self._options.base_url}/{resource}"
        name = f"/{resource}"
        if identifier is not None:
            address += "/" + quote(_known(identifier), safe="")
            name += "/:id"
        if query:
            address += "?" + urlencode(query)
        return yarl.URL(address, encoded=True), name


def read_orders(json: bytes | None, page: int) -> Page[Order]:
    """Page of orders that imin gave under that number; None is an empty list. Raises Unreadable."""
    return Page(page, PAGE_SIZE, 0, ()) if json is None else read_order_page(json, page)


def read_upcoming_order_items(json: bytes | None, page: int) -> Page[OrderItem]:
    """Page of upcoming order items that imin gave under that number. As read_orders."""
    return Page(page, PAGE_SIZE, 0, ()) if json is None else read_order_item_page(json, page)


def read_order(json: bytes, identifier: str) -> Order:
    """Order that imin gave for that identifier, which it need not repeat. Raises Unreadable."""
    order, unreadable = jsonld.read(Order, json)
    order.unreadable = unreadable
    if not order.identifier and order.own_items:
        order.own_identifier = identifier
    if order.identifier != identifier:
        raise Unreadable("GET /orders/:id answered another order")
    return order


def read_account(json: bytes, identifier: str) -> CustomerAccount:
    """Account that imin gave for that identifier. Raises Unreadable."""
    account, unreadable = jsonld.read(CustomerAccount, json)
    account.unreadable = unreadable
    if account.own_identifier is not None and str(account.own_identifier) != identifier:
        raise Unreadable("GET /customer-accounts/:id answered another account")
    return account


async def _or_none(answer: Awaitable[bytes]) -> bytes | None:
    try:
        return await answer
    except NotFound:
        return None


def _known(identifier: str) -> str:
    if not is_identifier(identifier):
        raise NotFound("imin gives no such identifiers")
    return identifier


async def _read_body(response: aiohttp.ClientResponse, endpoint: str, limit: int) -> bytes:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return await _read_plain(response, endpoint, limit)
    if encoding not in _WINDOW_BITS:
        raise Unreadable(f"{endpoint} answered in an encoding that was not asked for")
    inflate = zlib.decompressobj(_WINDOW_BITS[encoding])
    pieces: list[bytes] = []
    room = limit
    try:
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            pieces.append(inflate.decompress(chunk, room + 1))
            room -= len(pieces[-1])
            if room < 0:
                _refuse_size(endpoint, limit)
        if not inflate.eof and pieces:
            raise Unreadable(f"{endpoint} answered with a body cut short")
        return b"".join(pieces)
    except zlib.error as error:
        raise Unreadable(f"{endpoint} answered with a corrupt body") from error
    finally:
        # An error keeps the frames it passed, and they would keep what has been read.
        pieces.clear()


async def _read_plain(response: aiohttp.ClientResponse, endpoint: str, limit: int) -> bytes:
    if response.content_length is not None:
        if response.content_length > limit:
            _refuse_size(endpoint, limit)
        return await response.read()
    pieces: list[bytes] = []
    room = limit
    try:
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            room -= len(chunk)
            if room < 0:
                _refuse_size(endpoint, limit)
            pieces.append(chunk)
        return b"".join(pieces)
    finally:
        pieces.clear()


def _refuse_size(endpoint: str, limit: int) -> NoReturn:
    raise Unreadable(f"{endpoint} answered more than {limit} bytes")


def _raise_problem(answer: _Answer, endpoint: str) -> NoReturn:
    """Turn an answer that is no success into the error it means."""
    problem: Problem = read_problem(answer.body)
    status, kind = answer.status, problem.kind
    if 200 <= status < 400:  # noqa: PLR2004  # success of another kind, or a redirect
        raise Unreadable(f"{endpoint} answered {status}")
    if status in {401, 403}:
        raise Unavailable(f"{endpoint}: imin refuses the gateway's key ({status})", sent=False)
    if status in {404, 410} and not problem.is_of_proxy:
        raise NotFound(f"{endpoint} answered {status}")
    if status in {404, 410, 408, 429}:
        raise _unavailable(answer, endpoint, is_refused=status == _TOO_MANY)
    if status < 500 or kind in _MISTAKES_ANSWERED_500:  # noqa: PLR2004  # their mistakes and ours
        raise Refused(
            f"{endpoint} answered {status} {kind}".strip(),
            status=status,
            kind=kind,
            description=problem.description,
        )
    raise _unavailable(answer, endpoint, is_refused=kind == _UNABLE_TO_UPDATE)


def _unavailable(answer: _Answer, endpoint: str, *, is_refused: bool) -> Unavailable:
    """A failure that was answered. A proxy's time-out tells nothing of what goes on behind it.

    is_refused: whether the answer says itself that nothing was done.
    """
    return Unavailable(
        f"{endpoint} answered {answer.status}",
        sent=not is_refused,
        answered=answer.status not in {408, 504},
        retry_after=answer.retry_after,
    )


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After, which is a number or a date. Source: RFC 9110, 10.2.3."""
    if not retry_after:
        return None
    if retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
