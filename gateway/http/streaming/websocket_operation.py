"""One operation over a WebSocket, from its `subscribe` message to its last result."""

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import orjson

from gateway.errors import RATE_LIMITED, SERVICE_UNAVAILABLE
from gateway.execution.executor import RATE_LIMITED_ERROR
from gateway.http.authentication import RequestScope
from gateway.http.limits.concurrency import Overloaded
from gateway.http.limits.rate import RateLimited
from gateway.http.operations import Operation
from gateway.http.persisted_documents import DocumentRefused
from gateway.http.request import GraphQLRequest
from gateway.http.streaming.messages import ResultMessage, ResultMessages
from gateway.http.streaming.websocket_messages import INVALID_MESSAGE, Closed, has_valid_types
from gateway.observability.logging import RequestRecord, log_request

if TYPE_CHECKING:
    from gateway.http.streaming.websocket_session import WebSocketSession

_PLACE = "WS /graphql"
_CLIENT_CLOSED = 499
"""Status in the log if the client leaves before the first result; nginx uses the same."""


class WebSocketOperation:
    """An operation that runs. is_subscription: known once it has begun."""

    __slots__ = ("_id", "_session", "is_subscription", "task")

    def __init__(
        self, session: "WebSocketSession", id_: str, request: GraphQLRequest, scope: RequestScope
    ) -> None:
        self._session = session
        self._id = id_
        self.is_subscription = False
        self.task = asyncio.ensure_future(self._run(request, scope))

    async def _run(self, request: GraphQLRequest, scope: RequestScope) -> None:
        """Run the operation to its end, and log it."""
        session, status = self._session, _CLIENT_CLOSED
        try:
            with session.shared.operations.limit.slot() as slot:
                operation = Operation(session.shared.operations, request, scope)
                self.is_subscription = operation.prepared.is_subscription
                del request
                async with aclosing(ResultMessages(operation, slot)) as messages:
                    async for message in messages:
                        await session.require_valid_token()
                        is_executed = message.result.executed
                        status = 200 if is_executed else message.result.status or 400
                        await self._send_result(message)
                        if not is_executed:
                            return
                        del message  # it would be held until the next one
            await self._send({"id": self._id, "type": "complete"})
        except Overloaded as overloaded:
            status = 503
            scope.record.errors = [SERVICE_UNAVAILABLE]
            await self._send(_error_message(self._id, SERVICE_UNAVAILABLE, str(overloaded)))
        except Closed as closing:
            status = closing.code
            session.close(closing)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client has left; an exception that the task held would make a cycle with its traceback
        except Exception as bug:  # noqa: BLE001  # a task of its own: no caller would see it
            status = 500
            session.fail(bug, scope.request_id)
        finally:
            log_request(scope.request_id, _PLACE, status, scope.record)
            if session.running.get(self._id) is self:
                del session.running[self._id]

    async def _send_result(self, message: ResultMessage) -> None:
        """Send one result. An `error` message ends the operation."""
        if message.result.executed:
            await self._send({"id": self._id, "type": "next", "payload": message.payload()})
        else:
            await self._send({"id": self._id, "type": "error", "payload": message.result.errors})

    async def _send(self, message: dict[str, Any]) -> None:
        await self._session.connection.send(orjson.dumps(message))


def start_operation(session: "WebSocketSession", id_: str, payload: dict[str, Any]) -> None:
    """Start what a `subscribe` message asks for, or refuse it. Raises Closed."""
    if session.caller is None or not has_valid_types(payload):
        raise Closed(INVALID_MESSAGE, "Invalid message")
    session.started += 1
    operation_id, shared = f"{session.request_id}-{session.started}", session.shared
    record = RequestRecord(caller=session.pseudonym)

    def refuse(status: int, code: str, text: str) -> None:
        # The status is what HTTP would respond.
        record.errors = [code]
        log_request(operation_id, _PLACE, status, record)
        session.connection.send_now(orjson.dumps(_error_message(id_, code, text)))

    if len(session.running) >= shared.limits.operations:
        refuse(429, RATE_LIMITED, "Too many operations are running on this WebSocket.")
        return
    try:
        scope = shared.authentication.charged_scope(session.caller, operation_id, record)
        query = shared.documents.text_of(payload)
    except RateLimited:
        refuse(429, RATE_LIMITED, RATE_LIMITED_ERROR.message)
    except DocumentRefused as reason:
        refuse(reason.status, reason.code, str(reason))
    else:
        if not isinstance(query, str):
            raise Closed(INVALID_MESSAGE, "Invalid message")
        variables, name, extensions = map(payload.get, ("variables", "operationName", "extensions"))
        request = GraphQLRequest(query, variables, name, extensions)
        session.running[id_] = WebSocketOperation(session, id_, request, scope)


def _error_message(id_: str, code: str, text: str) -> dict[str, Any]:
    error = {"message": text, "extensions": {"code": code}}
    return {"id": id_, "type": "error", "payload": [error]}
