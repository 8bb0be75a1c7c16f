"""Values of resolvers and attributes: usual ones, and ones that no schema allows."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import random
import uuid
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import Any

from graphql import GraphQLError, Undefined


class Colour(enum.Enum):
    RED = "r"
    GREEN = ("g", 2)
    BLUE = 3
    AZURE = 3  # noqa: PIE796  # an alias


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "another text"


class Number(int):
    pass


class Ready:
    """Awaitable that is done at once, any number of times."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, Any]:
        if isinstance(self.value, Exception):
            raise self.value
        yield from ()
        return self.value


class Several:
    """Iterable any number of times, but neither a list nor a tuple."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)


class Stream:
    def __init__(self, *values: Any) -> None:
        self.values = values

    async def __aiter__(self) -> AsyncIterator[Any]:
        for value in self.values:
            yield value


class Shown:
    def __str__(self) -> str:
        return "shown"


class Indexed:
    def __index__(self) -> int:
        return 7


class Raises:
    """Stands for an attribute that raises when it is read."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _failing(error: Exception) -> Callable[[], Any]:
    return lambda: error


ODD: tuple[Callable[[], Any], ...] = (
    lambda: None,
    lambda: Undefined,
    _failing(ValueError("an error as a value")),
    _failing(GraphQLError("a coded error", extensions={"code": "ODD"})),
    _failing(GraphQLError("a placed error", path=["else", 3])),
    lambda: "",
    lambda: "text",
    lambda: "12",
    lambda: "1.5",
    lambda: "\ud83c",
    lambda: Text("text"),
    lambda: 0,
    lambda: -0.0,
    lambda: 1,
    lambda: 3,
    lambda: True,
    lambda: False,
    lambda: 2**31 - 1,
    lambda: 2**31,
    lambda: -(2**31),
    lambda: -(2**31) - 1,
    lambda: 10**400,
    lambda: Number(5),
    lambda: 1.0,
    lambda: 1.5,
    lambda: 2.0**31,
    lambda: 1e308,
    lambda: float("inf"),
    lambda: float("-inf"),
    lambda: float("nan"),
    lambda: 1 + 2j,
    lambda: decimal.Decimal("1.10"),
    lambda: decimal.Decimal("1.1"),
    lambda: decimal.Decimal("NaN"),
    lambda: fractions.Fraction(1, 2),
    lambda: dt.date(2026, 11, 21),
    lambda: dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
    lambda: uuid.UUID(int=5),
    lambda: b"bytes",
    lambda: Colour.RED,
    lambda: Colour.GREEN,
    lambda: Level.HIGH,
    lambda: "RED",
    lambda: "r",
    list,
    tuple,
    lambda: ["text", None],
    lambda: {"id": 1},
    lambda: {1},
    lambda: range(2),
    lambda: collections.deque(["text"]),
    lambda: Several("text", 1, None),
    lambda: Several(Ready("text"), 1),
    lambda: Stream("text", 1),
    lambda: Ready("text"),
    lambda: Ready(None),
    lambda: Ready(ValueError("an error, awaited")),
    lambda: [Ready(1), Ready("text")],
    Shown,
    Indexed,
    lambda: object,
    lambda: Raises(RuntimeError("an attribute that raises")),
    lambda: Raises(GraphQLError("a coded attribute", extensions={"code": "READ"})),
)


def exact(value: Any) -> Any:
    """The value with the types of all its parts, so that 1, 1.0 and True are different."""
    if isinstance(value, dict):
        return {key: exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [exact(inner) for inner in value]
    return f"{type(value).__qualname__} {value!r}"


USUAL: dict[str, Callable[[random.Random], Any]] = {
    "String": lambda r: r.choice(["", "a", "text", "ünï"]),
    "Int": lambda r: r.choice([0, 1, -7, 2**31 - 1]),
    "Float": lambda r: r.choice([0.0, 1.5, -2.25, 3]),
    "Boolean": lambda r: r.random() < 0.5,
    "ID": lambda r: r.choice(["a", "b1", 7]),
    "Colour": lambda r: r.choice(list(Colour)),
    "Level": lambda r: r.choice(list(Level)),
    "Decimal": lambda r: decimal.Decimal(r.choice(["1.10", "0", "-3.5"])),
    "DateTime": lambda r: dt.datetime(2026, 1, r.randint(1, 28), tzinfo=dt.UTC),
    "Fussy": lambda r: r.choice(["a", "b", 3]),
}

USUAL_VALUES = ("a", 7, -3, 1.5, True, *Colour, *Level, decimal.Decimal("1.10"))
