"""The event loop's entry point and the memory of a serving process."""

import ctypes
import gc
import re
import sys
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")

_DONT_NEED = 4
_MAPPING = re.compile(rb"([0-9a-f]+)-([0-9a-f]+) (.{4}) \S+ \S+ \d+ *(/?)")
_GC_THRESHOLD = 20_000
_STACK_SLOTS = 40_000


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in uvloop, with one large chunk of interpreter stack.

    CPython before 3.14.10 allocates that stack in chunks of 16 KB and frees a chunk when the call that needed
    it returns, so a loop around such a call allocates again each time: the same work costs up to four times
    as much, depending on its depth. The frame of this function asks for more than a chunk, and the calls
    below it fit into the larger one it is given. Source: python/cpython#142183.
    """
    return uvloop.run(main)


if sys.version_info < (3, 14, 10):
    run.__code__ = run.__code__.replace(co_stacksize=_STACK_SLOTS)


def settle() -> None:
    """Exclude everything loaded so far from garbage collection, and collect the rest rarely.

    A request leaves no cycles behind (tests/server/test_memory.py), so there is almost nothing to collect;
    with Python's default thresholds, collections took a tenth of the processor time of large responses.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD, 20, 20)
    if sys.platform == "linux":
        with suppress(OSError):
            _release_clean_pages()


def _release_clean_pages() -> None:
    """Give pages of mapped library files back to the system; what requests need is mapped again on access.

    Startup reads through most of the libraries, and the system maps neighbouring pages along with them.
    """
    madvise = ctypes.CDLL(None).madvise
    with Path("/proc/self/smaps").open("rb") as smaps:
        ranges = list(_clean_pages(smaps))
    for start, end in ranges:
        madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONT_NEED)


def _clean_pages(smaps: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """Address ranges of read-only private file mappings that no process has written to."""
    mapping = None
    for line in smaps:
        if found := _MAPPING.match(line):
            start, end, rights, path = found.groups()
            mapping = (
                (int(start, 16), int(end, 16)) if path and b"w" not in rights and b"p" in rights else None
            )
        elif line.startswith(b"Anonymous:") and line.split()[1] != b"0":
            mapping = None
        elif mapping and line.startswith(b"Swap:") and line.split()[1] == b"0":
            yield mapping
