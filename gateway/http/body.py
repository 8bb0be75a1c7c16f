"""Read the body of a request, with limits on time and size."""

import asyncio
import zlib
from contextlib import nullcontext

from aiohttp import hdrs, web

from gateway.errors import LIMIT_EXCEEDED
from gateway.http.bad_request import BadRequest

_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class _TooLarge(Exception):
    """The decompressed body exceeds the limit."""


async def read_body(request: web.Request, seconds: float) -> bytes:
    """The body, decompressed. Raises BadRequest."""
    limit = request.client_max_size
    try:
        # A small body usually arrives with its headers: no timer is needed then.
        async with asyncio.timeout(seconds) if not request.content.is_eof() else nullcontext():
            body = await request.read()
        encoding = ",".join(request.headers.getall(hdrs.CONTENT_ENCODING, ("identity",))).strip().lower()
        return body if encoding == "identity" else _decompress(body, encoding, limit)
    except (web.HTTPRequestEntityTooLarge, _TooLarge):
        # Without a Content-Length, or compressed: reading stops at the limit, so the whole size is unknown.
        announced = request.content_length or 0
        got = f"{announced}" if announced > limit else f"more than {limit}"
        message = f"The body must be {limit} bytes at most, got {got}."
        raise BadRequest(413, message, code=LIMIT_EXCEEDED) from None
    except TimeoutError:
        raise BadRequest(408, f"The body must arrive within {seconds:g} s.") from None
    except (zlib.error, EOFError) as error:
        message = "The body must be exactly one gzip member or zlib stream, as Content-Encoding says."
        raise BadRequest(400, message) from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise BadRequest(400, "The body cannot be read.") from error


def _decompress(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding not in _WINDOW_BITS:
        raise BadRequest(415, "Content-Encoding must be gzip or deflate.")
    inflate = zlib.decompressobj(_WINDOW_BITS[encoding])
    plain = inflate.decompress(body, limit + 1)
    if len(plain) > limit:
        raise _TooLarge
    # Other programs could read what follows as further members or as another request.
    if not inflate.eof or inflate.unused_data:
        raise EOFError
    return plain
