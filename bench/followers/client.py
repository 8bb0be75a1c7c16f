"""`python -m bench.followers.client PORT ORDER TOKENS COUNT [STREAMS]`: follows one order, many times.

Each follower joins as a client of graphql-transport-ws does: it connects, upgrades, sends `connection_init`
with a token of its own, subscribes once that is acknowledged, and has joined when the first event arrives.
Then it answers pings. With `streams` it asks for an event stream instead.
One process, one epoll, no library: it must cost less than the server it measures.

Reads commands from standard input, one a line, and writes a JSON object for each: `join` lets all followers
join; `hear` waits until each has received one more event. It ends at the end of the input.
"""

import json
import select
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.followers.frames import PING, TEXT, client_frame, read_frames

JOINING = 100
"""Followers that join at one time."""
MAX_SECONDS = 60.0

DOCUMENT = """subscription Follow($id: ID!) {
  orderChanged(id: $id) {
    orderNumber
    items { identifier status isPresentlyCancellable price { amount currency } session { name startDate } }
    totalPaymentDue { amount currency }
    receipts { identifier dateCreated }
  }
}"""


class Follower:
    """One WebSocket. events: received so far. token: until it is sent."""

    __slots__ = ("events", "received", "socket", "token")

    def __init__(self, token: str) -> None:
        self.token = token
        self.events = 0
        self.received = b""
        self.socket = socket.socket()
        self.socket.settimeout(0)


class Followers:
    """All followers of one order on one server. streams: over event streams, not WebSockets."""

    def __init__(self, port: int, order: str, tokens: list[str], *, streams: bool) -> None:
        self._port = port
        self._tokens = iter(tokens)
        self._count = len(tokens)
        self._joined = self._heard = 0
        self._poll = select.epoll()
        self._by_descriptor: dict[int, Follower] = {}
        self._upgrade = _upgrade_request(port)
        subscribe = {"query": DOCUMENT, "variables": {"id": order}}
        self._subscribe = _message({"id": "1", "type": "subscribe", "payload": subscribe})
        self._body = json.dumps(subscribe) if streams else ""

    def join(self) -> dict[str, float]:
        """Let all join. Raises RuntimeError if one is refused, and TimeoutError."""
        began = time.monotonic()
        for _ in range(min(JOINING, self._count)):
            self._connect_next()
        self._run(lambda: self._joined == self._count, MAX_SECONDS)
        return {"seconds": time.monotonic() - began}

    def hear(self) -> dict[str, float]:
        """Wait until each has received another event; the times on the monotonic clock, first and last."""
        self._run(lambda: self._heard > 0, MAX_SECONDS)
        first = time.monotonic()
        self._run(lambda: self._heard == self._count, MAX_SECONDS)
        self._heard = 0
        return {"first": first, "last": time.monotonic()}

    def answer_pings(self, seconds: float) -> None:
        """Stay connected, and wait."""
        self._run(lambda: False, seconds, is_error=False)

    def watch(self, descriptor: int) -> None:
        """Let input on this descriptor end `answer_pings`."""
        self._poll.register(descriptor, select.EPOLLIN)

    def _connect_next(self) -> None:
        token = next(self._tokens, None)
        if token is None:
            return
        follower = Follower(token)
        follower.socket.connect_ex(("127.0.0.1", self._port))
        self._by_descriptor[follower.socket.fileno()] = follower
        self._poll.register(follower.socket.fileno(), select.EPOLLOUT)

    def _run(self, is_done: Callable[[], bool], seconds: float, *, is_error: bool = True) -> None:
        until = time.monotonic() + seconds
        while not is_done():
            events = self._poll.poll(max(0.0, until - time.monotonic()), 512)
            if time.monotonic() >= until:
                if is_error:
                    raise TimeoutError(f"{self._joined} joined, {self._heard} heard")
                return
            for descriptor, event in events:
                follower = self._by_descriptor.get(descriptor)
                if follower is None:
                    return
                self._handle(follower, event)

    def _handle(self, follower: Follower, event: int) -> None:
        if event & select.EPOLLOUT:
            follower.socket.send(self._stream_request(follower.token) if self._body else self._upgrade)
            self._poll.modify(follower.socket.fileno(), select.EPOLLIN)
            return
        data = follower.socket.recv(65_536)
        if not data:
            raise RuntimeError(f"a follower was disconnected after {self._joined} joined")
        if self._body:
            self._read_events(follower, data)
            return
        follower.received += data
        if follower.token and not self._read_upgrade(follower):
            return
        frames, follower.received = read_frames(follower.received)
        for opcode, payload in frames:
            self._handle_frame(follower, opcode, payload)

    def _stream_request(self, token: str) -> bytes:
        head = (
            "POST /graphql HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            f"Authorization: Bearer {token}",
            "Accept: text/event-stream",
            "Content-Type: application/json",
            f"Content-Length: {len(self._body)}",
        )
        return "\r\n".join((*head, "", self._body)).encode()

    def _read_events(self, follower: Follower, data: bytes) -> None:
        """Count events; comments are passed over. An event arrives in one piece here."""
        if b'"errors"' in data or data.startswith(b"HTTP/1.1 4"):
            raise RuntimeError(data[:500].decode())
        for _ in range(data.count(b"event: next")):
            self._count_event(follower)

    def _read_upgrade(self, follower: Follower) -> bool:
        """Authenticate once the response has arrived; False if it has not yet."""
        head, end, rest = follower.received.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(follower.received[:500].decode())
        payload = {"Authorization": f"Bearer {follower.token}"}
        follower.socket.send(_message({"type": "connection_init", "payload": payload}))
        follower.received, follower.token = rest, ""
        return True

    def _handle_frame(self, follower: Follower, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            follower.socket.send(client_frame(payload, opcode=10))
        elif opcode != TEXT:
            raise RuntimeError(f"frame {opcode}: {payload[:200]!r}")
        elif b'"connection_ack"' in payload:
            follower.socket.send(self._subscribe)
        elif b'"next"' in payload[:100] and b'"errors"' not in payload:
            self._count_event(follower)
        elif b'"ping"' in payload:
            follower.socket.send(_message({"type": "pong"}))
        else:
            raise RuntimeError(payload[:500].decode())

    def _count_event(self, follower: Follower) -> None:
        follower.events += 1
        if follower.events == 1:
            self._joined += 1
            self._connect_next()
        else:
            self._heard += 1


def _upgrade_request(port: int) -> bytes:
    lines = (
        "GET /graphql HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
        # Browsers offer compression; whether to take it is the server's choice.
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
        "Accept-Encoding: gzip, deflate, br",
        "Accept-Language: en-GB,en;q=0.9",
        "Cache-Control: no-cache",
        "Pragma: no-cache",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _message(content: object) -> bytes:
    return client_frame(json.dumps(content).encode())


def main(port: int, order: str, tokens: list[str], *, streams: bool) -> None:
    """Obey the commands."""
    followers = Followers(port, order, tokens, streams=streams)
    followers.watch(sys.stdin.fileno())
    while True:
        followers.answer_pings(MAX_SECONDS)
        command = sys.stdin.readline().strip()
        if not command:
            return
        sys.stdout.write(json.dumps(getattr(followers, command)()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    port, order, path, count, *streams = sys.argv[1:]
    main(int(port), order, Path(path).read_text().split()[: int(count)], streams=bool(streams))
