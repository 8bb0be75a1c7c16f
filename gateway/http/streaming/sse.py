"""Answers as server-sent events, for clients without WebSockets.

Source: enisdenjo/graphql-sse, PROTOCOL.md, distinct connections mode; lines end with LF alone.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import orjson
from aiohttp import hdrs, web

from gateway.auth import AuthenticationError
from gateway.errors import UNAUTHENTICATED
from gateway.execution.executor import OperationResult
from gateway.http.accept import weight_of, weights_of
from gateway.http.middleware import REQUEST_ID
from gateway.http.request import EVENT_STREAM, PLAIN_JSON, RESPONSE_JSON
from gateway.http.response import origin_headers
from gateway.http.streaming.operations import ResultMessage

_KEEP_ALIVE_SECONDS = 15.0


def takes_events(request: web.Request) -> bool:
    """Whether the client can read an event stream: it says so by name."""
    return weights_of(request).get(EVENT_STREAM, 0.0) > 0


def prefers_events(request: web.Request) -> bool:
    """Whether it likes them better than JSON, or can read nothing else."""
    weights = weights_of(request)
    json = max(weight_of(PLAIN_JSON, weights), weight_of(RESPONSE_JSON, weights))
    return weights.get(EVENT_STREAM, 0.0) > json


async def while_admitted(
    answers: AsyncGenerator[ResultMessage, None], admitted: Callable[[], Awaitable[object]]
) -> AsyncGenerator[ResultMessage, None]:
    """The answers for as long as their caller is let in: a stream outlives no token."""
    try:
        async for answer in answers:
            await admitted()
            yield answer
    except AuthenticationError as refusal:
        error = {"message": str(refusal), "extensions": {"code": UNAUTHENTICATED}}
        yield ResultMessage(OperationResult(None, [error], executed=False))
    finally:
        await answers.aclose()


async def stream(
    request: web.Request, answers: AsyncGenerator[ResultMessage, None], origins: tuple[str, ...]
) -> web.StreamResponse:
    """Send each answer as it comes, then `complete`."""
    response = web.StreamResponse(headers=_headers(request, origins))
    response.content_type = EVENT_STREAM
    response.charset = "utf-8"
    try:
        await response.prepare(request)
        await _send_all(response, answers)
        await response.write(b"event: complete\ndata:\n\n")
    except ConnectionError:
        pass  # the client has gone
    finally:
        await answers.aclose()
    return response


async def _send_all(response: web.StreamResponse, answers: AsyncGenerator[ResultMessage, None]) -> None:
    coming: asyncio.Task[ResultMessage | None] = asyncio.ensure_future(anext(answers, None))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=_KEEP_ALIVE_SECONDS)
            if not done:
                await response.write(b":\n\n")
                continue
            answer = coming.result()
            if answer is None:
                return
            await response.write(b"event: next\ndata: " + orjson.dumps(answer.payload()) + b"\n\n")
            coming = asyncio.ensure_future(anext(answers, None))
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


def _headers(request: web.Request, origins: tuple[str, ...]) -> dict[str, str]:
    """Headers that the middlewares can no longer add, because they go out at once."""
    return {
        hdrs.CACHE_CONTROL: "private, no-store",
        "X-Accel-Buffering": "no",
        "X-Request-Id": request[REQUEST_ID],
    } | origin_headers(request.headers.get(hdrs.ORIGIN, ""), origins)
