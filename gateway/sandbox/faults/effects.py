"""How each fault looks on the wire."""

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
from gateway.sandbox.api.errors import RATE_LIMITED, WRONG_KEY, invalid_query, openactive
from gateway.sandbox.api.responses import json_answer, json_bytes, refuse
from gateway.sandbox.faults.faults import Fault

Answer = Callable[[], Awaitable[web.StreamResponse]]

_MEGABYTE = 1024 * 1024
_NOTICE_SECONDS = 0.02
_DRIP_BYTES = 7
_DRIP_SECONDS = 0.01
_FAR_FUTURE_SECONDS = 10**9
_AT_WORK: set[asyncio.Task[None]] = set()
"""Requests that go on after their answer; the loop itself would forget them."""


class ConnectionCutError(Exception):
    """The request ends without an answer."""


async def misbehave(request: web.Request, fault: Fault, answer: Answer) -> web.StreamResponse:
    """The answer to a request that meets a fault. answer: gives the right one, with its effects.

    Raises ConnectionCutError when there is to be none.
    """
    if fault.kind == "slow_drip":
        return await _drip(request, await _whole(answer), fault.delay_seconds or _DRIP_SECONDS)
    if fault.delay_seconds and fault.kind != "late":
        await _linger(request, fault.delay_seconds)
    if fault.kind in _INSTEAD:
        return _INSTEAD[fault.kind](fault)
    if fault.kind in _ON_THE_WIRE:
        return await _ON_THE_WIRE[fault.kind](request, fault, answer)
    if fault.kind in _ALTERED:
        return _ALTERED[fault.kind](request, await _whole(answer))
    return await answer()


def _html(status: int, title: str) -> web.Response:
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return web.Response(text=page, status=status, content_type="text/html")


def _with_retry_after(response: web.Response, fault: Fault) -> web.Response:
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


_INSTEAD: dict[str, Callable[[Fault], web.Response]] = {
    "429": lambda fault: _with_retry_after(json_answer(RATE_LIMITED, 429), fault),
    "500": lambda _: refuse(openactive("InternalApplicationError")),
    "502_html": lambda _: _html(502, "502 Bad Gateway"),
    "503": lambda fault: _with_retry_after(refuse(openactive("TemporarilyUnableToUpdateOrderError")), fault),
    "kong_401": lambda _: json_answer(WRONG_KEY, 401),
    "express_400": lambda _: refuse(invalid_query("customerIdentifier is not valid")),
    "html_200": lambda _: _html(200, "Scheduled maintenance"),
    "empty_200": lambda _: web.Response(status=200, content_type="application/json"),
    "redirect": lambda fault: web.Response(status=302, headers={"Location": fault.location}),
}


def _wrong_page(_: web.Request, body: bytes) -> web.Response:
    page = orjson.loads(body)
    view = page.get("view", {})
    asked = view.get("imin:currentPage", 1)
    view["imin:currentPage"] = asked + 1
    for document in (page, view):
        for key in ("id", "@id"):
            if key in document:
                document[key] = str(document[key]).replace(f"page={asked}", f"page={asked + 1}")
    return json_answer(page)


def _wrong_order(request: web.Request, _: bytes) -> web.Response:
    sandbox = request.app[SANDBOX]
    asked = request.match_info.get("identifier", "")
    someone_else = "abc" if sandbox.store.customer_of(asked) == "small" else "small"
    return json_answer(sandbox.order(sandbox.store.identifiers(someone_else)[0]))


def _nan(_: web.Request, body: bytes) -> web.Response:
    broken = re.sub(rb'("price":)[^,}]+', rb"\1NaN", body)
    return web.Response(body=broken, content_type="application/json", charset="utf-8")


def _cut_json(_: web.Request, body: bytes) -> web.Response:
    return web.Response(body=body[: len(body) // 2], content_type="application/json", charset="utf-8")


_ALTERED: dict[str, Callable[[web.Request, bytes], web.Response]] = {
    "wrong_page": _wrong_page,
    "wrong_order": _wrong_order,
    "nan": _nan,
    "cut_json": _cut_json,
}


async def _black_hole(request: web.Request, _: Fault, __: Answer) -> web.StreamResponse:
    await _linger(request, _FAR_FUTURE_SECONDS)
    return _cut(request)


async def _reset(request: web.Request, _: Fault, __: Answer) -> web.StreamResponse:
    return _cut(request)


async def _reset_after(request: web.Request, _: Fault, answer: Answer) -> web.StreamResponse:
    await answer()
    return _cut(request)


async def _status_after(_: web.Request, __: Fault, answer: Answer) -> web.StreamResponse:
    await answer()
    return refuse(openactive("InternalApplicationError"))


async def _half_open(request: web.Request, _: Fault, answer: Answer) -> web.StreamResponse:
    await answer()
    return await _black_hole(request, _, answer)


async def _late(request: web.Request, fault: Fault, answer: Answer) -> web.StreamResponse:
    async def take_effect() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(request.app[CLOSING].wait(), fault.delay_seconds)
        if not request.app[CLOSING].is_set():
            await answer()

    _AT_WORK.add(task := asyncio.ensure_future(take_effect()))
    task.add_done_callback(_AT_WORK.discard)
    return _html(504, "504 Gateway Time-out")


async def _truncate(request: web.Request, _: Fault, answer: Answer) -> web.StreamResponse:
    body = await _whole(answer)
    response = _stream()
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport:
        # Closing, unlike aborting, still sends what has been written.
        request.transport.close()
    return response


async def _huge(request: web.Request, fault: Fault, answer: Answer) -> web.StreamResponse:
    whole = await _whole(answer)
    # A PDF grows too; it need not stay JSON.
    opening = whole if whole.startswith(b"%PDF") else _unfinished(whole)
    response = _stream()
    await response.prepare(request)
    with suppress(ConnectionError):
        await response.write(opening)
        for _ in range(fault.megabytes):
            await response.write(b"x" * _MEGABYTE)
        await response.write(b'"}')
    return response


def _unfinished(document: bytes) -> bytes:
    """The JSON object with one more text at its end, which is not closed yet."""
    return json_bytes(orjson.loads(document or b"{}") | {"imin:filler": ""}).removesuffix(b'"}')


async def _gzip_bomb(_: web.Request, fault: Fault, __: Answer) -> web.StreamResponse:
    headers = {"Content-Encoding": "gzip"}
    return web.Response(body=_bomb(fault.megabytes), headers=headers, content_type="application/json")


_ON_THE_WIRE: dict[str, Callable[[web.Request, Fault, Answer], Awaitable[web.StreamResponse]]] = {
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


async def _drip(request: web.Request, body: bytes, pause_seconds: float) -> web.StreamResponse:
    response = _stream()
    response.content_length = len(body)
    await response.prepare(request)
    with suppress(ConnectionError):
        for start in range(0, len(body), _DRIP_BYTES):
            await response.write(body[start : start + _DRIP_BYTES])
            await _linger(request, pause_seconds)
    return response


async def _whole(answer: Answer) -> bytes:
    response = await answer()
    body: Any = response.body if isinstance(response, web.Response) else b""
    return bytes(body or b"")


def _stream() -> web.StreamResponse:
    return web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})


def _cut(request: web.Request) -> web.StreamResponse:
    transport = request.transport
    if transport:
        connection = transport.get_extra_info("socket")
        if connection and connection.family in {socket.AF_INET, socket.AF_INET6}:
            # Without lingering the peer sees a reset, not an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    raise ConnectionCutError


async def _linger(request: web.Request, seconds: float) -> None:
    """Waits, but no longer than the client is there and the sandbox runs."""
    closing = request.app[CLOSING]
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while request.transport and not closing.is_set() and (left := until - loop.time()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), min(left, _NOTICE_SECONDS))


@lru_cache(maxsize=4)
def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(level=1, wbits=31)
    parts = [packer.compress(b'{"imin:filler": "')]
    parts += [packer.compress(b"0" * _MEGABYTE) for _ in range(megabytes)]
    return b"".join([*parts, packer.compress(b'"}'), packer.flush()])
