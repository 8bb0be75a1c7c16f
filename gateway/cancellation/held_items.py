"""Items that an open cancellation holds, in memory, so that every query can show them at no cost."""

from collections.abc import Iterable

from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.imin.documents import CancellationBlock
from gateway.journal.doubt import Doubt


class HeldItems:
    """Items that were sent for cancellation, while their order does not show it.

    They are held until it does or the doubt is over. open: the attempts by order and id; false if none.
    """

    def __init__(self, doubt: Doubt) -> None:
        self.doubt = doubt
        self.open: dict[str, dict[str, Attempt]] = {}

    def put(self, attempt: Attempt) -> None:
        """Take note of an attempt as it is now."""
        if attempt.is_open and not self.doubt.is_over(attempt):
            self.open.setdefault(attempt.order, {})[attempt.id] = attempt
        elif attempt.id in (attempts := self.open.get(attempt.order, {})):
            del attempts[attempt.id]
            if not attempts:
                del self.open[attempt.order]

    def put_if_new(self, attempt: Attempt) -> None:
        """Take note of an attempt unless it is known, perhaps in a newer state."""
        if attempt.id not in self.open.get(attempt.order, {}):
            self.put(attempt)

    def replace(self, attempts: Iterable[Attempt]) -> None:
        """Forget everything but these attempts."""
        self.open = {}
        for attempt in attempts:
            self.put(attempt)

    def of_order(self, order: str) -> list[Attempt]:
        """Open attempts on an order."""
        return [*self.open.get(order, {}).values()]

    def block(self, order: str, item: str) -> CancellationBlock | None:
        """Why an open attempt keeps an item from being cancelled; None if there is none."""
        attempts = [attempt for attempt in self.of_order(order) if item in attempt.items]
        states = {attempt.state for attempt in attempts if not self.doubt.is_over(attempt)}
        if AttemptState.UNCONFIRMED in states:
            return CancellationBlock.CANCELLATION_UNCONFIRMED
        return CancellationBlock.CANCELLATION_PENDING if states else None
