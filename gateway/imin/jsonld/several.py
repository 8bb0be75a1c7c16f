"""Choosing one of several values under a name that should have one."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gateway.imin.jsonld.values import Misfit, Reader


class Chosen(NamedTuple):
    """Indexes. one: of the value that counts, None if there is none. others: of those that differ from it."""

    one: int | None
    others: tuple[int, ...] = ()


Choose = Callable[[list[Any], Reader], Chosen]
"""`choose(values, reader)`; the reader is that of a single value. Raises Misfit."""


def choose_first(values: list[Any], _reader: Reader) -> Chosen:
    """The first value that states something.

    Translations of a text, of which the English one is chosen, and names of one thing in several systems
    (`propertyID`) are no other values.
    """
    stated = list(_stated(values))
    if not stated:
        return Chosen(None)
    if all(isinstance(value, dict) and "propertyID" in value for _, value in stated):
        return Chosen(stated[0][0])
    languages = [value.get("@language") if isinstance(value, dict) else None for _, value in stated]
    if all(isinstance(language, str) for language in languages):
        english = [str(language).lower().startswith("en") for language in languages]
        return Chosen(stated[english.index(True) if any(english) else 0][0])
    (first, shown), *rest = stated
    return Chosen(first, tuple(index for index, value in rest if value != shown))


def choose_only(values: list[Any], reader: Reader) -> Chosen:
    """The only value, however often it is repeated. Raises Misfit where several differ."""
    stated = list(_stated(values))
    if not stated:
        return Chosen(None)
    first, *rest = [reader(value, "", []) for _, value in stated]
    if any(value != first for value in rest):
        raise Misfit
    return Chosen(stated[0][0])


def choose_type(values: list[Any], _reader: Reader) -> Chosen:
    """OpenActive's type of an object with several, which is written without a prefix."""
    types = [(index, value) for index, value in _stated(values) if isinstance(value, str)]
    plain = [index for index, value in types if ":" not in value]
    return Chosen(plain[0] if plain else types[0][0] if types else None)


def is_blank(value: Any) -> bool:
    """Whether a value is a text without a character that can be seen."""
    return isinstance(value, str) and not value.strip()


def _stated(values: list[Any]) -> Iterator[tuple[int, Any]]:
    for index, value in enumerate(values):
        if value is not None and value != {} and not is_blank(value):
            yield index, value
