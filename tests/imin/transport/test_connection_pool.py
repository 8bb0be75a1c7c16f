"""HTTP/1.1 to imin, byte by byte: which responses are accepted, and which connections are reused."""

import asyncio

import pytest

from gateway.imin.transport.errors import CannotConnect, ConnectionBroken, ResponseTooLarge, ResponseTooLate
from gateway.imin.transport.pool import ConnectionPool
from tests.support.scripted_server import ScriptedServer, pool_of, whole
from tests.support.waiting import HANGS_AFTER, PLENTY, until

MAX_BODY = 1_000


async def test_request() -> None:
    """A GET carries host, key and path; the next one uses the same connection."""
    server = ScriptedServer()
    server.answers = [whole(b"one", "Content-Type: a/b; c=d\r\n"), whole(b"two")]

    async with pool_of(server) as pool:
        head, body = await pool.get("/orders?page=1", PLENTY, MAX_BODY)
        second = await pool.get("/orders?page=2", PLENTY, MAX_BODY)

    assert (head.status, head.content_type, head.content_length, body) == (200, "a/b", 3, b"one")
    assert second[1] == b"two"
    assert server.connections == [1, 1]
    lines = server.requests[0][1].split(b"\r\n")
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
    server = ScriptedServer()
    server.answers = [answer]
    server.closes_after = lambda _answer: closes

    async with pool_of(server) as pool:
        assert (await pool.get("/x", PLENTY, MAX_BODY))[1] == body


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
        (whole(b"a" * (MAX_BODY + 1)), ResponseTooLarge),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (MAX_BODY + 1), ResponseTooLarge),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"5\r\nabcde\r\n" * 300,
            ResponseTooLarge,
        ),
    ],
)
async def test_invalid_responses(answer: bytes, error: type[Exception]) -> None:
    """A response that is cut short, too large or not HTTP is refused, and its connection is not reused."""
    server = ScriptedServer()
    server.answers = [answer, whole(b"good")]
    server.closes_after = lambda given: given == answer

    async with pool_of(server) as pool:
        with pytest.raises(error):
            await pool.get("/x", PLENTY, MAX_BODY)
        assert (await pool.get("/x", PLENTY, MAX_BODY))[1] == b"good"

    assert server.connections == [1, 2]


async def test_unrequested_response() -> None:
    """A second response behind the first is never taken for the response to the next request."""
    server = ScriptedServer()
    server.answers = [whole(b"mine") + whole(b"another response"), whole(b"mine again")]

    async with pool_of(server) as pool:
        assert (await pool.get("/a", PLENTY, MAX_BODY))[1] == b"mine"
        assert (await pool.get("/b", PLENTY, MAX_BODY))[1] == b"mine again"

    assert server.connections == [1, 2]


@pytest.mark.parametrize("fields", ["Connection: close\r\n", ""])
async def test_closed_connections(fields: str) -> None:
    """After a connection that imin closes, announced or not, the next request uses a new one."""
    server = ScriptedServer()
    server.answers = [whole(b"one", fields), whole(b"two")]
    server.closes_after = lambda _answer: True

    async with pool_of(server) as pool:
        assert (await pool.get("/a", PLENTY, MAX_BODY))[1] == b"one"
        assert (await pool.get("/b", PLENTY, MAX_BODY))[1] == b"two"

    assert server.connections == [1, 2]


async def test_reused_connection_was_closed() -> None:
    """A request on a reused connection that imin closes is sent again, once, over a new one."""
    server = ScriptedServer()
    server.answers = [whole(b"one"), b"", whole(b"two")]
    server.closes_after = lambda answer: answer == b""

    async with pool_of(server) as pool:
        assert (await pool.get("/a", PLENTY, MAX_BODY))[1] == b"one"
        assert (await pool.get("/b", PLENTY, MAX_BODY))[1] == b"two"

    assert server.connections == [1, 1, 2]


async def test_patch_is_sent_once() -> None:
    """A PATCH is sent once, over a connection of its own that is not reused."""
    server = ScriptedServer()
    server.answers = [whole(b"one"), b"", whole(b"two")]
    server.closes_after = lambda answer: answer == b""

    async with pool_of(server) as pool:
        await pool.get("/a", PLENTY, MAX_BODY)
        with pytest.raises(ConnectionBroken):
            await pool.send_once("PATCH", "/b", b"{}", PLENTY, MAX_BODY)
        await pool.get("/c", PLENTY, MAX_BODY)

    assert server.connections == [1, 2, 1]
    assert server.requests[1][1].startswith(b"PATCH /api/b HTTP/1.1\r\n")
    assert server.requests[1][1].endswith(
        b"Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    )


async def test_too_late() -> None:
    """A response that is not complete in time is given up, in whichever part it stops."""
    server = ScriptedServer()
    server.answers = [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"]

    async with pool_of(server) as pool:
        for _ in range(3):
            with pytest.raises(ResponseTooLate):
                await pool.get("/x", 0.05, MAX_BODY)

    assert server.connections == [1, 2, 3]


@pytest.mark.parametrize(("first", "second"), [(PLENTY, 0.05), (1, 1.5)])
async def test_deadline_of_each_request(first: float, second: float) -> None:
    """On a reused connection each response has the deadline of its own request, not of an earlier one."""
    server = ScriptedServer()
    server.answers = [whole(b"one"), b""]

    async with pool_of(server) as pool:
        await pool.get("/a", first, MAX_BODY)
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(HANGS_AFTER):
            with pytest.raises(ResponseTooLate):
                await pool.get("/b", second, MAX_BODY)
        took = asyncio.get_running_loop().time() - began

    assert server.connections == [1, 1]
    assert took >= second - 0.01


async def test_cancelled_request() -> None:
    """A cancelled request ends its connection: its response could be taken for another."""
    server = ScriptedServer()
    server.answers = [b"HTTP/1.1 200 OK\r\n", whole(b"mine")]

    async with pool_of(server) as pool:
        request = asyncio.ensure_future(pool.get("/a", PLENTY, MAX_BODY))
        await until(lambda: bool(server.requests))
        request.cancel()
        await asyncio.wait([request])
        assert (await pool.get("/b", PLENTY, MAX_BODY))[1] == b"mine"

    assert server.connections == [1, 2]


async def test_connection_refused() -> None:
    """If nothing listens at the address, nothing was sent."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    pool = ConnectionPool(f"http://127.0.0.1:{port}", {})
    pool.open()

    with pytest.raises(CannotConnect) as found:
        await pool.get("/x", PLENTY, MAX_BODY)

    assert not found.value.timed_out


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b", "schlüssel"])
def test_invalid_header(value: str) -> None:
    """A key that would end its header is refused at startup, and not disclosed."""
    with pytest.raises(ValueError, match="holds a character") as found:
        ConnectionPool("http://127.0.0.1", {"X-API-KEY": value})

    assert value not in str(found.value)


async def test_stream() -> None:
    """A large body arrives in chunks, no faster than it is consumed."""
    server = ScriptedServer()
    body = bytes(range(256)) * 20_000
    server.answers = [whole(body)]

    async with pool_of(server) as pool, pool.stream("/x", PLENTY, len(body)) as (head, chunks):
        received = [chunk async for chunk in chunks]

    assert head.content_length == len(body)
    assert b"".join(received) == body
    assert len(received) > 10


async def streamed(pool: ConnectionPool, seconds: float) -> list[bytes]:
    async with pool.stream("/x", seconds, MAX_BODY) as (_, chunks):
        return [chunk async for chunk in chunks]


@pytest.mark.parametrize(
    ("answer", "closes", "error"),
    [
        (whole(b"a" * 9)[:-3], True, ConnectionBroken),
        (whole(b"a" * 9)[:-3], False, ResponseTooLate),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (MAX_BODY + 1), True, ResponseTooLarge),
    ],
)
async def test_broken_stream(answer: bytes, closes: bool, error: type[Exception]) -> None:  # noqa: FBT001
    """A body that breaks off raises an error."""
    server = ScriptedServer()
    server.answers = [answer]
    server.closes_after = lambda _answer: closes

    async with pool_of(server) as pool:
        with pytest.raises(error):
            await streamed(pool, 0.1 if error is ResponseTooLate else PLENTY)
