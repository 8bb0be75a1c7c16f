"""How many subscribers there may be at one time, in this process."""

from collections import Counter


class TooManySubscribers(Exception):
    """The limit of subscribers is reached, in total or for this customer."""


class SubscriberLimit:
    """Counts subscribers of every kind. most: at one time. most_each: of these, for one customer.

    total: subscribers at present.
    """

    def __init__(self, most: int, most_each: int) -> None:
        self.total = 0
        self._most = most
        self._most_each = most_each
        self._of: Counter[str] = Counter()
        self._is_closed = False

    def join(self, customer: str) -> None:
        """Count one more. Raises TooManySubscribers."""
        if self._is_closed or self.total >= self._most or self._of[customer] >= self._most_each:
            raise TooManySubscribers
        self._of[customer] += 1
        self.total += 1

    def leave(self, customer: str) -> None:
        """Count one less."""
        self.total -= 1
        self._of[customer] -= 1
        if not self._of[customer]:
            del self._of[customer]

    def close(self) -> None:
        """Refuse further subscribers."""
        self._is_closed = True
