"""The present time, as a part that can be put in: deadlines and windows are told by it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present time, with its offset."""


def system_clock() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)
