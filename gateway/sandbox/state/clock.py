"""The time of the sandbox."""

from datetime import UTC, datetime, timedelta


class SandboxClock:
    """A clock in UTC that follows the real time or is pinned; `advance` moves it in both cases."""

    def __init__(self, pinned: datetime | None = None) -> None:
        self._pinned = pinned.astimezone(UTC) if pinned else None
        self._offset = timedelta()

    def now(self) -> datetime:
        """The current time of the sandbox."""
        return self._pinned or datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward (backward when negative)."""
        if self._pinned:
            self._pinned += timedelta(seconds=seconds)
        else:
            self._offset += timedelta(seconds=seconds)

    def set(self, now: datetime) -> None:
        """Pin the clock at `now`. Raises ValueError when `now` has no offset."""
        if now.tzinfo is None:
            raise ValueError(f"now must have an offset, got {now.isoformat()}.")
        self._pinned = now.astimezone(UTC)
