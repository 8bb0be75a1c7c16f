"""Send results as server-sent events, for clients without WebSockets.

Source: enisdenjo/graphql-sse, PROTOCOL.md, distinct connections mode. Lines end with LF alone.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import orjson
from aiohttp import hdrs, web

from gateway.auth import AuthenticationError
from gateway.errors import UNAUTHENTICATED
from gateway.execution.executor import OperationResult
from gateway.http.media_types import EVENT_STREAM
from gateway.http.streaming.messages import ResultMessage

_HEADERS = {
    hdrs.CONTENT_TYPE: f"{EVENT_STREAM}; charset=utf-8",
    hdrs.CACHE_CONTROL: "private, no-store",
    "X-Accel-Buffering": "no",
}
_KEEP_ALIVE_SECONDS = 15.0


async def while_authenticated(
    messages: AsyncGenerator[ResultMessage, None], authenticate: Callable[[], Awaitable[object]]
) -> AsyncGenerator[ResultMessage, None]:
    """The messages until the caller's token is no longer valid, then a refusal.

    authenticate: checks the token again. Raises AuthenticationError.
    """
    try:
        async for message in messages:
            await authenticate()
            yield message
    except AuthenticationError as refusal:
        error = {"message": str(refusal), "extensions": {"code": UNAUTHENTICATED}}
        yield ResultMessage(OperationResult(None, [error], executed=False))
    finally:
        await messages.aclose()


async def send_events(
    request: web.Request, messages: AsyncGenerator[ResultMessage, None]
) -> web.StreamResponse:
    """Send each message as soon as there is one, then `complete`."""
    response = web.StreamResponse(headers=_HEADERS)
    try:
        await response.prepare(request)
        await _send_all(response, messages)
        await response.write(b"event: complete\ndata:\n\n")
    except ConnectionError:
        pass  # the client has gone
    finally:
        await messages.aclose()
    return response


async def _send_all(response: web.StreamResponse, messages: AsyncGenerator[ResultMessage, None]) -> None:
    coming: asyncio.Task[ResultMessage | None] = asyncio.ensure_future(anext(messages, None))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=_KEEP_ALIVE_SECONDS)
            if not done:
                await response.write(b":\n\n")
                continue
            message = coming.result()
            if message is None:
                return
            await response.write(b"event: next\ndata: " + orjson.dumps(message.payload()) + b"\n\n")
            coming = asyncio.ensure_future(anext(messages, None))
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
