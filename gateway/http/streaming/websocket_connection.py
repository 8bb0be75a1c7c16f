"""A WebSocket after its upgrade: frames, pings, the closing handshake, clients that are slow or have gone.

aiohttp's own holds 20 KB for each WebSocket: a request, a task, a parser, a reader and compression. Most
WebSockets are idle and there may be many, so this one is a protocol of asyncio's and holds almost nothing.
"""

import asyncio
from typing import Protocol, cast

from gateway.http.connections.timeouts import ClientTimeouts, SlowReaderGuard
from gateway.http.streaming.websocket_frames import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    FrameReader,
    InvalidFrame,
    close_frame,
    frame,
)

_CLOSE_SECONDS = 2.0
"""Time for the client to answer a close frame."""
_PING_AFTER_SECONDS = 30.0
_PONG_SECONDS = 15.0


class Receiver(Protocol):
    """What happens on a WebSocket is reported to this."""

    def receive(self, opcode: int, payload: bytes) -> None:
        """A message has arrived: TEXT, which is valid UTF-8, or BINARY."""

    def client_finished(self) -> None:
        """The client sends no more, but may still read."""

    def ended(self) -> None:
        """The WebSocket is closing or closed: nothing is received or sent any more. Called once."""

    def lost(self) -> None:
        """The connection is gone. Called once, after `ended`."""


class WebSocketConnection(asyncio.Protocol):
    """Takes over a connection when it is upgraded. receiver: set before anything is received.

    is_open: whether messages can be sent.
    """

    __slots__ = (
        "_can_write",
        "_close_timer",
        "_guard",
        "_has_ended",
        "_is_closing",
        "_is_half_closed",
        "_is_pinged",
        "_loop",
        "_reader",
        "_received_at",
        "_timeouts",
        "_transport",
        "receiver",
    )

    def __init__(self, timeouts: ClientTimeouts, max_message_bytes: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._timeouts = timeouts
        self._reader = FrameReader(max_message_bytes)
        self._transport: asyncio.Transport
        self.receiver: Receiver
        self._guard: SlowReaderGuard | None = None
        self._can_write: asyncio.Event | None = None
        self._close_timer: asyncio.TimerHandle | None = None
        self._received_at = self._loop.time()
        self._is_pinged = self._is_closing = self._is_half_closed = self._has_ended = False

    @property
    def is_open(self) -> bool:
        return not self._is_closing

    @property
    def is_half_closed(self) -> bool:
        """Whether the client sends no more."""
        return self._is_half_closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received_at, self._is_pinged = self._loop.time(), False
        try:
            for opcode, payload in self._reader.feed(data):
                self._handle(opcode, payload)
        except InvalidFrame as breach:
            self.close(breach.code)
            # What follows cannot be read, so no close frame will be recognised.
            self._reader = FrameReader(0)

    def eof_received(self) -> bool:
        self._is_half_closed = True
        if self._is_closing:
            return False
        self.receiver.client_finished()
        return True

    def pause_writing(self) -> None:
        # What we send while the client does not read is mostly caused by what it sends.
        self._transport.pause_reading()
        self._can_write = asyncio.Event()
        self._cut_off_if_slow()

    def resume_writing(self) -> None:
        if self._transport.is_closing():
            return
        self._resume_senders()
        self._transport.resume_reading()
        if self._guard is not None:
            self._guard.stop()
            self._guard = None

    def connection_lost(self, _exc: Exception | None) -> None:
        self._is_closing = True
        self._resume_senders()
        if self._guard is not None:
            self._guard.stop()
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._end()
        self.receiver.lost()
        del self.receiver  # which refers to this: no cycle is left for the garbage collector

    async def send(self, text: bytes) -> None:
        """Send a message once the client has read most of what was sent before. Raises ConnectionError."""
        while (can_write := self._can_write) is not None:
            await can_write.wait()
        if self._is_closing:
            raise ConnectionResetError("the WebSocket is closed")
        self._transport.write(frame(TEXT, text))

    def send_now(self, text: bytes) -> None:
        """Send the response to a message of the client, unless the WebSocket is closing."""
        if not self._is_closing:
            self._transport.write(frame(TEXT, text))

    def close(self, code: int, reason: bytes = b"") -> None:
        """Send a close frame, and wait a moment for the client's."""
        if self._is_closing:
            return
        self._is_closing = True
        self._transport.write(close_frame(code, reason))
        self._resume_senders()
        if self._is_half_closed:
            self._disconnect()
        else:
            self._close_timer = self._loop.call_later(_CLOSE_SECONDS, self._disconnect)
        self._end()

    def abort(self) -> None:
        """Disconnect at once."""
        self._transport.abort()

    def ping_if_idle(self) -> None:
        """Ping a client that has been silent for long, and disconnect one that answers no ping.

        To be called regularly, at least every 15 seconds.
        """
        silence = self._loop.time() - self._received_at
        if self._is_closing or self._can_write is not None or silence < _PING_AFTER_SECONDS:
            return
        if not self._is_pinged:
            self._is_pinged = True
            self._transport.write(frame(PING, b""))
        elif silence >= _PING_AFTER_SECONDS + _PONG_SECONDS:
            self.abort()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._can_write is None:
            self._transport.resume_reading()

    def _handle(self, opcode: int, payload: bytes) -> None:
        if opcode == CLOSE:
            self._handle_close(payload)
        elif self._is_closing:
            pass
        elif opcode == PING:
            self._transport.write(frame(PONG, payload))
        elif opcode != PONG:
            self.receiver.receive(opcode, payload)

    def _handle_close(self, payload: bytes) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._transport.write(frame(CLOSE, payload))
            self._resume_senders()
            self._end()
        self._disconnect()

    def _end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self.receiver.ended()

    def _disconnect(self) -> None:
        self._transport.close()
        self._cut_off_if_slow()

    def _cut_off_if_slow(self) -> None:
        if self._guard is None:
            self._guard = SlowReaderGuard(self._transport, self._loop, self._timeouts)
        self._guard.start()

    def _resume_senders(self) -> None:
        if self._can_write is not None:
            self._can_write.set()
            self._can_write = None
