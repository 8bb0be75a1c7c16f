"""The same key, the same outcome: a cancellation that is asked for twice is made once.

Source: IETF draft, The Idempotency-Key HTTP Header Field.
"""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.cancellation.attempts import Journal
from gateway.cancellation.exchange import Result
from gateway.cancellation.outcomes import KeyReused, Unconfirmed, is_final, read, write
from gateway.clock import Clock

LONGEST_KEY = 255


class IdempotencyKeys:
    """Outcomes by caller and key, for 24 hours.

    An attempt that never reached imin leaves its key free. One that is unconfirmed keeps it: asking again
    under the same key finds out what became of it.
    """

    def __init__(self, journal: Journal, now: Clock) -> None:
        self._journal = journal
        self._now = now
        self._running: dict[tuple[str, str], tuple[str, asyncio.Task[Result]]] = {}

    async def once(
        self, caller: str, key: str, payload: str, change: Callable[[], Awaitable[Result]]
    ) -> Result:
        """The outcome of the change: made now, under way, or made before under the same key.

        payload: what the change is about, as one text. Raises what the change raises.
        """
        name = (caller, key)
        if name not in self._running:
            task = asyncio.ensure_future(self._claimed(caller, key, payload, change))
            self._running[name] = (payload, task)
            task.add_done_callback(lambda _: self._running.pop(name, None))
        before, task = self._running[name]
        if before != payload:
            return Result(KeyReused())
        return await asyncio.shield(task)

    async def _claimed(
        self, caller: str, key: str, payload: str, change: Callable[[], Awaitable[Result]]
    ) -> Result:
        entry = await self._journal.claim(caller, key, payload, self._now().timestamp())
        if entry.payload != payload:
            return Result(KeyReused())
        if entry.outcome is not None:
            return Result(read(entry.outcome))
        try:
            result = await change()
        except Exception:
            await self._journal.forget(caller, key)
            raise
        if is_final(result.outcome):
            await self._journal.conclude(caller, key, write(result.outcome))
        elif not isinstance(result.outcome, Unconfirmed):
            await self._journal.forget(caller, key)
        return result
