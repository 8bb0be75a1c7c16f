"""How many requests run at one time: one more is sent away at once, while it is cheap."""

from types import TracebackType


class Overloaded(Exception):
    """There are as many requests as can be served."""


class Gate:
    """Lets requests in, up to so many at a time. Used as `with gate:`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.inside = 0

    def check(self) -> None:
        """Raise Overloaded where another one would not get in."""
        if self.inside >= self._most:
            raise Overloaded

    def __enter__(self) -> None:
        self.check()
        self.inside += 1

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.inside -= 1
