"""The cancellations of one order, as far as the gateway knows them."""

import asyncio

from gateway.cancellation.attempt_log import AttemptLog
from gateway.cancellation.attempts import UNSETTLED, Attempt, AttemptState
from gateway.imin.documents import Order
from gateway.journal.errors import JournalUnavailable

_PAST_SECONDS = 0.001
"""Doubt ends just after its time."""


class KnownAttempts:
    """Attempts on an order. all: oldest first; as they were last known while the journal cannot be read.

    is_noting: while what a reading showed is written to the journal.
    """

    def __init__(self, log: AttemptLog, order: str) -> None:
        self.all: tuple[Attempt, ...] = ()
        self.is_noting = False
        self._log = log
        self._order = order
        self._version = -1
        self._first_seen: dict[str, float] = {}

    async def refresh(self) -> None:
        """Read the journal, unless nothing in it has changed."""
        if (update := self._log.refresh()) is not None:
            await update
        while (version := self._log.version) != self._version:
            try:
                attempts = await self._log.of_order(self._order)
            except JournalUnavailable:
                return
            # Those of the first time have been there for an unknown time.
            seen = _time() if self._version >= 0 else float("-inf")
            self._version = version
            self.all = tuple(attempts)
            self._first_seen = {one.id: self._first_seen.get(one.id, seen) for one in attempts}

    async def note_reading(self, order: Order | None) -> None:
        """Write to the journal what a reading shows. It must have begun after the last `refresh`."""
        self.is_noting = True
        try:
            for attempt in self.all:
                if attempt.state in UNSETTLED:
                    await self._log.note_reading(attempt, order)
        finally:
            self.is_noting = False

    def younger_than(self, seconds: float) -> set[str]:
        """The ids of attempts that were begun so recently and are unconfirmed: most are known in a moment."""
        since = _time() - seconds
        return {
            attempt.id
            for attempt in self.all
            if attempt.state is AttemptState.UNCONFIRMED and self._first_seen[attempt.id] > since
        }

    def seconds_to_change(self, young_seconds: float) -> float:
        """Until the time changes what is known of them. young_seconds: as for `younger_than`."""
        doubt, now = self._log.held.doubt, _time()
        ends = [doubt.seconds_left(attempt) + _PAST_SECONDS for attempt in self.all if attempt.is_open]
        grown = [self._first_seen[id_] + young_seconds - now for id_ in self.younger_than(young_seconds)]
        return min((seconds for seconds in (*ends, *grown) if seconds > 0), default=float("inf"))


def _time() -> float:
    return asyncio.get_running_loop().time()
