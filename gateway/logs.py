"""Logs: one JSON line an event, on standard error."""

import logging
import sys
import traceback

import structlog
from graphql import GraphQLError

from gateway.errors import INTERNAL, code_of
from gateway.imin.errors import IminError

log = structlog.get_logger()


def configure_logs(level: str) -> None:
    """Write events of that level and above as JSON lines."""
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
        elif code_of(error) == INTERNAL:
            log_bug(original or error, request_id)
