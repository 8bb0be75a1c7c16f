"""A memory of results by text."""

from collections.abc import Callable
from typing import Any

MOST_TEXTS = 4_096
"""Texts whose results one memory keeps: the same few dates, terms and amounts stand all over a page."""


class Remembered(dict[str, Any]):
    """What a function makes of texts; emptied when it is full.

    A lookup is written `remembered[text]`, and costs half of a call to a function with an lru_cache. The
    text must be of the very type str: what equals it may be written differently.
    """

    __slots__ = ("_make", "_most")

    def __init__(self, make: Callable[[str], Any], most: int = MOST_TEXTS) -> None:
        self._make = make
        self._most = most

    def __missing__(self, text: str) -> Any:
        made = self._make(text)
        if len(self) >= self._most:
            self.clear()
        self[text] = made
        return made
