"""How long clients may take, and cutting off those that stop reading."""

import asyncio
import fcntl
import socket
import struct
import termios
from dataclasses import dataclass

# Longer than load balancers keep idle connections, so that it is they who close them.
KEEP_ALIVE_SECONDS = 75.0

LEAST_BYTES_PER_SECOND = 1_024

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_C_INT = struct.Struct("i")


@dataclass(frozen=True)
class ClientTimeouts:
    """Seconds that a client has to send a request's headers, and for which it may stop reading.

    It reads where it takes `LEAST_BYTES_PER_SECOND`, however long the answer lasts at that.
    """

    header_seconds: float = 10.0
    write_seconds: float = 30.0


class SlowReaderGuard:
    """Watches from `begin` to `end` whether a client reads what it is sent; cuts it off where it does not."""

    def __init__(
        self, wire: asyncio.Transport, loop: asyncio.AbstractEventLoop, timeouts: ClientTimeouts
    ) -> None:
        self._wire = wire
        self._loop = loop
        self._seconds = timeouts.write_seconds
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Begin to wait for the client to read, if something is left to send."""
        left = self._wire.get_write_buffer_size()
        if left and self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._look, left)

    def end(self) -> None:
        """It reads, or it has gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, before: int) -> None:
        """Whether the client has read what it should have since."""
        self._timer = None
        left = self._wire.get_write_buffer_size()
        if left and before - left < LEAST_BYTES_PER_SECOND * self._seconds:
            # A reset, so that the kernel does not keep either what nobody reads.
            wire: socket.socket = self._wire.get_extra_info("socket")
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._wire.abort()
        else:
            self.begin()


def unread_bytes(wire: asyncio.Transport) -> int:
    """Bytes that the system has received and the loop has not read."""
    wire_socket: socket.socket = wire.get_extra_info("socket")
    told = fcntl.ioctl(wire_socket.fileno(), termios.FIONREAD, bytes(_C_INT.size))
    (count,) = _C_INT.unpack(told)
    return int(count)
