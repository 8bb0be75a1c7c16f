"""One connection to imin: sends a request, and receives its response whole or in chunks."""

import asyncio

from gateway.imin.transport.errors import ConnectionBroken, ResponseTooLate
from gateway.imin.transport.response_parser import ResponseHead, ResponseParser

_MAX_BUFFERED_BYTES = 262_144
"""How much of a streamed body is received before its consumer asks for it."""
_CLOCK_SECONDS = 0.001
"""Resolution of the event loop's clock."""

HeadAndBody = tuple[ResponseHead, bytes]


class UpstreamConnection(asyncio.Protocol):
    """A connection, and the response that is being received on it.

    has_received_data: whether any of the response has arrived. idle_since, reusable_until: moments on the
    loop's clock.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.is_open = self.has_received_data = False
        self.idle_since = self.reusable_until = 0.0
        self._loop = loop
        self._transport: asyncio.Transport
        self._response = ResponseParser()
        self._failure: Exception | None = None
        self._whole_response: asyncio.Future[HeadAndBody] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._more_data: asyncio.Future[None] | None = None
        self._is_streaming = self._is_paused = False

    @property
    def is_reusable(self) -> bool:
        """Whether another request may follow on this connection."""
        return self.is_open and self._response.is_reusable

    def request(self, request: bytes, deadline: float, max_body_bytes: int) -> asyncio.Future[HeadAndBody]:
        """Send a request; the future is the whole response. deadline: moment on the loop's clock.

        The future raises ConnectionBroken, ResponseTooLarge, ResponseTooLate. A caller that stops waiting for
        it must abort the connection.
        """
        self._send(request, max_body_bytes, is_streaming=False)
        self._deadline = deadline
        if self._timer is None or deadline < self._timer_at:
            self._set_timer()
        self._whole_response = self._loop.create_future()
        return self._whole_response

    async def request_streaming(self, request: bytes, max_body_bytes: int) -> ResponseHead:
        """Send a request; returns the head of its response. `next_chunk` returns the body. Raises as request.

        It has no deadline: the caller calls `time_out`.
        """
        self._send(request, max_body_bytes, is_streaming=True)
        while not self._response.has_final_head:
            await self._wait_for_data()
        return self._response.head

    async def next_chunk(self) -> bytes:
        """The next chunk of the body, b"" at its end. Raises as request."""
        while not self._response.chunks:
            if self._response.is_complete:
                return b""
            if self._is_paused:
                self._is_paused = False
                self._transport.resume_reading()
            await self._wait_for_data()
        return self._response.take_chunk()

    def time_out(self) -> None:
        """Give up a response that is not complete by now."""
        if not self._response.is_complete:
            self._fail(ResponseTooLate())

    def close(self) -> None:
        """Close a connection whose response has been received."""
        self.is_open = False
        self._transport.close()

    def abort(self) -> None:
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        response = self._response
        if response.is_complete:  # no request is waiting for data
            self.abort()
            return
        self.has_received_data = True
        response.feed(data)
        if response.failure is not None:
            self._fail(response.failure)
            return
        if self._is_streaming and response.buffered_bytes > _MAX_BUFFERED_BYTES and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        self._notify_waiter()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        self._cancel_timer()
        if self._response.is_complete:
            return
        if exc is None and self._response.finish():
            self._notify_waiter()
        else:
            self._fail(ConnectionBroken("the connection ended"))

    def _send(self, request: bytes, max_body_bytes: int, *, is_streaming: bool) -> None:
        self._response.expect(max_body_bytes)
        self.has_received_data = False
        self._is_streaming = is_streaming
        self._transport.write(request)

    def _set_timer(self) -> None:
        """Check the response when its deadline has passed.

        One timer serves all responses that arrive before it fires: setting and cancelling one for each would
        cost more than parsing their heads.
        """
        self._cancel_timer()
        self._timer_at = self._deadline
        self._timer = self._loop.call_at(self._deadline, self._on_timer)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timer(self) -> None:
        self._timer = None
        if self._response.is_complete or self._is_streaming:
            return
        if self._deadline - self._loop.time() > _CLOCK_SECONDS:  # it was set for an earlier response
            self._set_timer()
        else:
            self.time_out()

    def _fail(self, error: Exception) -> None:
        """Abort the connection; its waiter gets the first error."""
        self._failure = self._failure or error
        self._response.chunks.clear()
        self.abort()
        self._notify_waiter()

    def _notify_waiter(self) -> None:
        if self._is_streaming:
            self._wake_consumer()
        elif self._response.is_complete or self._failure is not None:
            self._deliver()

    def _deliver(self) -> None:
        """Give the whole response, or the failure, to the caller of `request`."""
        # An idle connection must not hold the response that it delivered last.
        waiter, self._whole_response = self._whole_response, None
        if waiter is None or waiter.done():
            return
        if self._failure is not None:
            waiter.set_exception(self._failure)
        else:
            waiter.set_result((self._response.head, self._response.take_body()))

    def _wake_consumer(self) -> None:
        """Let `request_streaming` or `next_chunk` look again."""
        if self._more_data is None or self._more_data.done():
            return
        if self._failure is not None:
            self._more_data.set_exception(self._failure)
        else:
            self._more_data.set_result(None)

    def _wait_for_data(self) -> asyncio.Future[None]:
        """Resolved once more has arrived. Raises what ended the connection."""
        if self._failure is not None:
            raise self._failure
        self._more_data = self._loop.create_future()
        return self._more_data
