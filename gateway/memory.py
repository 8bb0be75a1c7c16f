"""Memory of a process that serves: room on the stack, and a heap that stays as it was at the start."""

import gc
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")

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

    A request leaves no cycles behind (tests/test_memory.py), so there is next to nothing to collect; with
    Python's usual thresholds, looking for it took a tenth of the processor time of large answers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
