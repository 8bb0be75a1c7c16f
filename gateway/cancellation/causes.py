"""Why cancellations end as unavailable: at which step, and what failed. For metrics."""

from typing import Literal

from gateway.imin.errors import CallRejected, IminError, TimedOut, Unreadable

Step = Literal["search", "read", "PATCH"]

JOURNAL = "journal"
"""The state file could not be read, or could not record the cancellation."""
NO_TIME = "PATCH deadline"
"""Reading the order took all the time."""
REFUSED = "PATCH refused"
"""imin refused it in a way that says nothing about the items."""
LOCK = "lock"
"""Another cancellation of the same order took all the time."""

SEARCH_INCOMPLETE = "search incomplete"
"""The order was not found in the searched part of a long history."""


def cause_of(step: Step, error: IminError | TimeoutError) -> str:
    """The step, and what failed in it.

    failure: imin answered with a failure, or the connection broke. timeout: no answer in time. breaker,
    pause, queue, deadline: what kept the request from being sent.
    """
    match error:
        case CallRejected():
            failed: str = error.by
        case TimedOut() | TimeoutError():
            failed = "timeout"
        case Unreadable():
            failed = "unreadable"
        case _:
            failed = "failure"
    return f"{step} {failed}"
