"""Counting the requests to imin that one request of a client's has caused."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Calls:
    """made: requests sent so far."""

    made: int = 0


_calls: ContextVar[Calls | None] = ContextVar("calls", default=None)


def counting_calls() -> Calls:
    """A count of what is sent from here on, in this task and those it starts."""
    calls = Calls()
    _calls.set(calls)
    return calls


def count_call() -> None:
    """One more was sent."""
    calls = _calls.get()
    if calls is not None:
        calls.made += 1
