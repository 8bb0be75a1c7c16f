"""Logs: one JSON line an event, on standard error."""

import logging
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

import structlog
from graphql import GraphQLError

from gateway.errors import INTERNAL, code_of, drop_tracebacks
from gateway.imin.errors import IminError
from gateway.imin.transport.call_counter import CallCounter, start_counting_calls

log = structlog.get_logger()
# structlog tells by making a logger whether it would log, which costs more than the rest of a request's line.
_levels = logging.getLogger(__name__)
_levels.setLevel(logging.INFO)

_LONGEST_NAME = 100


@dataclass(slots=True)
class Facts:
    """What the log tells of a request besides its status. Nothing here can name a person.

    caller: a pseudonym. digest: of the document's text. calls: requests to imin.
    """

    calls: CallCounter = field(default_factory=start_counting_calls)
    began: float = field(default_factory=time.perf_counter)
    caller: str = ""
    operation: str = ""
    digest: str = ""
    cost: int = 0
    errors: list[str] = field(default_factory=list)

    def note(self, operation: str, digest: str, cost: int, errors: list[dict[str, Any]]) -> None:
        """What was asked, and the codes of what went wrong."""
        self.operation, self.digest, self.cost = operation[:_LONGEST_NAME], digest, cost
        self.errors = sorted({*self.errors, *(error["extensions"]["code"] for error in errors)})


def are_requests_logged() -> bool:
    """Whether each request has its line."""
    return _levels.isEnabledFor(logging.INFO)


def log_request(request_id: str, place: str, status: int, facts: Facts) -> None:
    """The one line of a request."""
    if not are_requests_logged():
        return
    log.info(
        "request",
        request_id=request_id,
        place=place,
        status=status,
        operation=facts.operation,
        digest=facts.digest,
        caller=facts.caller,
        cost=facts.cost,
        calls=facts.calls.made,
        errors=facts.errors,
        ms=round((time.perf_counter() - facts.began) * 1000, 1),
    )


def configure_logs(level: str) -> None:
    """Write events of that level and above as JSON lines."""
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
    """One line on an error nobody foresaw: its type and where it arose. Its text may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("unexpected error", request_id=request_id, type=type(error).__name__, where=where)


def log_failures(errors: list[GraphQLError], request_id: str) -> None:
    """One line for each failure of imin's or ours; clients' mistakes are theirs to see."""
    for error in errors:
        original = error.original_error
        if isinstance(original, IminError):
            log.warning(
                "imin failed", request_id=request_id, reason=str(original), type=type(original).__name__
            )
            drop_tracebacks(error)
        elif code_of(error) == INTERNAL:
            log_bug(original or error, request_id)
