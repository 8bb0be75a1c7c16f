"""Work, counted: the same on a slow machine, and while others use the machine."""

import itertools
import sys
import time
from types import FrameType

from graphql import parse

from tests.conftest import Gateway
from tests.support.crafted_documents import DOCUMENTS

LARGEST = DOCUMENTS["1,900 unknown fields"]

_NUMBERS = itertools.count()

# The dearest document that is made to hurt takes 41 calls a character, the smallest request 4,200 in all.
_CALLS = 10_000
_CALLS_PER_CHARACTER = 60
MOST_PARSES = 12
"""The dearest takes 5."""


def most_calls(query: str) -> int:
    """So many function calls a refusal may take, client and all."""
    return _CALLS + _CALLS_PER_CHARACTER * len(query)


async def calls_for(gateway: Gateway, query: str) -> int:
    """Functions called, of Python and of C, for a document that the gateway has not seen before.

    Gateway, sandbox and client run in this thread, so all of theirs count.
    """
    calls = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    document = _unseen(query)
    sys.setprofile(note)
    try:
        await gateway.answer(document)
    finally:
        sys.setprofile(None)
    return calls


async def parses_for(gateway: Gateway, query: str) -> float:
    """Processor time of the same in this thread, in parses of a document as large as any that is parsed."""
    seconds, parsing = [], []
    for _ in range(3):
        document, began = _unseen(query), time.thread_time()
        await gateway.answer(document)
        between = time.thread_time()
        parse(LARGEST)
        parsing.append(time.thread_time() - between)
        seconds.append(between - began)
    return min(seconds) / min(parsing)


def _unseen(query: str) -> str:
    """The document with a comment that makes it another text."""
    return f"{query}#{next(_NUMBERS)}"
