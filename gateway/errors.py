"""Every error that clients may see, and how all other errors are masked.

Codes follow Apollo's names where there is one:

GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED   the document is not GraphQL, or does not fit the schema
BAD_USER_INPUT                                    an argument or variable has a value that cannot be used
OPERATION_RESOLUTION_FAILURE                      the document has no operation of that name
BAD_REQUEST                                       the HTTP request is not a GraphQL request
PERSISTED_QUERY_NOT_FOUND, …_NOT_SUPPORTED        no document is stored under that hash or id: send its text
UNTRUSTED_DOCUMENT                                only documents of the trusted list are accepted
LIMIT_EXCEEDED                                    the request or document exceeds a limit
RATE_LIMITED                                      the caller has exceeded their rate limit
UNAUTHENTICATED, FORBIDDEN                        the token is missing or invalid, or does not allow this
SERVICE_UNAVAILABLE                               the gateway is overloaded, or cannot verify tokens now
NOT_FOUND                                         there is no such path or receipt
UPSTREAM_UNAVAILABLE                              imin is down, overloaded, or rejects our API key
UPSTREAM_TIMEOUT                                  imin did not respond in time
UPSTREAM_INVALID                                  imin sent a response that cannot be read
SEARCH_INCOMPLETE                                 the history was not searched to its end: the order may exist
NOT_AVAILABLE                                     the operator of the gateway has not set this up
INTERNAL_SERVER_ERROR                             our own bug: masked, and logged once with the request id

Messages say what is wrong and with which value; they never contain a URL, a key, an e-mail address or a
customer's identifier.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from graphql import GraphQLError

from gateway.imin.errors import (
    IminError,
    InvalidValue,
    Refused,
    TimedOut,
    Unreadable,
    UpstreamUnavailable,
)
from gateway.pagination.cursor import BadArgument
from gateway.pagination.history import SearchIncomplete

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
NO_SUCH_OPERATION = "OPERATION_RESOLUTION_FAILURE"
BAD_REQUEST = "BAD_REQUEST"
PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
UNTRUSTED_DOCUMENT = "UNTRUSTED_DOCUMENT"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
RATE_LIMITED = "RATE_LIMITED"
NOT_FOUND = "NOT_FOUND"
UNAUTHENTICATED = "UNAUTHENTICATED"
FORBIDDEN = "FORBIDDEN"
SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
UPSTREAM_UNAVAILABLE = "UPSTREAM_UNAVAILABLE"
UPSTREAM_TIMEOUT = "UPSTREAM_TIMEOUT"
UPSTREAM_INVALID = "UPSTREAM_INVALID"
SEARCH_INCOMPLETE = "SEARCH_INCOMPLETE"
NOT_AVAILABLE = "NOT_AVAILABLE"
INTERNAL = "INTERNAL_SERVER_ERROR"

_UPSTREAM: tuple[tuple[type[IminError], str, str], ...] = (
    (
        SearchIncomplete,
        SEARCH_INCOMPLETE,
        "The order was not found in the searched part of a long history. Use its global id, from a list.",
    ),
    (TimedOut, UPSTREAM_TIMEOUT, "The booking system did not respond in time. Please try again."),
    (
        UpstreamUnavailable,
        UPSTREAM_UNAVAILABLE,
        "The booking system is unavailable at the moment. Please try again later.",
    ),
    (Unreadable, UPSTREAM_INVALID, "The booking system sent a response that cannot be read."),
    (Refused, UPSTREAM_INVALID, "The booking system rejected a request that should be valid."),
)


_INPUT_ERRORS = ("Variable ", "Argument '")
"""First words of the errors that graphql-core raises during execution about a client's values.

An argument of a field or directive can be wrong although the document is valid and each variable fits its
type: null in place of a variable's default. Its other errors during execution are about our values.
"""


class GatewayError(GraphQLError):
    """An error that clients see as it is, with its code and message."""

    def __init__(self, code: str, message: str, *, path: Sequence[str | int] | None = None) -> None:
        super().__init__(message, path=path, extensions={"code": code})

    @property
    def code(self) -> str:
        """Machine-readable code."""
        return str((self.extensions or {})["code"])


def unreadable(name: str, paths: tuple[str, ...], *, path: Sequence[str | int]) -> GatewayError:
    """The error for a document with unreadable parts. Names the parts, but not their values.

    name: of the kind of document, with its article. paths: of the parts in it. path: in the response.
    """
    shown = ", ".join(paths[:5]) + (", …" if len(paths) > 5 else "")  # noqa: PLR2004  # enough to find them
    return GatewayError(
        UPSTREAM_INVALID,
        f"The booking system sent {name} that cannot be read completely: {shown}.",
        path=path,
    )


def upstream_problem(error: BaseException | None) -> tuple[str, str] | None:
    """Code and message for an error in reading from imin; None for any other error."""
    if isinstance(error, InvalidValue):
        return UPSTREAM_INVALID, f"The booking system sent a value that cannot be used: {error.member}."
    return next(((code, message) for kind, code, message in _UPSTREAM if isinstance(error, kind)), None)


def with_code(code: str, errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """graphql-core's errors of one phase, with the code of that phase; those that have a code keep it."""
    found = list(errors)
    for error in found:
        error.extensions = {"code": code} | (error.extensions or {})
    return found


def bug_message(request_id: str) -> str:
    """The message of a masked error."""
    return f"Something went wrong on our side. Please quote {request_id}."


def code_of(error: GraphQLError) -> str:
    """Code of an error in a response; INTERNAL_SERVER_ERROR for a bug."""
    original = error.original_error
    if isinstance(error, GatewayError):
        return error.code
    if isinstance(original, GatewayError):
        return original.code
    if isinstance(original, BadArgument):
        return BAD_USER_INPUT
    if problem := upstream_problem(original):
        return problem[0]
    if original is not None and not isinstance(original, GraphQLError):
        return VALIDATION_FAILED if _is_unreadable_literal(error) else INTERNAL
    stated = (error.extensions or {}).get("code")
    return str(stated) if stated else _code_of_graphql_core(error)


def _is_unreadable_literal(error: GraphQLError) -> bool:
    """Whether a scalar could not parse a literal during validation: Python refuses thousands of digits.

    An error during execution has a path.
    """
    return isinstance(error.original_error, ValueError) and bool(error.nodes) and not error.path


def _code_of_graphql_core(error: GraphQLError) -> str:
    """Code of an error that graphql-core raised, by its message: it has no codes."""
    if error.message.startswith("Syntax Error"):
        return PARSE_FAILED
    if error.message.startswith(_INPUT_ERRORS):
        return BAD_USER_INPUT
    if error.path:
        return INTERNAL
    return VALIDATION_FAILED


def formatted(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """The error as it is sent to the client: with its code, and masked unless clients may see it."""
    code = code_of(error)
    answer: dict[str, Any] = dict(error.formatted)
    if code == INTERNAL:
        answer["message"] = bug_message(request_id)
    elif problem := upstream_problem(error.original_error):
        answer["message"] = problem[1]
    elif _is_unreadable_literal(error):
        answer["message"] = "The document contains a literal that cannot be read."
    answer["extensions"] = {"code": code}
    if code == INTERNAL:
        answer["extensions"]["requestId"] = request_id
    return answer


def drop_tracebacks(error: BaseException) -> None:
    """Remove the tracebacks of an error and of its causes.

    Their frames refer to the request, and to up to a megabyte of imin's response. The frames themselves are
    not cleared: another request may share the error and still be running in one of them.
    """
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        if (current := pending.pop()) is not None and id(current) not in seen:
            seen.add(id(current))
            pending += [current.__context__, current.__cause__, getattr(current, "original_error", None)]
            current.__traceback__ = None
