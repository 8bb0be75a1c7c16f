"""Notice that the token of an open WebSocket or event stream is no longer accepted."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from gateway.auth import AuthenticationError, Caller

_CHECK_SECONDS = 15.0
"""Between two checks before the token expires: its key may be withdrawn."""

_LEAST_SECONDS = 0.5
"""Shortest time between two checks. Tokens expire in whole seconds."""


async def token_refusal(caller: Caller, authenticate: Callable[[], Awaitable[Caller]]) -> AuthenticationError:
    """Wait until the caller's token is refused: when it expires, or sooner.

    authenticate: checks the token again. Raises AuthenticationError.
    """
    while True:
        await asyncio.sleep(seconds_until_check(caller))
        try:
            caller = await authenticate()
        except AuthenticationError as refusal:
            return refusal


def seconds_until_check(caller: Caller) -> float:
    """Seconds until the caller's token should be checked again."""
    left = _CHECK_SECONDS if caller.expires_at is None else caller.expires_at - time.time()
    return min(max(left, _LEAST_SECONDS), _CHECK_SECONDS)
