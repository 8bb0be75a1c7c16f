"""The machine, and how much of it other processes used."""

import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def described() -> str:
    """Date, processor and system."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if "model name" in line), "processor unknown"
    )
    python = f"Python {platform.python_version()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {model}, {platform.system()}, {python}"


def watch_others() -> Callable[[], float]:
    """Start watching; the returned function gives the share of all cores that other processes used since."""
    began, before = time.monotonic(), _busy_seconds() - _own_seconds()

    def share() -> float:
        taken = _busy_seconds() - _own_seconds() - before
        return max(taken / (time.monotonic() - began) / (os.cpu_count() or 1), 0.0)

    return share


def _busy_seconds() -> float:
    words = Path("/proc/stat").read_text().split(maxsplit=9)[1:9]
    user, nice, system, _idle, _waiting, interrupts, softly, stolen = map(int, words)
    return (user + nice + system + interrupts + softly + stolen) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    # Counts only children that have ended, so call it before and after they run.
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
