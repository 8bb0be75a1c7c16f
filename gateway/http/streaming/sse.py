"""Send results as server-sent events, for clients without WebSockets.

Source: enisdenjo/graphql-sse, PROTOCOL.md, distinct connections mode. Lines end with LF alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import orjson
from aiohttp import hdrs, web

from gateway.auth import AuthenticationError, Caller
from gateway.execution.executor import OperationResult
from gateway.http.connections.aiohttp_connection import TimedConnection
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.media_types import EVENT_STREAM
from gateway.http.refusals import authentication_code
from gateway.http.streaming.messages import ResultMessage, ResultMessages
from gateway.http.streaming.token_expiry import token_refusal

_HEADERS = {
    hdrs.CONTENT_TYPE: f"{EVENT_STREAM}; charset=utf-8",
    hdrs.CACHE_CONTROL: "private, no-store",
    "X-Accel-Buffering": "no",
}
_COMMENT = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"

_KEEP_ALIVE_SECONDS = 15.0
_PROBE_SECONDS = 1.0
_PROBES = 2
"""Comments after the first, for a client that has shut down its sending side. If it has gone, they fail."""


class EventStream:
    """Sends the results of one operation to one client.

    It ends with `complete` after the last result, and after an error if the caller's token is refused. While
    the server stops, a subscription ends without `complete`, so that the client connects again.
    caller, authenticate: see `token_refusal`.
    """

    def __init__(
        self,
        request: web.Request,
        messages: ResultMessages,
        caller: Caller,
        authenticate: Callable[[], Awaitable[Caller]],
        *,
        is_subscription: bool,
    ) -> None:
        self._request = request
        self._connection = cast("TimedConnection", request.protocol)
        self._lifecycle = request.app[LIFECYCLE]
        self._messages = messages
        self._caller = caller
        self._authenticate = authenticate
        self._is_subscription = is_subscription
        self._woken = asyncio.get_running_loop().create_future()
        self._probes_left = 0

    async def send(self) -> web.StreamResponse:
        """Send each result as soon as there is one."""
        response = web.StreamResponse(headers=_HEADERS)
        try:
            await response.prepare(self._request)
            with self._woken_by_events():
                await self._send_all(response)
        except ConnectionError:
            pass  # the client has gone
        finally:
            await self._messages.aclose()
        return response

    @contextmanager
    def _woken_by_events(self) -> Iterator[None]:
        """Wake up when the server stops, and when the client sends no more or has gone."""
        self._lifecycle.on_stop.add(self._wake)
        self._connection.on_client_left = self._probe_client
        if self._connection.is_half_closed:
            self._probe_client()
        try:
            yield
        finally:
            self._lifecycle.on_stop.discard(self._wake)
            self._connection.on_client_left = None

    def _probe_client(self) -> None:
        self._probes_left = _PROBES
        self._wake()

    def _wake(self) -> None:
        if not self._woken.done():
            self._woken.set_result(None)

    async def _send_all(self, response: web.StreamResponse) -> None:
        try:
            is_complete = await self._send_results(response)
        except AuthenticationError as refusal:
            error = {"message": str(refusal), "extensions": {"code": authentication_code(refusal)}}
            await response.write(_event(ResultMessage(OperationResult(None, [error], executed=False))))
            is_complete = True
        if is_complete:
            await response.write(_COMPLETE)

    async def _send_results(self, response: web.StreamResponse) -> bool:
        """Send results, and comments in between. False if it is cut short. Raises AuthenticationError."""
        refusal = asyncio.ensure_future(token_refusal(self._caller, self._authenticate))
        result = self._next_result()
        try:
            while not self._is_cut_short():
                await self._wait(result, refusal)
                if refusal.done():
                    raise refusal.result()
                if not result.done():
                    if not self._is_cut_short():
                        await response.write(_COMMENT)
                    continue
                message = result.result()
                if message is None:
                    return True
                await self._authenticate()
                await response.write(_event(message))
                result = self._next_result()
            return False
        finally:
            result.cancel()
            refusal.cancel()
            await asyncio.gather(result, refusal, return_exceptions=True)

    def _is_cut_short(self) -> bool:
        return self._is_subscription and self._lifecycle.is_stopping

    def _next_result(self) -> asyncio.Task[ResultMessage | None]:
        return asyncio.ensure_future(anext(self._messages, None))

    async def _wait(self, *tasks: asyncio.Task[Any]) -> None:
        """Wait for a task, an event, or the time for a comment."""
        seconds = _PROBE_SECONDS if self._probes_left else _KEEP_ALIVE_SECONDS
        await asyncio.wait({*tasks, self._woken}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if self._woken.done():
            self._woken = asyncio.get_running_loop().create_future()
        else:
            self._probes_left = max(0, self._probes_left - 1)


def _event(message: ResultMessage) -> bytes:
    return b"event: next\ndata: " + orjson.dumps(message.payload()) + b"\n\n"
