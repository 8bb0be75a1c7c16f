"""The fast path: responds to usual requests, and hands over to aiohttp at the first of another kind.

aiohttp then gets that request's bytes unchanged, and everything after them. So a request that is slow,
malformed, split or not a GraphQL POST is read, refused and timed only there. Why: docs/decisions/0032.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import cast

from aiohttp import web

from gateway.http.connections.fast_request import FastRequest, FastRequestReader
from gateway.http.connections.timeouts import ClientTimeouts, SlowReaderGuard, unread_bytes
from gateway.http.lifecycle import Lifecycle
from gateway.http.middleware import FastResponder
from gateway.http.response import RawResponse
from gateway.http.security_headers import SECURITY_HEADERS

Upgrade = Callable[[bytes, asyncio.Transport, ClientTimeouts], asyncio.Protocol | None]
"""Opens a WebSocket on a connection if these first bytes of a request ask for one; otherwise None."""

_MAX_PENDING_BYTES = 65_536
"""Largest size of further requests that are read while a request is being handled."""

_SECURITY_LINES = "".join(f"{name}: {value}\r\n" for name, value in SECURITY_HEADERS.items())
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class FastPath:
    """What the connections of one application share."""

    respond: FastResponder
    upgrade: Upgrade
    lifecycle: Lifecycle
    longest_body: int
    """In bytes; longer ones are left to aiohttp."""


FAST_PATH = web.AppKey("fast_path", FastPath)


class FastPathConnection(asyncio.Protocol):
    """A connection, until a request comes that is not for the fast path.

    siblings: the open connections of the server, this one among them.
    new_aiohttp_connection: makes the protocol that takes the connection over.
    """

    def __init__(
        self,
        fast_path: FastPath,
        timeouts: ClientTimeouts,
        siblings: "set[FastPathConnection]",
        new_aiohttp_connection: Callable[[], asyncio.Protocol],
    ) -> None:
        self._fast_path = fast_path
        self._timeouts = timeouts
        self._siblings = siblings
        self._new_aiohttp_connection = new_aiohttp_connection
        self._loop = asyncio.get_running_loop()
        self._reader = FastRequestReader(fast_path.longest_body)
        self._transport: asyncio.Transport
        self._slow_reader: SlowReaderGuard
        self._idle_timer: asyncio.TimerHandle | None = None
        self._idle_until = 0.0
        self._pending = b""
        self._is_writing_paused = self._is_closing = self._is_half_closed = False
        self.task: asyncio.Task[None] | None = None
        """Answers a request; None if there is none."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._slow_reader = SlowReaderGuard(self._transport, self._loop, self._timeouts)
        self._siblings.add(self)
        now, timeouts = self._loop.time(), self._timeouts
        self._idle_until = now + timeouts.header_seconds
        # A response may make the time shorter, but never moves the timer.
        first_check = now + min(timeouts.header_seconds, timeouts.keep_alive_seconds)
        self._idle_timer = self._loop.call_at(first_check, self._close_if_expired)

    def data_received(self, data: bytes) -> None:
        # One request at a time, as aiohttp does it.
        if self.task is not None or self._is_writing_paused:
            self._pending += data
            if len(self._pending) > _MAX_PENDING_BYTES:
                self._transport.pause_reading()
            return
        if self._transport.is_closing():
            return
        request = self._reader.read(data)
        if request is None:
            if not self._upgrade(data):
                self._hand_over(data)
        else:
            self.task = self._loop.create_task(self._respond(request))

    def eof_received(self) -> bool:
        """Answer what has arrived, then close: the client may still be reading."""
        self._is_half_closed = True
        return self.task is not None or bool(self._pending)

    def pause_writing(self) -> None:
        self._is_writing_paused = True
        self._slow_reader.start()

    def resume_writing(self) -> None:
        self._is_writing_paused = False
        if not self._transport.is_closing():
            self._slow_reader.stop()
            self._read_pending()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._stop_idle_timer()
        self._slow_reader.stop()
        # A running operation continues, since it may be a mutation, and a stop of the server waits for it.
        if self.task is None:
            self._siblings.discard(self)
        else:
            self.task.add_done_callback(lambda _: self._siblings.discard(self))

    def close_if_idle(self) -> bool:
        """Like `TimedConnection.close_if_idle`."""
        if self.task is not None or self._transport.is_closing():
            return True
        if unread_bytes(self._transport):
            return False
        self._close()
        return True

    def close_when_idle(self) -> None:
        """Close the connection now, or after the response to the current request."""
        self._is_closing = True
        if self.task is None:
            self._close()

    def abort(self) -> None:
        """Cancel the current request, and close the connection."""
        if self.task is not None:
            self.task.cancel()
        self._close()

    async def _respond(self, request: FastRequest) -> None:
        try:
            response = await self._fast_path.respond(request)
        except BaseException:
            self._transport.abort()
            raise
        finally:
            self.task = None
        if self._transport.is_closing():
            return
        is_last = (
            self._is_closing
            or self._fast_path.lifecycle.is_stopping
            or (self._is_half_closed and not self._pending)
        )
        self._transport.write(_head(response, is_last=is_last) + response.body)
        if is_last:
            self._close()
            return
        self._idle_until = self._loop.time() + self._timeouts.keep_alive_seconds
        if self._pending:
            self._read_pending()

    def _read_pending(self) -> None:
        if self.task is not None or self._is_writing_paused or self._transport.is_closing():
            return
        data, self._pending = self._pending, b""
        if data:
            self._transport.resume_reading()
            self.data_received(data)

    def _upgrade(self, data: bytes) -> bool:
        if self._is_closing or self._is_half_closed:
            return False
        successor = self._fast_path.upgrade(data, self._transport, self._timeouts)
        if successor is not None:
            self._leave()
        return successor is not None

    def _leave(self) -> None:
        self._stop_idle_timer()
        self._siblings.discard(self)

    def _hand_over(self, data: bytes) -> None:
        self._leave()
        connection = self._new_aiohttp_connection()
        # Read nothing more before `data`. It waits for the loop, because aiohttp's connection starts a task
        # that must run once before requests arrive.
        self._transport.pause_reading()
        self._transport.set_protocol(connection)
        connection.connection_made(self._transport)
        self._loop.call_soon(self._deliver, connection, data)

    def _deliver(self, connection: asyncio.Protocol, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()
            connection.data_received(data)

    def _close_if_expired(self) -> None:
        """Close an idle connection. Runs once a second, since a timer for each request would cost more."""
        now = self._loop.time()
        if self.task is None and now >= self._idle_until:
            self._close()
        else:
            self._idle_timer = self._loop.call_at(max(self._idle_until, now + 1), self._close_if_expired)

    def _close(self) -> None:
        self._transport.close()
        self._slow_reader.start()

    def _stop_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None


def _head(response: RawResponse, *, is_last: bool) -> bytes:
    fields = "".join([f"{name}: {value}\r\n" for name, value in response.headers.items()])
    end = "Connection: close\r\n" if is_last else ""
    start = f"HTTP/1.1 {response.status} {_PHRASES[response.status]}\r\n{fields}{_SECURITY_LINES}{end}"
    date = _date(int(time.time()))
    return f"{start}Date: {date}\r\nContent-Length: {len(response.body)}\r\n\r\n".encode("latin-1")


@lru_cache(2)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
