"""Remember the results of a function of one text."""

from collections.abc import Callable
from typing import Any

MAX_TEXTS = 4_096
"""Results per memo. Few are needed, since a page repeats its dates, statuses and amounts."""


class TextMemo(dict[str, Any]):
    """Results of a function by its argument; cleared when full.

    A lookup is written `memo[text]`, which costs half of a call to a function with an lru_cache. The key must
    be exactly a str: an equal value of another type may have another result.
    """

    __slots__ = ("_function", "_max_size")

    def __init__(self, function: Callable[[str], Any], max_size: int = MAX_TEXTS) -> None:
        self._function = function
        self._max_size = max_size

    def __missing__(self, text: str) -> Any:
        result = self._function(text)
        if len(self) >= self._max_size:
            self.clear()
        self[text] = result
        return result
