"""Running operations: document text and variables → data and coded errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from gateway.context import Context
from gateway.errors import BAD_REQUEST, INTERNAL, NO_SUCH_OPERATION, code_of, formatted
from gateway.imin.errors import IminError
from gateway.logs import log_bug

log = structlog.get_logger()

_ALL = {OperationType.QUERY, OperationType.MUTATION}


@dataclass(frozen=True)
class Answer:
    """What a client gets.

    executed: whether execution began; otherwise there is no `data` at all.
    is_wrong_method: a mutation that came where only queries may.
    """

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    executed: bool
    is_wrong_method: bool = False


class Executor:
    """Executes operations against the schema, one after another or side by side."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = schema

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Context,
        *,
        queries_only: bool = False,
    ) -> Answer:
        """The answer to one request. Raises nothing that is the client's or imin's fault."""
        try:
            result = await self._schema.execute(
                query,
                variable_values=dict(variables or {}),
                operation_name=operation_name,
                context_value=context,
                allowed_operation_types={OperationType.QUERY} if queries_only else _ALL,
            )
        except InvalidOperationTypeError:
            message = (
                "Only queries may come by GET; use POST."
                if queries_only
                else "Subscriptions need a WebSocket."
            )
            return _refused(message, BAD_REQUEST, is_wrong_method=queries_only)
        except CannotGetOperationTypeError:
            name = f" named {operation_name[:80]!r}" if operation_name else ""
            return _refused(f"The document has no one operation{name} to run.", NO_SUCH_OPERATION)
        errors = [*(result.errors or []), *context.errors]
        _log(errors, context.request_id)
        executed = result.data is not None or any(error.path for error in errors)
        return Answer(result.data, [formatted(error, context.request_id) for error in errors], executed)


def _refused(message: str, code: str, *, is_wrong_method: bool = False) -> Answer:
    error = {"message": message, "extensions": {"code": code}}
    return Answer(None, [error], executed=False, is_wrong_method=is_wrong_method)


def _log(errors: list[GraphQLError], request_id: str) -> None:
    """One line for each failure of imin's or ours; clients' mistakes are theirs to see."""
    for error in errors:
        original = error.original_error
        if isinstance(original, IminError):
            log.warning(
                "imin failed", request_id=request_id, reason=str(original), type=type(original).__name__
            )
        elif code_of(error) == INTERNAL:
            log_bug(original or error, request_id)
