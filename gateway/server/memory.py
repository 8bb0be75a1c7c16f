"""Memory of a process that serves: room on the stack, and a heap that stays as it was at the start."""

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
_PIECE = re.compile(rb"([0-9a-f]+)-([0-9a-f]+) (.{4}) \S+ \S+ \d+ *(/?)")
_YOUNG_OBJECTS = 20_000
_ROOM_SLOTS = 40_000


def run(main: Coroutine[Any, Any, T]) -> T:
    """What the coroutine gives, run in a loop that has room on the interpreter's stack.

    CPython before 3.14.10 keeps that stack in pieces of 16 KB, and takes the next one anew with each call
    that crosses the end of one: the same work costs up to four times as much, depending on how deep it is.
    This function's frame asks for more than a piece, and what is called below fits behind it in the larger
    one that it gets. Source: python/cpython#142183.
    """
    return uvloop.run(main)


if sys.version_info < (3, 14, 10):
    run.__code__ = run.__code__.replace(co_stacksize=_ROOM_SLOTS)


def settle() -> None:
    """Look no more through what the imports and the schema are made of, and seldom through the rest.

    A request leaves no cycles behind (tests/server/test_memory.py), so there is next to nothing to collect;
    with Python's usual thresholds, looking for it took a tenth of the processor time of large answers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
    if sys.platform == "linux":
        with suppress(OSError):
            _let_go()


def _let_go() -> None:
    """Let go of the pages of programs' files; those that requests need come back as they are touched.

    The start reads through most of the libraries, and the system maps what lies beside with it.
    """
    madvise = ctypes.CDLL(None).madvise
    with Path("/proc/self/smaps").open("rb") as smaps:
        pieces = list(_untouched(smaps))
    for start, end in pieces:
        madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONT_NEED)


def _untouched(smaps: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """Pieces of memory that are files as they lie on the disk: nobody may write there, and nobody has."""
    piece = None
    for line in smaps:
        if found := _PIECE.match(line):
            start, end, rights, path = found.groups()
            piece = (int(start, 16), int(end, 16)) if path and b"w" not in rights and b"p" in rights else None
        elif line.startswith(b"Anonymous:") and line.split()[1] != b"0":
            piece = None
        elif piece and line.startswith(b"Swap:") and line.split()[1] == b"0":
            yield piece
