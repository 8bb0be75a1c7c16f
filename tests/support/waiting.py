"""Waiting for events instead of times, so that tests pass on a slow or busy machine."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

from gateway.sandbox import Fault

HANGS_AFTER = 60.0
"""Seconds after which a test is taken to hang. No test may need a shorter limit to fail."""

PLENTY = 300.0
"""A timeout, in seconds, that no test reaches. It is the longest that settings allow."""

_POLL_SECONDS = 0.01
_LONG_SECONDS = 3_600.0


def held(route: str, *, times: int | None = None, match: str | None = None) -> Fault:
    """A fault that delays the answers of a route until the test clears the sandbox's faults."""
    return Fault(route, "delay", times=times, match=match, delay_seconds=_LONG_SECONDS)


async def until(condition: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Poll until the condition holds. Raises TimeoutError if it never does."""
    async with asyncio.timeout(HANGS_AFTER):
        while True:
            result = condition()
            if (await result) if inspect.isawaitable(result) else result:
                return
            await asyncio.sleep(_POLL_SECONDS)
