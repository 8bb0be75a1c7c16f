"""`python -m bench.timetable PORT BODIES RATE SECONDS`: requests on a timetable, latencies as JSON.

Requests leave when it is their time, whatever the answers do, and each latency counts from that time:
a server that stalls is charged for all who would have come meanwhile (no coordinated omission).
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
PATIENCE_SECONDS = 10.0
SETTLE_SECONDS = 0.25
"""Not counted at the start: a server that was paused opens its connections to imin anew."""


class Load:
    """All connections, and what was measured. Times are the loop's, in seconds."""

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
        """On a free connection, else as soon as one is; the wait counts."""
        self.sent += 1
        if self.free:
            self.free.popleft().send(due, request)
        else:
            self.waiting.append((due, request))

    def done(self, connection: "Connection", due: float, *, well: bool) -> None:
        """An answer has come to what was due then."""
        self.answered += 1
        if due >= self.counted_from:
            self.failed += not well
            self.latencies.append(asyncio.get_running_loop().time() - due if well else PATIENCE_SECONDS)
        self._progress.set()
        if self.waiting:
            connection.send(*self.waiting.popleft())
        else:
            self.free.append(connection)

    async def settled(self) -> None:
        """Once all that was sent is answered."""
        while self.answered < self.sent:
            self._progress.clear()
            await self._progress.wait()

    def told(self) -> dict[str, float]:
        """Latencies in ms, and the share that failed, each of which counts as ten seconds."""
        lost = self.sent - self.answered
        ordered = sorted([*self.latencies, *[PATIENCE_SECONDS] * lost]) or [PATIENCE_SECONDS]
        points = {f"p{p}": ordered[min(len(ordered) - 1, len(ordered) * p // 100)] * 1000 for p in (50, 99)}
        return {"failed": (self.failed + lost) / len(ordered), **points}


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._received = b""
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]  # a stream's

    def send(self, due: float, request: bytes) -> None:
        """Ask."""
        self._received, self._due = b"", due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        whole = len(body) >= int(length) if length else body.endswith(b"0\r\n\r\n")
        if whole:
            well = head.startswith(b"HTTP/1.1 200") and b'"errors"' not in body
            self._load.done(self, self._due, well=well)


async def keep(load: Load, requests: list[bytes], rate: float, seconds: float) -> None:
    """Send on a timetable that is the same for every server: a random one, as strangers would come."""
    loop = asyncio.get_running_loop()
    gaps = random.Random(7)  # noqa: S311  # the same for all, on purpose
    due = loop.time() + 0.05
    load.counted_from = due + SETTLE_SECONDS
    end = load.counted_from + seconds
    while due < end:
        await asyncio.sleep(due - loop.time())
        load.send(due, requests[load.sent % len(requests)])
        due += gaps.expovariate(rate)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(load.settled(), PATIENCE_SECONDS)


async def main(port: int, bodies: list[bytes], rate: float, seconds: float) -> None:
    """Connect, send, tell."""
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
    await keep(load, requests, rate, seconds)
    sys.stdout.write(json.dumps(load.told()))


if __name__ == "__main__":
    # select() waits to the microsecond; epoll and uvloop to the millisecond, which would be measured too.
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        lines = Path(sys.argv[2]).read_bytes().splitlines()
        runner.run(main(int(sys.argv[1]), lines, float(sys.argv[3]), float(sys.argv[4])))
