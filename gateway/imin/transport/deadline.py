"""The deadline of the client's own request, which limits every request to imin that is made for it."""

import asyncio
import time
from contextvars import ContextVar, Token
from math import inf
from typing import TypeVar

from gateway.imin.errors import TimedOut

T = TypeVar("T")

REQUEST_DEADLINE: ContextVar[float] = ContextVar("REQUEST_DEADLINE", default=inf)
"""Moment on the monotonic clock at which the client's own request must be answered."""


class request_deadline:  # noqa: N801  # stands after `with`, as a function would
    """Context manager: every request to imin inside it ends `seconds` from now; None for no limit."""

    __slots__ = ("_seconds", "_token")

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._token: Token[float]

    def __enter__(self) -> None:
        seconds = self._seconds
        self._token = REQUEST_DEADLINE.set(inf if seconds is None else time.monotonic() + seconds)

    def __exit__(self, *_: object) -> None:
        REQUEST_DEADLINE.reset(self._token)


async def join(task: "asyncio.Task[T]") -> T:
    """The result of a task that others may wait for too. Leaving at the deadline does not end the task.

    Raises TimedOut, and what the task raises.
    """
    left = REQUEST_DEADLINE.get() - time.monotonic()
    try:
        async with asyncio.timeout(None if left == inf else max(0.0, left)):
            return await asyncio.shield(task)
    except TimeoutError as error:
        raise TimedOut("the request's time was over") from error
