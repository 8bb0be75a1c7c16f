"""`python -m bench.timetable PORT BODIES RATE SECONDS`: requests on a timetable, latencies as JSON.

Requests are sent when they are due, regardless of the answers, and each latency counts from that time: a
server that stalls is charged for every request it delays (no coordinated omission).
"""

import asyncio
import contextlib
import json
import random
import selectors
import sys
from collections import deque
from pathlib import Path

CONNECTIONS = 64
TIMEOUT_SECONDS = 10.0
SETTLE_SECONDS = 0.25
"""Excluded at the start: a server that was paused has to reconnect to imin."""


class Load:
    """All connections and their measurements. Times are those of the event loop, in seconds."""

    def __init__(self) -> None:
        self.free: deque[Connection] = deque()
        self.waiting: deque[tuple[float, bytes]] = deque()
        self.latencies: list[float] = []
        self.sent = 0
        self.answered = 0
        self.failed = 0
        self.counted_from = 0.0
        self._progress = asyncio.Event()

    def send(self, due: float, request: bytes) -> None:
        """Send on a free connection, or as soon as one is free; the wait counts."""
        self.sent += 1
        if self.free:
            self.free.popleft().send(due, request)
        else:
            self.waiting.append((due, request))

    def done(self, connection: "Connection", due: float, *, is_ok: bool) -> None:
        """Record an answer to the request that was due at that time."""
        self.answered += 1
        if due >= self.counted_from:
            self.failed += not is_ok
            self.latencies.append(asyncio.get_running_loop().time() - due if is_ok else TIMEOUT_SECONDS)
        self._progress.set()
        if self.waiting:
            connection.send(*self.waiting.popleft())
        else:
            self.free.append(connection)

    async def settled(self) -> None:
        """Return when every request is answered."""
        while self.answered < self.sent:
            self._progress.clear()
            await self._progress.wait()

    def summary(self) -> dict[str, float]:
        """Latencies in ms and the share of failures; each failure counts as ten seconds."""
        lost = self.sent - self.answered
        ordered = sorted([*self.latencies, *[TIMEOUT_SECONDS] * lost]) or [TIMEOUT_SECONDS]
        points = {f"p{p}": ordered[min(len(ordered) - 1, len(ordered) * p // 100)] * 1000 for p in (50, 99)}
        return {"failed": (self.failed + lost) / len(ordered), **points}


class Connection(asyncio.Protocol):
    """One connection with one request at a time."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._received = b""
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]  # TCP

    def send(self, due: float, request: bytes) -> None:
        self._received, self._due = b"", due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        whole = len(body) >= int(length) if length else body.endswith(b"0\r\n\r\n")
        if whole:
            is_ok = head.startswith(b"HTTP/1.1 200") and b'"errors"' not in body
            self._load.done(self, self._due, is_ok=is_ok)


async def run_timetable(load: Load, requests: list[bytes], rate: float, seconds: float) -> None:
    """Send at random times, as independent users would; the same times for every server."""
    loop = asyncio.get_running_loop()
    gaps = random.Random(7)  # noqa: S311  # repeatable on purpose
    due = loop.time() + 0.05
    load.counted_from = due + SETTLE_SECONDS
    end = load.counted_from + seconds
    while due < end:
        await asyncio.sleep(due - loop.time())
        load.send(due, requests[load.sent % len(requests)])
        due += gaps.expovariate(rate)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(load.settled(), TIMEOUT_SECONDS)


async def main(port: int, bodies: list[bytes], rate: float, seconds: float) -> None:
    """Connect, send, print the summary."""
    head = f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    requests = [
        f"{head}Accept: application/json\r\nContent-Length: {len(line)}\r\n\r\n".encode() + line
        for line in bodies
    ]
    load = Load()
    for _ in range(CONNECTIONS):
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(load), "127.0.0.1", port
        )
        load.free.append(connection)
    await run_timetable(load, requests, rate, seconds)
    sys.stdout.write(json.dumps(load.summary()))


if __name__ == "__main__":
    # select() waits with microsecond precision; epoll and uvloop round to milliseconds, which would be
    # measured too.
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        lines = Path(sys.argv[2]).read_bytes().splitlines()
        runner.run(main(int(sys.argv[1]), lines, float(sys.argv[3]), float(sys.argv[4])))
