"""The front of a connection: answers usual requests, and gives it away to aiohttp with the first other.

aiohttp gets the bytes as they came, from the start of that request, and everything after. So all that is
slow, odd, wrong or no query in one piece is read, refused and timed there, and only there.
Why: docs/decisions/0032.
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
from gateway.http.connections.timeouts import (
    KEEP_ALIVE_SECONDS,
    ClientTimeouts,
    SlowReaderGuard,
    unread_bytes,
)
from gateway.http.lifecycle import Lifecycle
from gateway.http.middleware import AnswerPosted
from gateway.http.response import RawResponse
from gateway.http.security_headers import SECURITY_HEADERS

_MOST_AHEAD = 65_536
"""Bytes of further requests that are taken while one is answered."""

_ALWAYS = "".join(f"{name}: {value}\r\n" for name, value in SECURITY_HEADERS.items())
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class FastPath:
    """What the fronts of one application share. life: tells when it stops. longest_body: bytes."""

    answer: AnswerPosted
    life: Lifecycle
    longest_body: int


class FastPathConnection(asyncio.Protocol):
    """A connection, as long as all that comes on it is usual."""

    def __init__(
        self,
        desk: FastPath,
        timeouts: ClientTimeouts,
        fronts: "set[FastPathConnection]",
        aiohttps: Callable[[], asyncio.Protocol],
    ) -> None:
        self._desk = desk
        self._patience = timeouts
        self._fronts = fronts
        self._aiohttps = aiohttps
        self._loop = asyncio.get_running_loop()
        self._reader = FastRequestReader(desk.longest_body)
        self._wire: asyncio.Transport
        self._reading: SlowReaderGuard
        self._timer: asyncio.TimerHandle | None = None
        self._ends_at = 0.0
        self._later = b""
        self._is_paused = self._is_leaving = False
        self.task: asyncio.Task[None] | None = None
        """Answers a request; None while there is none."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio tells."""
        self._wire = cast("asyncio.Transport", transport)
        self._reading = SlowReaderGuard(self._wire, self._loop, self._patience)
        self._fronts.add(self)
        self._wait(self._patience.header_seconds)

    def data_received(self, data: bytes) -> None:
        """As asyncio tells. One request at a time; what comes meanwhile is looked at afterwards."""
        if self.task is not None or self._is_paused:
            self._later += data
            if len(self._later) > _MOST_AHEAD:
                self._wire.pause_reading()
            return
        if self._wire.is_closing():
            return
        posted = self._reader.read(data)
        if posted is None:
            self._give_away(data)
        else:
            self.task = self._loop.create_task(self._serve(posted))

    def pause_writing(self) -> None:
        """As asyncio tells: the client does not read."""
        self._is_paused = True
        self._reading.begin()

    def resume_writing(self) -> None:
        """As asyncio tells."""
        self._is_paused = False
        if not self._wire.is_closing():
            self._reading.end()
            self._go_on()

    def connection_lost(self, _exc: Exception | None) -> None:
        """As asyncio tells. What is being answered goes on: it may be a change, and the stop waits for it."""
        self._stop_timer()
        self._reading.end()
        if self.task is None:
            self._fronts.discard(self)
        else:
            self.task.add_done_callback(lambda _: self._fronts.discard(self))

    def leave(self) -> bool:
        """As a connection of aiohttp's: close it if nobody is being answered on it."""
        if self.task is not None or self._wire.is_closing():
            return True
        if unread_bytes(self._wire):
            return False
        self._close()
        return True

    def retire(self) -> None:
        """Close it as soon as nobody is being answered on it."""
        self._is_leaving = True
        if self.task is None:
            self._close()

    def abort(self) -> None:
        """Close it now."""
        if self.task is not None:
            self.task.cancel()
        self._close()

    async def _serve(self, posted: FastRequest) -> None:
        try:
            reply = await self._desk.answer(posted)
        except BaseException:
            self._wire.abort()
            raise
        finally:
            self.task = None
        if self._wire.is_closing():
            return
        is_last = self._is_leaving or self._desk.life.is_stopping
        self._wire.write(_head(reply, is_last=is_last) + reply.body)
        if is_last:
            self._close()
            return
        self._ends_at = self._loop.time() + KEEP_ALIVE_SECONDS
        if self._later:
            self._go_on()

    def _go_on(self) -> None:
        """Look at what has come meanwhile."""
        if self.task is not None or self._is_paused or self._wire.is_closing():
            return
        data, self._later = self._later, b""
        if data:
            self._wire.resume_reading()
            self.data_received(data)

    def _give_away(self, data: bytes) -> None:
        """Let aiohttp have the connection."""
        self._stop_timer()
        self._fronts.discard(self)
        connection = self._aiohttps()
        # Nothing may come between: aiohttp tells by its first turn of the loop that a request has begun.
        self._wire.pause_reading()
        self._wire.set_protocol(connection)
        connection.connection_made(self._wire)
        self._loop.call_soon(self._pass_on, connection, data)

    def _pass_on(self, connection: asyncio.Protocol, data: bytes) -> None:
        if not self._wire.is_closing():
            self._wire.resume_reading()
            connection.data_received(data)

    def _wait(self, seconds: float) -> None:
        """Close the connection if no request comes within so many seconds."""
        self._ends_at = self._loop.time() + seconds
        self._timer = self._loop.call_at(self._ends_at, self._look)

    def _look(self) -> None:
        """Whether it has been idle for too long. Not timed anew with each request, which would cost more."""
        now = self._loop.time()
        if self.task is None and now >= self._ends_at:
            self._close()
        else:
            self._timer = self._loop.call_at(max(self._ends_at, now + 1), self._look)

    def _close(self) -> None:
        self._wire.close()
        self._reading.begin()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


FAST_PATH = web.AppKey("desk", FastPath)


def _head(reply: RawResponse, *, is_last: bool) -> bytes:
    fields = "".join([f"{name}: {value}\r\n" for name, value in reply.headers.items()])
    end = "Connection: close\r\n" if is_last else ""
    start = f"HTTP/1.1 {reply.status} {_PHRASES[reply.status]}\r\n{fields}{_ALWAYS}{end}"
    date = _date(int(time.time()))
    return f"{start}Date: {date}\r\nContent-Length: {len(reply.body)}\r\n\r\n".encode("latin-1")


@lru_cache(2)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
