"""Which requests the fast path reads, and that it reads them as aiohttp does."""

import asyncio

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_parser import HttpRequestParser
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.http.connections.fast_request import FastRequestReader
from tests.support.raw_http import QUERY, post

LIST = b'{"query": "{ viewer { orders(first: 2) { nodes { id } } } }"}'


@pytest.mark.parametrize(
    "unusual",
    [
        post(QUERY, b"Connection: close"),
        post(QUERY, b"Expect: 100-continue"),
        post(QUERY, b"Content-Encoding: identity"),
        post(QUERY, b"X-Twice: 1", b"x-twice: 2"),
        post(QUERY, b"Accept: text/event-stream"),
        post(QUERY).replace(b"application/json", b"text/plain"),
        post(QUERY).replace(b"Host: x\r\n", b""),
        post(QUERY).replace(b"HTTP/1.1", b"HTTP/1.0"),
        post(QUERY).replace(b"/graphql", b"/graphql?a=b"),
        post(QUERY).replace(b"Content-Length: ", b"Content-Length: 0"),
        post(QUERY).replace(b"Host: x", b"Host : x"),
        post(QUERY).replace(b"Host: x\r\n", b"Host: x\r\n folded: y\r\n"),
        post(QUERY).replace(b"\r\n", b"\n"),
        post(QUERY)[:-1],
        post(QUERY) + post(QUERY),
        post(QUERY) + b"x",
        post(QUERY).replace(b"Content-Length: %d\r\n" % len(QUERY), b"Transfer-Encoding: chunked\r\n"),
        post(QUERY, b"Transfer-Encoding: chunked"),
        post(QUERY, *(b"X-%d: y" % number for number in range(80))),
        post(QUERY, b"X: " + b"y" * 9_000),
        post(b'{"query": "' + b" " * 3_000 + b'"}'),
        b"GET /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
        b"",
        b"\r\n\r\n",
    ],
)
def test_unusual(unusual: bytes) -> None:
    """Anything unusual about a request leaves it to aiohttp."""
    assert FastRequestReader(longest_body=3_000).read(unusual) is None


def test_usual() -> None:
    """One reader reads all usual requests of a connection."""
    reader = FastRequestReader(longest_body=3_000)

    read = [reader.read(post(body, b"Accept: a/b")) for body in (QUERY, LIST)]

    assert [posted and (posted.body, posted.headers["accept"]) for posted in read] == [
        (QUERY, "a/b"),
        (LIST, "a/b"),
    ]


@settings(max_examples=1_000, deadline=None)
@given(
    at=st.integers(0, 10_000),
    removed=st.integers(0, 3),
    inserted=st.binary(max_size=3)
    | st.sampled_from(
        [b"\r\n", b"\n", b"\r", b" ", b"\t", b"\0", b":", b"\r\nContent-Length: 1", b"\r\nX: y"]
    ),
)
async def test_takes_no_more_than_aiohttp(at: int, removed: int, inserted: bytes) -> None:
    """However a request is corrupted: if the fast path reads it, aiohttp reads the same."""
    request = post(QUERY, b"Accept: */*", b"X-Odd: \xc3\xa4")
    at %= len(request)
    request = request[:at] + inserted + request[at + removed :]

    posted = FastRequestReader(longest_body=3_000).read(request)

    if posted is not None:
        loop = asyncio.get_running_loop()
        ((message, body),), upgraded, tail = HttpRequestParser(
            BaseProtocol(loop, None), loop, 65_536
        ).feed_data(request)
        assert (message.method, message.path, upgraded, tail) == ("POST", "/graphql", False, b"")
        # aiohttp writes names that it knows in their usual case.
        assert [(name.lower(), value) for name, value in posted.headers.items()] == [
            (name.lower(), value) for name, value in message.headers.items()
        ]
        assert posted.body == body.read_nowait()
        assert body.is_eof()
