"""The current time as a parameter, so that cancellation windows and deadlines can be tested."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Returns the current time, with its UTC offset."""


def system_clock() -> datetime:
    return datetime.now(UTC)
