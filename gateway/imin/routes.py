"""Methods and paths of imin's API, filled with nothing but identifiers."""

import re
from typing import Any

from gateway.imin.errors import NotFound

# `\Z`, not `$`: a trailing newline must not pass. A path built of such names cannot lead anywhere else,
# and nothing in them needs quoting.
_matches = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}\Z").match
_FIELD = re.compile(r"\{(\w+)\}")


def is_identifier(text: str) -> bool:
    """Whether imin could have issued that identifier, and it is safe in a path."""
    return _matches(text) is not None


def is_echo(echoed: str, requested: str) -> bool:
    """Whether imin returned the resource that was requested.

    Assumption: imin may ignore case when it looks up an identifier. It returns its own spelling.
    """
    return echoed == requested or (echoed.isascii() and echoed.lower() == requested.lower())


class Route:
    """A method, and a path and query: `/orders?customerIdentifier={customer}&page={page}`.

    `{customer}` is the first part of a key, any other name its last part. name: without identifiers and
    query, for errors, logs and metrics: `GET /orders/:id`.
    """

    __slots__ = ("_format", "_positions", "name")

    def __init__(self, method: str, path: str) -> None:
        self.name = f"{method} {_FIELD.sub(':id', path.partition('?')[0])}"
        self._format = _FIELD.sub("%s", path)
        self._positions = tuple(0 if name == "customer" else -1 for name in _FIELD.findall(path))

    def path(self, key: tuple[Any, ...]) -> str:
        """Path and query for a key. Raises NotFound if a part cannot be an identifier in imin."""
        parts = tuple(map(key.__getitem__, self._positions))
        for part in parts:
            if _matches(str(part)) is None:
                raise NotFound("imin gives no such identifiers")
        return self._format % parts
