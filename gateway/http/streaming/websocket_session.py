"""One WebSocket that speaks graphql-transport-ws, from `connection_init` to its end.

Source: enisdenjo/graphql-ws, PROTOCOL.md.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from gateway.auth import AuthenticationError, Caller, ConnectionInitCredentials
from gateway.http.authentication import Authentication
from gateway.http.cors import Cors
from gateway.http.operations import OperationServices
from gateway.http.persisted_documents import PersistedDocuments
from gateway.http.streaming.token_expiry import seconds_until_check
from gateway.http.streaming.websocket_connection import WebSocketConnection
from gateway.http.streaming.websocket_frames import INTERNAL_ERROR, NORMAL, TRY_AGAIN_LATER
from gateway.http.streaming.websocket_messages import (
    INIT_TIMEOUT,
    INVALID_MESSAGE,
    SUBSCRIBER_EXISTS,
    TOO_MANY_INITS,
    UNAUTHORIZED,
    Closed,
    parse,
    refused,
)
from gateway.http.streaming.websocket_operation import WebSocketOperation, start_operation
from gateway.observability.logging import log_bug

_MAX_WAITING_MESSAGES = 16
"""Messages that wait for an earlier one to be handled; more are left in the kernel's buffer."""

_BEFORE_INIT = {"connection_init", "ping", "pong"}
_ACK, _PONG = orjson.dumps({"type": "connection_ack"}), orjson.dumps({"type": "pong"})


@dataclass(frozen=True)
class WebSocketLimits:
    """sockets: open at one time. sockets_each: of one customer. operations: at one time on one socket.

    message_bytes: size of the longest message. init_seconds: within which `connection_init` must arrive.
    """

    sockets: int
    sockets_each: int
    operations: int
    message_bytes: int
    init_seconds: float


@dataclass
class WebSocketServices:
    """What all WebSockets share.

    cors: whose pages may open one, besides the gateway's own.
    open_each: how many there are, by caller's pseudonym.
    """

    operations: OperationServices
    authentication: Authentication
    limits: WebSocketLimits
    documents: PersistedDocuments
    cors: Cors
    open_each: Counter[str] = field(default_factory=Counter)


class WebSocketSession:
    """Receives the messages of one WebSocket, and runs its operations.

    request_id, began: of the request that opened it. on_lost: called with the session when the connection is
    gone.
    caller, pseudonym: set by connection_init. started: number of operations so far.
    """

    __slots__ = (
        "_credentials",
        "_on_lost",
        "_step",
        "_timer",
        "_waiting",
        "began",
        "caller",
        "connection",
        "pseudonym",
        "request_id",
        "running",
        "shared",
        "started",
    )

    def __init__(
        self,
        shared: WebSocketServices,
        connection: WebSocketConnection,
        request_id: str,
        on_lost: "Callable[[WebSocketSession], None]",
    ) -> None:
        self.shared = shared
        self.connection = connection
        self.request_id = request_id
        self.began = time.perf_counter()
        self.caller: Caller | None = None
        self.pseudonym = ""
        self.started = 0
        self.running: dict[str, WebSocketOperation] = {}
        self._on_lost = on_lost
        self._credentials: ConnectionInitCredentials
        # Messages are handled in order. While one takes time, the next ones wait.
        self._step: asyncio.Task[None] | None = None
        self._waiting: deque[tuple[int, bytes]] | None = None
        self._timer: asyncio.TimerHandle | None = _later(shared.limits.init_seconds, self._init_timed_out)

    def receive(self, opcode: int, payload: bytes) -> None:
        if self._waiting is None:
            self._handle(opcode, payload)
        else:
            self._waiting.append((opcode, payload))
            if len(self._waiting) >= _MAX_WAITING_MESSAGES:
                self.connection.pause_reading()

    def client_finished(self) -> None:
        if self._step is None:
            self._begin(self._finish_results)
        # Otherwise it follows when the messages that arrived before have been handled.

    def ended(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self.pseudonym:
            self.shared.open_each[self.pseudonym] -= 1
            if not self.shared.open_each[self.pseudonym]:
                del self.shared.open_each[self.pseudonym]
        for task in [self._step, *(operation.task for operation in self.running.values())]:
            if task is not None and task is not asyncio.current_task():
                task.cancel()

    def lost(self) -> None:
        self._on_lost(self)

    def close(self, closing: Closed) -> None:
        self.connection.close(closing.code, str(closing).encode())

    def fail(self, bug: Exception, request_id: str) -> None:
        """Log a bug, and close the WebSocket."""
        log_bug(bug, request_id)
        self.close(Closed(INTERNAL_ERROR, ""))

    async def require_valid_token(self) -> None:
        """Check the token: before each result, and regularly. It may have expired. Raises Closed."""
        try:
            self.caller = await self.shared.authentication.caller(self._credentials)
        except AuthenticationError as refusal:
            raise refused(refusal) from None

    def _handle(self, opcode: int, payload: bytes) -> None:
        try:
            message = parse(opcode, payload)
            self._dispatch(message)
        except Closed as closing:
            self.close(closing)
        except Exception as bug:  # noqa: BLE001  # called by the event loop: no caller would see it
            self.fail(bug, self.request_id)

    def _dispatch(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": str(kind)} if self.caller is None and kind not in _BEFORE_INIT:
                raise Closed(UNAUTHORIZED, "Unauthorized")
            case {"type": "ping"}:
                self.connection.send_now(_PONG)
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(id_), "payload": dict(payload)} if id_:
                if id_ in self.running:
                    raise Closed(SUBSCRIBER_EXISTS, f"Subscriber for {id_[:40]} already exists")
                start_operation(self, id_, payload)
            case {"type": "complete", "id": str(id_)}:
                if operation := self.running.pop(id_, None):
                    # At once: the client may close the connection before the step begins.
                    operation.task.cancel()
                    # The next message must find its concurrency slot free.
                    self._begin(partial(_cancel, operation.task))
            case {"type": "connection_init"}:
                if self.caller is not None:
                    raise Closed(TOO_MANY_INITS, "Too many initialisation requests")
                self._begin(partial(self._initialise, message.get("payload") or {}))
            case _:
                raise Closed(INVALID_MESSAGE, "Invalid message")

    def _begin(self, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let messages wait until this is done. It is not called if the connection ends first."""
        self._waiting = deque()
        self._step = asyncio.ensure_future(self._run_step(step))

    async def _run_step(self, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await self._guarded(step())
        if not self.connection.is_open:
            return
        waiting, self._waiting, self._step = self._waiting or deque(), None, None
        if len(waiting) >= _MAX_WAITING_MESSAGES:
            self.connection.resume_reading()
        for opcode, payload in waiting:
            if self.connection.is_open:
                self.receive(opcode, payload)
        if self.connection.is_half_closed and self._step is None and self.connection.is_open:
            self.client_finished()

    async def _guarded(self, step: Coroutine[Any, Any, None]) -> None:
        """Close the WebSocket if this raises an error."""
        try:
            await step
        except Closed as closing:
            self.close(closing)
        except Exception as bug:  # noqa: BLE001  # in a task of its own: no caller would see it
            self.fail(bug, self.request_id)

    async def _initialise(self, payload: Any) -> None:
        if not isinstance(payload, dict):
            raise Closed(INVALID_MESSAGE, "The payload of connection_init must be an object")
        self._credentials = ConnectionInitCredentials(payload)
        await self.require_valid_token()
        caller, limit = self.caller, self.shared.limits.sockets_each
        if caller is None or not self.connection.is_open:
            return
        pseudonym = self.shared.authentication.pseudonym(caller)
        if self.shared.open_each[pseudonym] >= limit and caller.customer:
            raise Closed(TRY_AGAIN_LATER, "Too many WebSockets")
        self.shared.open_each[pseudonym] += 1
        self.pseudonym = pseudonym
        self._check_later(caller)
        self.connection.send_now(_ACK)

    async def _finish_results(self) -> None:
        """Send the results of queries and mutations to a client that sends no more, then close."""
        await asyncio.sleep(0)  # operations that have just arrived begin
        operations = list(self.running.values())
        await _cancel(*(operation.task for operation in operations if operation.is_subscription))
        await asyncio.gather(*(operation.task for operation in operations), return_exceptions=True)
        self.connection.close(NORMAL)

    def _init_timed_out(self) -> None:
        self.close(Closed(INIT_TIMEOUT, "Connection initialisation timeout"))

    def _check_later(self, caller: Caller) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = _later(seconds_until_check(caller), self._check)

    def _check(self) -> None:
        self.connection.ping_if_idle()
        self._timer = None
        asyncio.ensure_future(self._guarded(self._check_token()))  # noqa: RUF006  # what it waits for refers to it

    async def _check_token(self) -> None:
        await self.require_valid_token()
        if self.connection.is_open and self.caller is not None:
            self._check_later(self.caller)


def _later(seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
    return asyncio.get_running_loop().call_later(seconds, call)


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
