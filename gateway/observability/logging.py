"""Structured logs: one JSON line per event, on standard error."""

import logging
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

import structlog
from graphql import GraphQLError

from gateway.errors import INTERNAL, code_of, drop_tracebacks
from gateway.imin.errors import IminError, InvalidValue
from gateway.imin.transport.call_counter import CallCounter, start_counting_calls
from gateway.pagination.history import SearchIncomplete

log = structlog.get_logger()
# structlog can only check a level by building a logger, which costs more than the rest of a request's line.
_levels = logging.getLogger(__name__)
_levels.setLevel(logging.INFO)

_MAX_NAME_LENGTH = 100


@dataclass(slots=True)
class RequestRecord:
    """What the log line of a request contains besides its status. Nothing in it identifies a person.

    caller: a pseudonym. digest: hash of the document. calls: counts requests to imin.
    """

    calls: CallCounter = field(default_factory=start_counting_calls)
    began: float = field(default_factory=time.perf_counter)
    caller: str = ""
    operation: str = ""
    digest: str = ""
    cost: int = 0
    errors: list[str] = field(default_factory=list)

    def note(self, operation: str, digest: str, cost: int, errors: list[dict[str, Any]]) -> None:
        """Add the operation and the codes of its errors."""
        self.operation, self.digest, self.cost = operation[:_MAX_NAME_LENGTH], digest, cost
        self.errors = sorted({*self.errors, *(error["extensions"]["code"] for error in errors)})


def are_requests_logged() -> bool:
    """Whether requests are logged at the configured level."""
    return _levels.isEnabledFor(logging.INFO)


def log_request(request_id: str, place: str, status: int, record: RequestRecord) -> None:
    """Log the one line of a request. place: the endpoint it arrived at."""
    if not are_requests_logged():
        return
    log.info(
        "request",
        request_id=request_id,
        place=place,
        status=status,
        operation=record.operation,
        digest=record.digest,
        caller=record.caller,
        cost=record.cost,
        calls=record.calls.made,
        errors=record.errors,
        ms=round((time.perf_counter() - record.began) * 1000, 1),
    )


def configure_logs(level: str) -> None:
    """Write events of this level and above as JSON lines."""
    _levels.setLevel(level)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def log_bug(error: BaseException, request_id: str) -> None:
    """Log an unexpected error: its type and where it was raised. Its text may contain personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("unexpected error", request_id=request_id, type=type(error).__name__, where=where)


def log_failures(errors: list[GraphQLError], request_id: str) -> None:
    """Log one line for each failure of imin or of the gateway.

    Clients see their own mistakes, and the values of a document that cannot be used.
    """
    for error in errors:
        original = error.original_error
        if isinstance(original, InvalidValue):
            drop_tracebacks(error)
        elif isinstance(original, IminError):
            event = "search not completed" if isinstance(original, SearchIncomplete) else "imin failed"
            log.warning(event, request_id=request_id, reason=str(original), type=type(original).__name__)
            drop_tracebacks(error)
        elif code_of(error) == INTERNAL:
            log_bug(original or error, request_id)
