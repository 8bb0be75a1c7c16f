"""Reading a request's body: all of it in time, and never more than may be."""

import asyncio
import zlib
from contextlib import nullcontext

from aiohttp import hdrs, web

from gateway.errors import BAD_REQUEST, LIMIT_EXCEEDED

_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class BadRequest(Exception):  # named as HTTP names it
    """The HTTP request is no GraphQL request. The message is meant for the client."""

    def __init__(self, status: int, message: str, *, code: str = BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class _TooLarge(Exception):
    """The body inflates to more than is allowed."""


async def read_body(request: web.Request, seconds: float) -> bytes:
    """The body, inflated. Raises BadRequest."""
    limit = request.client_max_size
    try:
        # A small body has come with its headers, as a rule; then there is nothing to wait for.
        async with asyncio.timeout(seconds) if not request.content.is_eof() else nullcontext():
            body = await request.read()
        encoding = ",".join(request.headers.getall(hdrs.CONTENT_ENCODING, ("identity",))).strip().lower()
        return body if encoding == "identity" else _inflated(body, encoding, limit)
    except (web.HTTPRequestEntityTooLarge, _TooLarge):
        # Of one that says no length, or is compressed, no more is read than tells that it is too large.
        announced = request.content_length or 0
        got = f"{announced}" if announced > limit else f"more than {limit}"
        message = f"The body must be {limit} bytes at most, got {got}."
        raise BadRequest(413, message, code=LIMIT_EXCEEDED) from None
    except TimeoutError:
        raise BadRequest(408, f"The body must arrive within {seconds:g} s.") from None
    except (zlib.error, EOFError) as error:
        message = (
            "The body must be one whole gzip member or zlib stream, as Content-Encoding says, and no more."
        )
        raise BadRequest(400, message) from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise BadRequest(400, "The body cannot be read.") from error


def _inflated(body: bytes, encoding: str, limit: int) -> bytes:
    """The body, never more of it than the limit and a byte."""
    if encoding not in _WINDOW_BITS:
        raise BadRequest(415, "Content-Encoding must be gzip or deflate.")
    inflate = zlib.decompressobj(_WINDOW_BITS[encoding])
    plain = inflate.decompress(body, limit + 1)
    if len(plain) > limit:
        raise _TooLarge
    # Of what is left over others would read more than we do: further members, or another request.
    if not inflate.eof or inflate.unused_data:
        raise EOFError
    return plain
