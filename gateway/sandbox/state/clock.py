"""The sandbox's own time."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Follows the real clock, or stands still where it was pinned; `advance` moves either.

    Every time it gives is in UTC.
    """

    def __init__(self, pinned: datetime | None = None) -> None:
        self._pinned = pinned.astimezone(UTC) if pinned else None
        self._offset = timedelta()

    def now(self) -> datetime:
        """The present time of the sandbox."""
        return self._pinned or datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Moves time forward (backward when negative)."""
        if self._pinned:
            self._pinned += timedelta(seconds=seconds)
        else:
            self._offset += timedelta(seconds=seconds)

    def set(self, now: datetime) -> None:
        """Pins the clock at `now`, which must carry an offset."""
        if now.tzinfo is None:
            raise ValueError(f"now must carry an offset, got {now.isoformat()}.")
        self._pinned = now.astimezone(UTC)
