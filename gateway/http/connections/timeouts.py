"""Timeouts for slow clients, and a guard that cuts off clients that stop reading."""

import asyncio
import fcntl
import socket
import struct
import termios
from dataclasses import dataclass

LEAST_BYTES_PER_SECOND = 1_024

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_C_INT = struct.Struct("i")


@dataclass(frozen=True)
class ClientTimeouts:
    """Seconds that clients may take to send headers, to send a body, and without reading anything.

    A client that reads `LEAST_BYTES_PER_SECOND` is never cut off, however long the response takes.
    keep_alive_seconds: for which an idle connection stays open. A load balancer in front should close it
    sooner, because a request that is sent while we close is lost.
    """

    header_seconds: float = 10.0
    write_seconds: float = 30.0
    body_seconds: float = 15.0
    keep_alive_seconds: float = 620.0


class SlowReaderGuard:
    """Cuts off a client that does not read what it is sent, while started."""

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, timeouts: ClientTimeouts
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._seconds = timeouts.write_seconds
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the timer if something is left to send and the timer does not run yet."""
        left = self._transport.get_write_buffer_size()
        if left and self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._check, left)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self, left_before: int) -> None:
        self._timer = None
        left = self._transport.get_write_buffer_size()
        if left and left_before - left < LEAST_BYTES_PER_SECOND * self._seconds:
            # A reset, so that the kernel drops its buffer too.
            connection: socket.socket = self._transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._transport.abort()
        else:
            self.start()


def unread_bytes(transport: asyncio.Transport) -> int:
    """Bytes that the kernel has received and the event loop has not read yet."""
    connection: socket.socket = transport.get_extra_info("socket")
    (count,) = _C_INT.unpack(fcntl.ioctl(connection.fileno(), termios.FIONREAD, bytes(_C_INT.size)))
    return int(count)
