"""Counts the requests sent to imin on behalf of one client request, and how many of them are charged."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass


def _free(_requests: int) -> None: ...


@dataclass(slots=True)
class CallCounter:
    """Requests to imin for one client request.

    made: sent so far. Never more than `charged`: an unexpected request is charged as it is sent.
    expected: sent or about to be sent, as far as that is known before. charged: to the caller.
    charge_late: charges requests that are sent whether the caller can afford them or not, for example those
    that find out what became of a cancellation.
    """

    made: int = 0
    expected: int = 0
    charged: int = 0
    charge_late: Callable[[int], None] = _free

    def count(self) -> None:
        """Count a request that is being sent."""
        self.made += 1
        if self.made > self.charged:
            self.charged = self.made
            self.charge_late(1)

    def close(self) -> None:
        """The response is complete: what is sent from now on serves no client request and is not charged."""
        self.charge_late = _free


_counter: ContextVar[CallCounter | None] = ContextVar("call_counter", default=None)


def start_counting_calls() -> CallCounter:
    """A new counter of what this task, and the tasks it starts, will send."""
    counter = CallCounter()
    _counter.set(counter)
    return counter


def stop_counting_calls() -> None:
    """Count no longer what this task sends: it now serves other requests than the one that started it."""
    _counter.set(None)


def count_call() -> None:
    counter = _counter.get()
    if counter is not None:
        counter.count()
