"""Methods and paths of imin's APIs, filled with nothing but identifiers."""

import re
from typing import Any
from urllib.parse import quote

from gateway.imin.errors import NotFound

# `\Z`, not `$`: a trailing newline must not pass. A path built of such names cannot lead anywhere else,
# and nothing in them needs quoting.
_matches = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}\Z").match
_FIELD = re.compile(r"\{(\w+)\}")
_MAX_QUOTED = 1_500
"""Of the 2,048 characters that imin allows for a URL."""


def is_identifier(text: str) -> bool:
    """Whether imin could have issued that identifier, and it is safe in a path."""
    return _matches(text) is not None


def is_echo(echoed: str, requested: str) -> bool:
    """Whether imin returned the resource that was requested.

    Assumption: imin may ignore case when it looks up an identifier. It returns its own spelling.
    """
    return echoed == requested or (echoed.isascii() and echoed.lower() == requested.lower())


def is_opportunity(text: str) -> bool:
    """Whether open data could identify an opportunity so; as a rule it is a URL.

    Quoted, it is one segment of a path. Not a segment of dots, which would lead to another path.
    """
    return (
        0 < len(text) <= _MAX_QUOTED
        and text.isprintable()
        and text.strip(" .") != ""
        and len(quote(text, safe="")) <= _MAX_QUOTED
    )


class Route:
    """A method, and a path and query: `/orders?customerIdentifier={customer}&page={page}`.

    `{customer}` is the first part of a key, any other name its last part. `{opportunity}` is quoted, since it
    may be any text; the others need no quoting. name: without identifiers and
    query, for errors, logs and metrics: `GET /orders/:id`.
    """

    __slots__ = ("_format", "_is_quoted", "_positions", "method", "name")

    def __init__(self, method: str, path: str) -> None:
        self.method = method
        self.name = f"{method} {_FIELD.sub(':id', path.partition('?')[0])}"
        self._format = _FIELD.sub("%s", path)
        self._is_quoted = "{opportunity}" in path
        self._positions = tuple(0 if name == "customer" else -1 for name in _FIELD.findall(path))

    def path(self, key: tuple[Any, ...]) -> str:
        """Path and query for a key. Raises NotFound if a part cannot be an identifier in imin."""
        if self._is_quoted:
            if not is_opportunity(key[-1]):
                raise NotFound("imin gives no such identifiers")
            return self._format % quote(key[-1], safe="")
        parts = tuple(map(key.__getitem__, self._positions))
        for part in parts:
            if _matches(str(part)) is None:
                raise NotFound("imin gives no such identifiers")
        return self._format % parts
