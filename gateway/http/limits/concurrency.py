"""How many requests run at one time: one more is sent away at once, while it is cheap."""

from types import TracebackType

OVERLOADED_TEXT = "Too many requests are being served. Please try again in a moment."


class Overloaded(Exception):
    """There are as many requests as can be served."""


class ConcurrencyLimit:
    """Lets requests in, up to so many at a time. Used as `with gate:`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.inside = 0

    def check(self) -> None:
        """Raise Overloaded where another one would not get in."""
        if self.inside >= self._most:
            raise Overloaded

    def enter(self) -> None:
        """Take a place. Raises Overloaded."""
        self.check()
        self.inside += 1

    def leave(self) -> None:
        """Give it back."""
        self.inside -= 1

    def __enter__(self) -> None:
        self.enter()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.leave()
