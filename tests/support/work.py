"""Measures of work that do not depend on the speed of the machine, nor on its other load."""

import itertools
import sys
import time
from types import FrameType

from graphql import parse

from tests.conftest import Gateway
from tests.support.crafted_documents import DOCUMENTS

LARGEST = DOCUMENTS["1,900 unknown fields"]

_NUMBERS = itertools.count()

# The most expensive hostile document takes 41 calls per character, the smallest request 4,200 in total.
_CALLS = 10_000
_CALLS_PER_CHARACTER = 60
MAX_PARSES = 12
"""The most expensive hostile document takes 5."""


def most_calls(query: str) -> int:
    """The function calls that a refusal may take, including those of the client."""
    return _CALLS + _CALLS_PER_CHARACTER * len(query)


async def calls_for(gateway: Gateway, query: str) -> int:
    """Calls of Python and C functions for a document that the gateway has not seen before.

    Gateway, sandbox and client run in this thread, so the calls of all three are counted.
    """
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    document = _unseen(query)
    sys.setprofile(count)
    try:
        await gateway.answer(document)
    finally:
        sys.setprofile(None)
    return calls


async def parses_for(gateway: Gateway, query: str) -> float:
    """Processor time of this thread for such a document, in units of the time to parse the largest one."""
    seconds, parse_seconds = [], []
    for _ in range(3):
        document, started = _unseen(query), time.thread_time()
        await gateway.answer(document)
        answered = time.thread_time()
        parse(LARGEST)
        parse_seconds.append(time.thread_time() - answered)
        seconds.append(answered - started)
    return min(seconds) / min(parse_seconds)


def _unseen(query: str) -> str:
    """The document, with a comment that makes its text new."""
    return f"{query}#{next(_NUMBERS)}"
