"""Responses from imin: decompress their bodies, or raise the error that they mean."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NoReturn

from msgspec import Struct

from gateway.imin.error_bodies import read_problem
from gateway.imin.errors import NotFound, Refused, Unreadable, UpstreamUnavailable
from gateway.imin.transport.decompression import decompressor, is_compressed
from gateway.imin.transport.response_parser import ResponseHead

_CALLER_MISTAKES_SENT_AS_500 = {"OrderItemNotWithinOrderError", "OrderItemIdInvalidError"}
"""Mistakes in requests that booking systems answer with 500. Source: OpenActive reference implementation."""

_TOO_MANY = 429
_UNABLE_TO_UPDATE = "TemporarilyUnableToUpdateOrderError"


class UpstreamResponse(Struct, frozen=True):
    """A complete response. retry_after: seconds, None if it names none. body: decompressed."""

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
    """A response whose body is still arriving. chunks: of the body as it was sent."""

    head: ResponseHead
    chunks: AsyncIterator[bytes]

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.head.status

    @property
    def retry_after(self) -> float | None:
        """Seconds, None if the response names none."""
        return _retry_after(self.head)

    @property
    def size(self) -> int:
        """Bytes of the body as announced; 0 if they are not."""
        return self.head.content_length or 0

    @property
    def decompressed_length(self) -> int | None:
        """Bytes of the body once decompressed; None if that is not known beforehand."""
        return None if is_compressed(self.head) else self.head.content_length

    def with_body(self, body: bytes) -> UpstreamResponse:
        """The complete response."""
        return UpstreamResponse(self.status, self.retry_after, body, self.head)


def read_response(head: ResponseHead, body: bytes, endpoint: str, max_bytes: int) -> UpstreamResponse:
    """The response. max_bytes: of its decompressed body. Raises Unreadable, ResponseTooLarge."""
    decompress = decompressor(head, endpoint)
    if decompress is not None:
        body = decompress.decompress(body, max_bytes)
        decompress.finish()
    retry_after = _retry_after(head) if "retry-after" in head.headers else None
    return UpstreamResponse(head.status, retry_after, body, head)


async def decompressed(streamed: StreamedResponse, endpoint: str, max_bytes: int) -> AsyncIterator[bytes]:
    """The chunks of the decompressed body. max_bytes: of all of them. Raises as read_response."""
    decompress = decompressor(streamed.head, endpoint)
    async for chunk in streamed.chunks:
        plain = decompress.decompress(chunk, max_bytes) if decompress else chunk
        max_bytes -= len(plain)
        if plain:
            yield plain
    if decompress is not None:
        decompress.finish()


def raise_upstream_error(response: UpstreamResponse, endpoint: str) -> NoReturn:
    """Raise the error that a response means, if it is not the expected success."""
    problem = read_problem(response.body)
    status, kind = response.status, problem.kind
    if 200 <= status < 400:  # noqa: PLR2004  # success of another kind, or a redirect
        raise Unreadable(f"{endpoint} returned {status}")
    if status in {401, 403}:
        raise UpstreamUnavailable(f"{endpoint}: imin refuses the gateway's key ({status})", sent=False)
    if status in {404, 410} and not problem.is_from_proxy:
        raise NotFound(f"{endpoint} returned {status}")
    if status in {404, 410, 408, 429}:
        raise _unavailable(response, endpoint, is_refused=status == _TOO_MANY)
    if status < 500 or kind in _CALLER_MISTAKES_SENT_AS_500:  # noqa: PLR2004  # server errors
        raise Refused(
            f"{endpoint} returned {status} {kind}".strip(),
            status=status,
            kind=kind,
            description=problem.description,
        )
    raise _unavailable(response, endpoint, is_refused=kind == _UNABLE_TO_UPDATE)


def _unavailable(response: UpstreamResponse, endpoint: str, *, is_refused: bool) -> UpstreamUnavailable:
    """A failure that was answered. is_refused: whether the response itself says that nothing was done."""
    return UpstreamUnavailable(
        f"{endpoint} returned {response.status}",
        sent=not is_refused,
        # After a proxy's time-out, the server behind it may still be at work.
        answered=response.status not in {408, 504},
        retry_after=response.retry_after,
    )


def _retry_after(head: ResponseHead) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date. Source: RFC 9110, 10.2.3."""
    value = head.headers.get("retry-after")
    if not value:
        return None
    if value.isdecimal():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
