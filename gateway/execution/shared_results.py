"""Results of subscriptions' events, made once for all subscribers that get the same."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from msgspec import Struct

from gateway.context import Context

R = TypeVar("R")

_SECONDS = 1.0
"""How long a result is shared. Some fields depend on the time, for example links that expire."""
_MAX_RESULTS = 64


class SharedEvent(Struct, frozen=True):
    """An event of a subscription whose result many subscribers may share.

    value: what the subscription's field returns. cause: the same object for events with the same result, for
    one caller, document and variables; another object once anything in that result has changed.
    report: adds errors about parts of the value to the context in which the result is made.
    """

    value: Any
    cause: object
    report: Callable[[Context], None] | None = None


class SharedResults:
    """Results that were made within the last second, and those that are being made."""

    def __init__(self) -> None:
        self._results: dict[Hashable, _Shared] = {}

    async def get(
        self,
        key: Hashable,
        cause: object,
        make: Callable[[], Awaitable[R]],
        *,
        is_shareable: Callable[[R], bool],
    ) -> R:
        """The result for this key and cause; made if there is none yet."""
        now = asyncio.get_running_loop().time()
        shared = self._results.get(key)
        if shared is not None and shared.cause is cause and now < shared.ends_at:
            if not shared.result.done():
                # Unlike awaiting it, this does not cancel it for all that wait.
                await asyncio.wait((shared.result,))
            if shared.result.result() is not None:
                return shared.result.result()  # type: ignore[no-any-return]  # made for this key
        mine = _Shared(cause, now + _SECONDS)
        self._results.pop(key, None)
        self._results[key] = mine
        if len(self._results) > _MAX_RESULTS:
            del self._results[next(iter(self._results))]
        result: R | None = None
        try:
            result = await make()
        finally:
            mine.result.set_result(result if result is not None and is_shareable(result) else None)
        return result


class _Shared:
    """result: None if it cannot be shared."""

    __slots__ = ("cause", "ends_at", "result")

    def __init__(self, cause: object, ends_at: float) -> None:
        self.cause = cause
        self.ends_at = ends_at
        self.result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
