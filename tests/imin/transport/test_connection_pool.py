"""HTTP/1.1 to imin, byte by byte: what comes back of which answer, and which connections are kept."""

import asyncio
import gzip
import os
import ssl
import sys
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.imin.errors import Unreadable
from gateway.imin.transport.connection import ResponseHead
from gateway.imin.transport.errors import CannotConnect, ConnectionBroken, ResponseTooLarge, ResponseTooLate
from gateway.imin.transport.pool import ConnectionPool
from gateway.imin.transport.response import read_response

ROOM = 1_000


class Script:
    """A server that gives written answers, one a request, connection after connection."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.requests: list[tuple[int, bytes]] = []
        """Which connection, and what came on it."""
        self.closes_after: Callable[[bytes], bool] = lambda _answer: False
        self.running: list[asyncio.Task[None] | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.running.append(asyncio.current_task())
        number = len(self.running)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"Content-Length" in line), 0
                )
                self.requests.append((number, head + await reader.readexactly(length)))
                answer = self.answers.pop(0)
                writer.write(answer)
                await writer.drain()
                if self.closes_after(answer):
                    break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    @property
    def connections(self) -> list[int]:
        return [number for number, _ in self.requests]


@asynccontextmanager
async def over(script: Script) -> AsyncIterator[ConnectionPool]:
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    wire = ConnectionPool(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/", {"X-API-KEY": "k"})
    wire.open()
    try:
        yield wire
    finally:
        wire.close()
        server.close()
        await asyncio.gather(*filter(None, script.running))


def whole(body: bytes, fields: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def test_request() -> None:
    """A GET carries host, key and path; the next one goes over the same connection."""
    script = Script()
    script.answers = [whole(b"one", "Content-Type: a/b; c=d\r\n"), whole(b"two")]

    async with over(script) as wire:
        head, body = await wire.get("/orders?page=1", 1, ROOM)
        second = await wire.get("/orders?page=2", 1, ROOM)

    assert (head.status, head.content_type, head.content_length, body) == (200, "a/b", 3, b"one")
    assert second[1] == b"two"
    assert script.connections == [1, 1]
    lines = script.requests[0][1].split(b"\r\n")
    assert lines[0] == b"GET /api/orders?page=1 HTTP/1.1"
    assert lines[1].startswith(b"Host: 127.0.0.1:")
    assert lines[2:] == [b"X-API-KEY: k", b"", b""]


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "closes", "body"),
    [
        (CHUNKED, False, b"abcde"),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", True, b"until the end"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + whole(b"late"), False, b"late"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + whole(b"later"), False, b"later"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", False, b""),
        (whole(b""), False, b""),
    ],
)
async def test_bodies(answer: bytes, closes: bool, body: bytes) -> None:  # noqa: FBT001
    """Every way in which HTTP says where a body ends."""
    script = Script()
    script.answers = [answer]
    script.closes_after = lambda _answer: closes

    async with over(script) as wire:
        assert (await wire.get("/x", 1, ROOM))[1] == body


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", ConnectionBroken),
        (CHUNKED[:-5], ConnectionBroken),
        (b"HTTP/1.1 200 OK\r\nContent-", ConnectionBroken),
        (b"", ConnectionBroken),
        (b"<html>not HTTP</html>\r\n\r\n", ConnectionBroken),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nxxxx",
            ConnectionBroken,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", ConnectionBroken),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nabcd", ConnectionBroken),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 70_000 + b"\r\n\r\n", ConnectionBroken),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: 1234567890\r\n" * 7_000 + b"\r\n", ConnectionBroken),
        (whole(b"a" * (ROOM + 1)), ResponseTooLarge),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (ROOM + 1), ResponseTooLarge),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"5\r\nabcde\r\n" * 300,
            ResponseTooLarge,
        ),
    ],
)
async def test_no_answers(answer: bytes, error: type[Exception]) -> None:
    """What is cut short, too large or no HTTP is no answer, and its connection is not used again."""
    script = Script()
    script.answers = [answer, whole(b"good")]
    script.closes_after = lambda given: given == answer

    async with over(script) as wire:
        with pytest.raises(error):
            await wire.get("/x", 2, ROOM)
        assert (await wire.get("/x", 2, ROOM))[1] == b"good"

    assert script.connections == [1, 2]


async def test_what_nobody_asked_for() -> None:
    """A second answer behind the first is never taken for that to the next request."""
    script = Script()
    script.answers = [whole(b"mine") + whole(b"somebody else's"), whole(b"mine again")]

    async with over(script) as wire:
        assert (await wire.get("/a", 1, ROOM))[1] == b"mine"
        assert (await wire.get("/b", 1, ROOM))[1] == b"mine again"

    assert script.connections == [1, 2]


@pytest.mark.parametrize("fields", ["Connection: close\r\n", ""])
async def test_connections_that_end(fields: str) -> None:
    """A connection that imin ends, with or without a word, is followed by another."""
    script = Script()
    script.answers = [whole(b"one", fields), whole(b"two")]
    script.closes_after = lambda _answer: True

    async with over(script) as wire:
        assert (await wire.get("/a", 1, ROOM))[1] == b"one"
        assert (await wire.get("/b", 1, ROOM))[1] == b"two"

    assert script.connections == [1, 2]


async def test_kept_connection_that_ends_at_once() -> None:
    """A request that meets the end of a kept connection is sent again, once, over a new one."""
    script = Script()
    script.answers = [whole(b"one"), b"", whole(b"two")]
    script.closes_after = lambda answer: answer == b""

    async with over(script) as wire:
        assert (await wire.get("/a", 1, ROOM))[1] == b"one"
        assert (await wire.get("/b", 1, ROOM))[1] == b"two"

    assert script.connections == [1, 1, 2]


async def test_changes() -> None:
    """A PATCH goes over a connection of its own, is sent once, and nothing follows it."""
    script = Script()
    script.answers = [whole(b"one"), b"", whole(b"two")]
    script.closes_after = lambda answer: answer == b""

    async with over(script) as wire:
        await wire.get("/a", 1, ROOM)
        with pytest.raises(ConnectionBroken):
            await wire.patch("/b", b"{}", 1, ROOM)
        await wire.get("/c", 1, ROOM)

    assert script.connections == [1, 2, 1]
    assert script.requests[1][1].startswith(b"PATCH /api/b HTTP/1.1\r\n")
    assert script.requests[1][1].endswith(
        b"Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    )


async def test_too_late() -> None:
    """An answer that does not come in time is given up, in whichever part it stops."""
    script = Script()
    script.answers = [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"]

    async with over(script) as wire:
        for _ in range(3):
            with pytest.raises(ResponseTooLate):
                await wire.get("/x", 0.05, ROOM)

    assert script.connections == [1, 2, 3]


@pytest.mark.parametrize(("first", "second"), [(5, 0.05), (0.05, 0.2)])
async def test_each_has_its_own_time(first: float, second: float) -> None:
    """On a kept connection each answer has the time of its own request, not that of the one before."""
    script = Script()
    script.answers = [whole(b"one"), b""]

    async with over(script) as wire:
        await wire.get("/a", first, ROOM)
        began = asyncio.get_running_loop().time()
        with pytest.raises(ResponseTooLate):
            await wire.get("/b", second, ROOM)
        took = asyncio.get_running_loop().time() - began

    assert script.connections == [1, 1]
    assert second - 0.01 <= took < second + 1


async def test_given_up() -> None:
    """A request that nobody waits for any more ends its connection: its answer could reach another."""
    script = Script()
    script.answers = [b"HTTP/1.1 200 OK\r\n", whole(b"mine")]

    async with over(script) as wire:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await wire.get("/a", 5, ROOM)
        assert (await wire.get("/b", 1, ROOM))[1] == b"mine"

    assert script.connections == [1, 2]


async def test_nobody_there() -> None:
    """Where nobody listens, nothing was sent."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    wire = ConnectionPool(f"http://127.0.0.1:{port}", {})
    wire.open()

    with pytest.raises(CannotConnect) as found:
        await wire.get("/x", 1, ROOM)

    assert not found.value.timed_out


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b", "schlüssel"])
def test_headers_that_cannot_be_sent(value: str) -> None:
    """A key that would end its header is refused at the start, and not told."""
    with pytest.raises(ValueError, match="holds a character") as found:
        ConnectionPool("http://127.0.0.1", {"X-API-KEY": value})

    assert value not in str(found.value)


async def test_pieces() -> None:
    """A large body comes in pieces, no faster than it is taken."""
    script = Script()
    body = bytes(range(256)) * 20_000
    script.answers = [whole(body)]

    async with over(script) as wire, wire.stream("/x", 5, len(body)) as (head, pieces):
        taken = [piece async for piece in pieces]

    assert head.content_length == len(body)
    assert b"".join(taken) == body
    assert len(taken) > 10


async def taken(wire: ConnectionPool) -> list[bytes]:
    async with wire.stream("/x", 0.1, ROOM) as (_, pieces):
        return [piece async for piece in pieces]


@pytest.mark.parametrize(
    ("answer", "closes", "error"),
    [
        (whole(b"a" * 9)[:-3], True, ConnectionBroken),
        (whole(b"a" * 9)[:-3], False, ResponseTooLate),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (ROOM + 1), True, ResponseTooLarge),
    ],
)
async def test_pieces_that_stop(answer: bytes, closes: bool, error: type[Exception]) -> None:  # noqa: FBT001
    """A body that breaks off says so, after what has come of it."""
    script = Script()
    script.answers = [answer]
    script.closes_after = lambda _answer: closes

    async with over(script) as wire:
        with pytest.raises(error):
            await taken(wire)


def raw(body: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(body) + deflate.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"abc" * 100)),
        ("x-gzip", gzip.compress(b"abc" * 50) + gzip.compress(b"abc" * 50)),
        ("deflate", zlib.compress(b"abc" * 100)),
        ("Deflate", raw(b"abc" * 100)),
        ("identity", b"abc" * 100),
    ],
)
def test_compression(encoding: str, body: bytes) -> None:
    """Every kind of compression that is asked for, as it is really sent."""
    reply = read_response(ResponseHead(200, {"content-encoding": encoding}), body, "GET /x", ROOM)

    assert reply.body == b"abc" * 100


@pytest.mark.parametrize(
    ("encoding", "body", "error"),
    [
        ("gzip", gzip.compress(b"abc" * 100)[:-4], Unreadable),
        ("gzip", b"no gzip", Unreadable),
        ("gzip", gzip.compress(b"abc") + b"and more", Unreadable),
        ("deflate", zlib.compress(b"abc") + b"and more", Unreadable),
        ("br", b"x", Unreadable),
        ("gzip, gzip", b"x", Unreadable),
        ("gzip", gzip.compress(b"a" * 10_000_000), ResponseTooLarge),
        ("deflate", raw(b"a" * 10_000_000), ResponseTooLarge),
    ],
)
def test_corrupt_compression(encoding: str, body: bytes, error: type[Exception]) -> None:
    """What cannot be decompressed, or inflates beyond all bounds, is no answer."""
    with pytest.raises(error):
        read_response(ResponseHead(200, {"content-encoding": encoding}), body, "GET /x", ROOM)


ASK = """
import asyncio, sys
from gateway.imin.transport.errors import CannotConnect
from gateway.imin.transport.pool import ConnectionPool

async def main():
    wire = ConnectionPool(sys.argv[1], {})
    wire.open()
    try:
        print((await wire.get("/x", 5, 1_000))[1].decode())
    except CannotConnect as error:
        print(type(error.__cause__).__name__)
    wire.close()

asyncio.run(main())
"""


def certificate(directory: Path, *names: str) -> Path:
    """A certificate for those names, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "imin of a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "imin.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(
    ("names", "is_trusted", "told"),
    [
        (("localhost",), True, "secret"),
        (("elsewhere.example",), True, "SSLCertVerificationError"),
        (("localhost",), False, "SSLCertVerificationError"),
    ],
)
async def test_tls(tmp_path: Path, names: tuple[str, ...], is_trusted: bool, told: str) -> None:  # noqa: FBT001
    """Over TLS only a host that proves its name to the system's certificates is asked anything."""
    pem = certificate(tmp_path, *names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    script = Script()
    script.answers = [whole(b"secret", "Connection: close\r\n")]
    script.closes_after = lambda _answer: True
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]

    asking = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ASK, f"https://localhost:{port}"),
        env={**os.environ, **({"SSL_CERT_FILE": str(pem)} if is_trusted else {})},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await asking.communicate()
    server.close()
    await asyncio.gather(*filter(None, script.running))

    assert printed.decode().strip() == told
    assert len(script.requests) == (told == "secret")
