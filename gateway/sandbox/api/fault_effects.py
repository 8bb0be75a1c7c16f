"""Apply a fault to the response of a request."""

import asyncio
import re
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import orjson
from aiohttp import web

from gateway.sandbox.api.app_keys import CLOSING, SANDBOX
from gateway.sandbox.api.responses import error_response, json_bytes, json_response
from gateway.sandbox.data.error_documents import RATE_LIMITED, WRONG_KEY, invalid_query, openactive_error
from gateway.sandbox.faults.faults import Fault

Respond = Callable[[], Awaitable[web.StreamResponse]]
"""Lets the request take effect and returns its regular response."""

_MEGABYTE = 1024 * 1024
_POLL_SECONDS = 0.02
_DRIP_BYTES = 7
_DRIP_SECONDS = 0.01
_FAR_FUTURE_SECONDS = 10**9
# The event loop holds only weak references to tasks.
_LATE_REQUESTS: set[asyncio.Task[None]] = set()


class ConnectionClosedError(Exception):
    """The connection was closed without a response."""


async def apply_fault(request: web.Request, fault: Fault, respond: Respond) -> web.StreamResponse:
    """The response of a request that gets this fault.

    Raises ConnectionClosedError when the fault is to send no response.
    """
    if fault.kind == "slow_drip":
        return await _drip(request, await _body(respond), fault.delay_seconds or _DRIP_SECONDS)
    if fault.delay_seconds and fault.kind != "late":
        await _delay(request, fault.delay_seconds)
    if fault.kind in _REPLACEMENTS:
        return _REPLACEMENTS[fault.kind](fault)
    if fault.kind in _CONNECTION_FAULTS:
        return await _CONNECTION_FAULTS[fault.kind](request, fault, respond)
    if fault.kind in _BODY_FAULTS:
        return _BODY_FAULTS[fault.kind](request, await _body(respond))
    return await respond()


def _html(status: int, title: str) -> web.Response:
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return web.Response(text=page, status=status, content_type="text/html")


def _with_retry_after(response: web.Response, fault: Fault) -> web.Response:
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _internal_error() -> web.Response:
    return error_response(openactive_error("InternalApplicationError"))


def _unavailable() -> web.Response:
    return error_response(openactive_error("TemporarilyUnableToUpdateOrderError"))


_REPLACEMENTS: dict[str, Callable[[Fault], web.Response]] = {
    "429": lambda fault: _with_retry_after(json_response(RATE_LIMITED, 429), fault),
    "500": lambda _: _internal_error(),
    "502_html": lambda _: _html(502, "502 Bad Gateway"),
    "503": lambda fault: _with_retry_after(_unavailable(), fault),
    "kong_401": lambda _: json_response(WRONG_KEY, 401),
    "express_400": lambda _: error_response(invalid_query("customerIdentifier is not valid")),
    "html_200": lambda _: _html(200, "Scheduled maintenance"),
    "empty_200": lambda _: web.Response(status=200, content_type="application/json"),
    "redirect": lambda fault: web.Response(status=302, headers={"Location": fault.location}),
}
"""Faults whose response does not depend on the request, which has no effect."""


def _wrong_page(_: web.Request, body: bytes) -> web.Response:
    page = orjson.loads(body)
    view = page.get("view", {})
    number = view.get("imin:currentPage", 1)
    view["imin:currentPage"] = number + 1
    for document in (page, view):
        for key in ("id", "@id"):
            if key in document:
                document[key] = str(document[key]).replace(f"page={number}", f"page={number + 1}")
    return json_response(page)


def _wrong_order(request: web.Request, _: bytes) -> web.Response:
    sandbox = request.app[SANDBOX]
    requested = request.match_info.get("identifier", "")
    other_customer = "abc" if sandbox.store.customer_of(requested) == "small" else "small"
    return json_response(sandbox.order(sandbox.store.identifiers(other_customer)[0]))


def _nan(_: web.Request, body: bytes) -> web.Response:
    invalid = re.sub(rb'("price":)[^,}]+', rb"\1NaN", body)
    return web.Response(body=invalid, content_type="application/json", charset="utf-8")


def _cut_json(_: web.Request, body: bytes) -> web.Response:
    return web.Response(body=body[: len(body) // 2], content_type="application/json", charset="utf-8")


_BODY_FAULTS: dict[str, Callable[[web.Request, bytes], web.Response]] = {
    "wrong_page": _wrong_page,
    "wrong_order": _wrong_order,
    "nan": _nan,
    "cut_json": _cut_json,
}
"""Faults that change the body of the regular response."""


async def _black_hole(request: web.Request, _: Fault, __: Respond) -> web.StreamResponse:
    are_cleared = _cleared_since_now(request)
    await _wait_until(
        request,
        _FAR_FUTURE_SECONDS,
        lambda: request.transport is None or _has_stopped_sending(request) or are_cleared(),
    )
    return _reset_connection(request)


async def _reset(request: web.Request, _: Fault, __: Respond) -> web.StreamResponse:
    return _reset_connection(request)


async def _reset_after(request: web.Request, _: Fault, respond: Respond) -> web.StreamResponse:
    await respond()
    return _reset_connection(request)


async def _status_after(_: web.Request, __: Fault, respond: Respond) -> web.StreamResponse:
    await respond()
    return _internal_error()


async def _half_open(request: web.Request, fault: Fault, respond: Respond) -> web.StreamResponse:
    await respond()
    return await _black_hole(request, fault, respond)


async def _late(request: web.Request, fault: Fault, respond: Respond) -> web.StreamResponse:
    are_cleared = _cleared_since_now(request)

    async def take_effect() -> None:
        await _wait_until(request, fault.delay_seconds, are_cleared)
        if not request.app[CLOSING].is_set():
            await respond()

    _LATE_REQUESTS.add(task := asyncio.ensure_future(take_effect()))
    task.add_done_callback(_LATE_REQUESTS.discard)
    return _html(504, "504 Gateway Time-out")


async def _truncate(request: web.Request, _: Fault, respond: Respond) -> web.StreamResponse:
    body = await _body(respond)
    response = _json_stream()
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport:
        # Unlike abort(), close() sends what is already written.
        request.transport.close()
    return response


async def _huge(request: web.Request, fault: Fault, respond: Respond) -> web.StreamResponse:
    body = await _body(respond)
    # The padding of a PDF need not be JSON.
    opening = body if body.startswith(b"%PDF") else _with_open_string(body)
    response = _json_stream()
    await response.prepare(request)
    with suppress(ConnectionError):
        await response.write(opening)
        for _ in range(fault.megabytes):
            await response.write(b"x" * _MEGABYTE)
        await response.write(b'"}')
    return response


def _with_open_string(document: bytes) -> bytes:
    """The JSON object up to the inside of an additional string at its end."""
    return json_bytes(orjson.loads(document or b"{}") | {"imin:filler": ""}).removesuffix(b'"}')


async def _gzip_bomb(_: web.Request, fault: Fault, __: Respond) -> web.StreamResponse:
    headers = {"Content-Encoding": "gzip"}
    return web.Response(body=_compressed(fault.megabytes), headers=headers, content_type="application/json")


_CONNECTION_FAULTS: dict[str, Callable[[web.Request, Fault, Respond], Awaitable[web.StreamResponse]]] = {
    "black_hole": _black_hole,
    "reset": _reset,
    "reset_after": _reset_after,
    "status_after": _status_after,
    "half_open": _half_open,
    "late": _late,
    "truncate": _truncate,
    "huge": _huge,
    "gzip_bomb": _gzip_bomb,
}
"""Faults of the connection, of its timing, or of the amount of data."""


async def _drip(request: web.Request, body: bytes, pause_seconds: float) -> web.StreamResponse:
    response = _json_stream()
    response.content_length = len(body)
    await response.prepare(request)
    with suppress(ConnectionError):
        for start in range(0, len(body), _DRIP_BYTES):
            await response.write(body[start : start + _DRIP_BYTES])
            await _wait(request, pause_seconds)
    return response


async def _body(respond: Respond) -> bytes:
    response = await respond()
    body: Any = response.body if isinstance(response, web.Response) else b""
    return bytes(body or b"")


def _json_stream() -> web.StreamResponse:
    return web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})


def _reset_connection(request: web.Request) -> web.StreamResponse:
    transport = request.transport
    if transport:
        connection = transport.get_extra_info("socket")
        if connection and connection.family in {socket.AF_INET, socket.AF_INET6}:
            # With SO_LINGER at zero, closing sends a reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    raise ConnectionClosedError


async def _wait(request: web.Request, seconds: float) -> None:
    """Wait, but end when the client disconnects or the sandbox shuts down."""
    await _wait_until(request, seconds, lambda: request.transport is None)


async def _delay(request: web.Request, seconds: float) -> None:
    """Wait, but end also when the faults are cleared."""
    are_cleared = _cleared_since_now(request)
    await _wait_until(request, seconds, lambda: request.transport is None or are_cleared())


def _has_stopped_sending(request: web.Request) -> bool:
    """Whether the client has closed the connection, or only its sending side: both look the same.

    `gateway.server.listen` lets connections of such clients live, which aiohttp's own server does not.
    """
    return bool(getattr(request.protocol, "is_half_closed", False))


def _cleared_since_now(request: web.Request) -> Callable[[], bool]:
    """A function that returns whether the faults have been cleared after this call."""
    faults = request.app[SANDBOX].faults
    before = faults.times_cleared
    return lambda: faults.times_cleared != before


async def _wait_until(request: web.Request, seconds: float, is_over: Callable[[], bool]) -> None:
    """Wait, but end when `is_over` or the sandbox shuts down."""
    closing = request.app[CLOSING]
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while not (is_over() or closing.is_set()) and (left := until - loop.time()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), min(left, _POLL_SECONDS))


@lru_cache(maxsize=4)
def _compressed(megabytes: int) -> bytes:
    """A gzip-compressed JSON object of this size."""
    compressor = zlib.compressobj(level=1, wbits=31)
    parts = [compressor.compress(b'{"imin:filler": "')]
    parts += [compressor.compress(b"0" * _MEGABYTE) for _ in range(megabytes)]
    return b"".join([*parts, compressor.compress(b'"}'), compressor.flush()])
