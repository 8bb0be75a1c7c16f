"""Try again what was rejected before it was sent to imin."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.imin.errors import CallRejected

_MAX_SECONDS = 1.5
"""Longer than a circuit breaker rests between two probes, so that a rejection never rests on old evidence."""
_MIN_PAUSE_SECONDS = 0.05
_MAX_PAUSE_SECONDS = 0.25

T = TypeVar("T")


async def despite_rejections(call: Callable[[], Awaitable[T]], until: float = float("inf")) -> T:
    """The result of a call, which is repeated while it is rejected, for 1.5 s at most.

    A rejected call was not sent, so nothing is sent twice. until: end of the last pause, on the event loop's
    clock. Raises what the call raises.
    """
    loop = asyncio.get_running_loop()
    until = min(until, loop.time() + _MAX_SECONDS)
    while True:
        try:
            return await call()
        except CallRejected as rejection:
            pause = _pause(rejection)
            if rejection.by == "deadline" or loop.time() + pause >= until:
                raise
        await asyncio.sleep(pause)


def _pause(rejection: CallRejected) -> float:
    seconds = max(rejection.retry_after or 0.0, _MIN_PAUSE_SECONDS)
    # Only a pause that imin has asked for certainly lasts that long.
    return seconds if rejection.by == "pause" else min(seconds, _MAX_PAUSE_SECONDS)
