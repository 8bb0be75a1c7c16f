"""The current time and the time since the machine was started, as parameters, so that both can be tested."""

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

Clock: TypeAlias = Callable[[], datetime]
"""Returns the current time, with its UTC offset. People and NTP can set it forward and back."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Moment(Struct, frozen=True):
    """A moment that only moments of the same boot can be compared with.

    boot: identifies the machine and its start. seconds: since then, suspended time included.
    """

    boot: str = ""
    seconds: float = 0.0


BootClock: TypeAlias = Callable[[], Moment]
"""Returns the current moment. Nothing can set this clock, and it outlives the process."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def system_boot_clock() -> Moment:
    """By CLOCK_BOOTTIME; where the system has none, by the clock of this process, as if it were a boot."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return Moment(_boot_id(), time.monotonic())
    return Moment(_boot_id(), time.clock_gettime(time.CLOCK_BOOTTIME))


@cache
def _boot_id() -> str:
    if hasattr(time, "CLOCK_BOOTTIME"):
        with suppress(OSError):
            return _BOOT_ID.read_text().strip()
    return uuid.uuid4().hex
