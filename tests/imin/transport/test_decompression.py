"""Decompressing the bodies of responses."""

import gzip
import zlib

import pytest

from gateway.imin.errors import Unreadable
from gateway.imin.transport.errors import ResponseTooLarge
from gateway.imin.transport.response import read_response
from gateway.imin.transport.response_parser import ResponseHead

MAX_BODY = 1_000


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
    """Every compression that the gateway accepts is decompressed, in the forms that servers really send."""
    response = read_response(ResponseHead(200, {"content-encoding": encoding}), body, "GET /x", MAX_BODY)

    assert response.body == b"abc" * 100


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
    """A body that cannot be decompressed, or decompresses to more than is allowed, is refused."""
    with pytest.raises(error):
        read_response(ResponseHead(200, {"content-encoding": encoding}), body, "GET /x", MAX_BODY)
