"""What a sandbox is created with."""

from dataclasses import dataclass
from datetime import UTC, datetime

EARLIEST = datetime(2023, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SandboxSettings:
    """The knobs of a sandbox; the defaults give imin's own example world.

    now: pins the sandbox clock; None follows the real clock.
    confirm_after_seconds: a pending cancellation is confirmed this long after its PATCH (sandbox clock).
    Raises ValueError when `now` lies before the documented order of November 2022 could be history.
    """

    api_key: str = "sandbox-key"
    seed: int = 1917
    now: datetime | None = None
    confirm_after_seconds: float = 20.0

    def __post_init__(self) -> None:
        if self.now is None:
            return
        if self.now.tzinfo is None:
            raise ValueError(f"now must carry an offset, got {self.now.isoformat()}.")
        if self.now < EARLIEST:
            raise ValueError(f"now must be {EARLIEST.isoformat()} or later, got {self.now.isoformat()}.")
