"""A clock of the time since the machine was started, which tests move."""

from gateway.clock import Moment


class PinnedBootClock:
    """Stands still; implements BootClock."""

    def __init__(self, boot: str = "this boot") -> None:
        self.boot = boot
        self.seconds = 1_000.0

    def __call__(self) -> Moment:
        return Moment(self.boot, self.seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    def reboot(self) -> None:
        """Start again from 0, as another boot."""
        self.boot, self.seconds = f"after {self.boot}", 0.0
