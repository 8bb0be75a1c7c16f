"""Counts the requests sent to imin on behalf of one client request."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class CallCounter:
    """made: requests sent to imin so far."""

    made: int = 0


_counter: ContextVar[CallCounter | None] = ContextVar("call_counter", default=None)


def start_counting_calls() -> CallCounter:
    """A new counter of what this task, and the tasks it starts, will send."""
    counter = CallCounter()
    _counter.set(counter)
    return counter


def count_call() -> None:
    counter = _counter.get()
    if counter is not None:
        counter.made += 1
