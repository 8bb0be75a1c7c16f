"""Parses the HTTP responses that arrive on a connection to imin, by means of httptools (Node's llhttp)."""

from collections import deque
from dataclasses import dataclass, field

import httptools

from gateway.imin.transport.errors import ConnectionBroken, ResponseTooLarge

_MAX_HEAD_BYTES = 65_536
_FIRST_FINAL_STATUS = 200
"""A response with a lower status is followed by another one."""
_RETAINED_HEADERS = {
    name.encode(): name
    for name in ("content-type", "content-length", "content-encoding", "transfer-encoding", "retry-after")
}


@dataclass(slots=True)
class ResponseHead:
    """Start of a response.

    headers: those that the gateway reads, by lower-case name; the last one if a name is repeated.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """Media type without its parameters, "" if there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def content_length(self) -> int | None:
        """Bytes of the body as announced."""
        length = self.headers.get("content-length", "")
        return int(length) if length.isdecimal() else None


class ResponseParser:
    """The response that is being received on a connection.

    is_complete: whether all of it is here, or no response is expected. is_reusable: whether HTTP lets another
    request follow on this connection. failure: why it cannot be completed, once that is known.
    chunks: the parts of its body that have not been taken yet; buffered_bytes: their length.
    """

    def __init__(self) -> None:
        self.is_complete = True
        self.is_reusable = False
        self.failure: Exception | None = None
        self.head = ResponseHead()
        self.chunks: deque[bytes] = deque()
        self.buffered_bytes = 0
        self._head_bytes = self._body_bytes_left = 0
        self._parser = httptools.HttpResponseParser(self)

    def expect(self, max_body_bytes: int) -> None:
        """Prepare for the response to the next request."""
        self.head, self._head_bytes = ResponseHead(), 0
        self.buffered_bytes, self._body_bytes_left = 0, max_body_bytes
        self.is_complete = self.is_reusable = False

    def feed(self, data: bytes) -> None:
        """Parse what has arrived; sets `failure` if this cannot become the expected response."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if self.is_complete:  # the response is followed by bytes that no request asked for
                self.is_reusable = False
            else:
                self.failure = self.failure or ConnectionBroken("not HTTP")

    def finish(self) -> bool:
        """The connection has ended: whether that completes the response. Source: RFC 9112, 6.3."""
        has_length = self.head.headers.keys() & {"content-length", "transfer-encoding"}
        self.is_complete = self.has_final_head and not has_length
        return self.is_complete

    @property
    def has_final_head(self) -> bool:
        """Whether the head of the response proper is here, and not just that of an interim one."""
        return self.head.status >= _FIRST_FINAL_STATUS

    def take_chunk(self) -> bytes:
        """The oldest chunk of the body; there must be one."""
        chunk = self.chunks.popleft()
        self.buffered_bytes -= len(chunk)
        return chunk

    def take_body(self) -> bytes:
        """All chunks of the body."""
        body = self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)
        self.chunks.clear()
        return body

    # httptools calls the following.

    def on_message_begin(self) -> None:
        if self.is_complete:
            raise ConnectionBroken("a response without a request")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > _MAX_HEAD_BYTES:
            self._fail(ConnectionBroken("endless headers"))
        retained = _RETAINED_HEADERS.get(name.lower())
        if retained is not None:
            self.head.headers[retained] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.head.status = self._parser.get_status_code()
        if (self.head.content_length or 0) > self._body_bytes_left:
            self._fail(ResponseTooLarge())

    def on_body(self, chunk: bytes) -> None:
        self._body_bytes_left -= len(chunk)
        if self._body_bytes_left < 0:
            self._fail(ResponseTooLarge())
        self.chunks.append(chunk)
        self.buffered_bytes += len(chunk)

    def on_message_complete(self) -> None:
        if not self.has_final_head:
            self.head = ResponseHead()
            return
        self.is_complete = True
        self.is_reusable = self._parser.should_keep_alive()

    def _fail(self, error: Exception) -> None:
        """Stop httptools, which reports an error of its own instead of the one raised in a callback."""
        self.failure = error
        raise error
