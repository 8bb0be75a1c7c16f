"""What a reply of imin's means: its body decompressed, or the error that it tells of."""

import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NoReturn

from msgspec import Struct

from gateway.imin.error_bodies import Problem, read_problem
from gateway.imin.errors import NotFound, Refused, Unreadable, UpstreamUnavailable
from gateway.imin.transport.connection import ResponseHead
from gateway.imin.transport.errors import ResponseTooLarge

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_ZLIB_METHOD = 8

_MISTAKES_ANSWERED_500 = {"OrderItemNotWithinOrderError", "OrderItemIdInvalidError"}
"""Mistakes of the asker that booking systems answer with 500. Source: OpenActive reference implementation."""

_TOO_MANY = 429
_UNABLE_TO_UPDATE = "TemporarilyUnableToUpdateOrderError"


class UpstreamResponse(Struct, frozen=True):
    """A whole reply. retry_after: seconds, None where it says nothing. body: inflated."""

    status: int
    retry_after: float | None
    body: bytes
    head: ResponseHead

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body)


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """A reply whose body is still to come, as it was sent."""

    head: ResponseHead
    pieces: AsyncIterator[bytes]

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.head.status

    @property
    def retry_after(self) -> float | None:
        """As of a whole reply."""
        return _retry_after(self.head)

    @property
    def size(self) -> int:
        """Bytes of the body, as far as they are announced."""
        return self.head.content_length or 0

    @property
    def plain_length(self) -> int | None:
        """Bytes of the body when inflated; None where that is not known before."""
        return None if _is_compressed(self.head) else self.head.content_length

    def with_body(self, body: bytes) -> UpstreamResponse:
        """The whole reply."""
        return UpstreamResponse(self.status, self.retry_after, body, self.head)


def read_response(head: ResponseHead, body: bytes, endpoint: str, room: int) -> UpstreamResponse:
    """The reply. room: bytes that its body may have when inflated. Raises Unreadable, ResponseTooLarge."""
    inflate = _inflater(head, endpoint)
    if inflate is not None:
        body = inflate.some(body, room)
        inflate.end()
    retry_after = _retry_after(head) if "retry-after" in head.headers else None
    return UpstreamResponse(head.status, retry_after, body, head)


async def decompressed(begun: StreamedResponse, endpoint: str, room: int) -> AsyncIterator[bytes]:
    """The body, piece by piece. As read_response."""
    inflate = _inflater(begun.head, endpoint)
    async for piece in begun.pieces:
        plain = inflate.some(piece, room) if inflate else piece
        room -= len(plain)
        if plain:
            yield plain
    if inflate is not None:
        inflate.end()


def _retry_after(head: ResponseHead) -> float | None:
    """Seconds of a Retry-After, which is a number or a date. Source: RFC 9110, 10.2.3."""
    told = head.headers.get("retry-after")
    if not told:
        return None
    if told.isdecimal():
        return float(told[:9])
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def raise_upstream_error(reply: UpstreamResponse, endpoint: str) -> NoReturn:
    """Raise the error that a reply which is no success tells of."""
    problem: Problem = read_problem(reply.body)
    status, kind = reply.status, problem.kind
    if 200 <= status < 400:  # noqa: PLR2004  # success of another kind, or a redirect
        raise Unreadable(f"{endpoint} answered {status}")
    if status in {401, 403}:
        raise UpstreamUnavailable(f"{endpoint}: imin refuses the gateway's key ({status})", sent=False)
    if status in {404, 410} and not problem.is_from_proxy:
        raise NotFound(f"{endpoint} answered {status}")
    if status in {404, 410, 408, 429}:
        raise _unavailable(reply, endpoint, is_refused=status == _TOO_MANY)
    if status < 500 or kind in _MISTAKES_ANSWERED_500:  # noqa: PLR2004  # their mistakes and ours
        raise Refused(
            f"{endpoint} answered {status} {kind}".strip(),
            status=status,
            kind=kind,
            description=problem.description,
        )
    raise _unavailable(reply, endpoint, is_refused=kind == _UNABLE_TO_UPDATE)


def _unavailable(reply: UpstreamResponse, endpoint: str, *, is_refused: bool) -> UpstreamUnavailable:
    """A failure that was answered. A proxy's time-out tells nothing of what goes on behind it.

    is_refused: whether the answer says itself that nothing was done.
    """
    return UpstreamUnavailable(
        f"{endpoint} answered {reply.status}",
        sent=not is_refused,
        answered=reply.status not in {408, 504},
        retry_after=reply.retry_after,
    )


class _Inflater:
    """Takes a body's compression off. Several gzip members in a row are one body."""

    def __init__(self, endpoint: str, *, is_gzip: bool) -> None:
        self._endpoint = endpoint
        self._is_gzip = is_gzip
        self._inflate = zlib.decompressobj(_GZIP) if is_gzip else None
        self._has_begun = False

    def some(self, data: bytes, room: int) -> bytes:
        """What that much of the body becomes. Raises Unreadable, ResponseTooLarge."""
        plain: list[bytes] = []
        while data:
            self._has_begun = True
            try:
                plain.append(self._ready(data).decompress(data, room + 1))
            except zlib.error as error:
                raise Unreadable(f"{self._endpoint} answered with a corrupt body") from error
            room -= len(plain[-1])
            if room < 0:
                raise ResponseTooLarge
            data = self._ready(data).unused_data
            if data and not self._is_gzip:
                raise Unreadable(f"{self._endpoint} answered with a corrupt body")
            if data:
                self._inflate = zlib.decompressobj(_GZIP)
        return b"".join(plain)

    def end(self) -> None:
        """The body ends here. Raises Unreadable."""
        if self._has_begun and (self._inflate is None or not self._inflate.eof):
            raise Unreadable(f"{self._endpoint} answered with a body cut short")

    def _ready(self, data: bytes) -> "zlib._Decompress":
        """`deflate` means zlib's wrapping by RFC 9110, and is sent without it by many."""
        if self._inflate is None:
            is_wrapped = data[0] & 0x0F == _ZLIB_METHOD
            self._inflate = zlib.decompressobj(_ZLIB if is_wrapped else _RAW)
        return self._inflate


def _is_compressed(head: ResponseHead) -> bool:
    told = head.headers.get("content-encoding")
    return told is not None and told.strip().lower() not in {"", "identity"}


def _inflater(head: ResponseHead, endpoint: str) -> _Inflater | None:
    if "content-encoding" not in head.headers or not _is_compressed(head):
        return None
    encoding = head.headers["content-encoding"].strip().lower()
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise Unreadable(f"{endpoint} answered in an encoding that was not asked for")
    return _Inflater(endpoint, is_gzip=encoding != "deflate")
