"""How the graph shows a property: the words in which `shown.py` declares it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Shown:
    """A property that the graph shows.

    value: a value that a document states. selection: of the type in the graph. result: what it then gives.
    beside: what the document states too.
    """

    value: Any
    selection: str
    result: Any
    beside: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Omitted:
    """A property that the graph does not show."""

    reason: str


Declared = dict[str, Shown | Omitted]


@dataclass(frozen=True)
class Place:
    """Where an object of a type may stand in an order.

    order: the order with the object in its place. path: names and indices that lead from the order to the
    object in a response. types: the GraphQL types of fields on the path that give an interface.
    missing: properties that the graph does not show there.
    """

    order: Callable[[dict[str, Any]], dict[str, Any]]
    path: tuple[str | int, ...]
    types: tuple[tuple[str, str], ...] = ()
    missing: frozenset[str] = frozenset()

    def query(self, selection: str) -> str:
        """The selection of an order in which the object is selected."""
        types = dict(self.types)
        for name in reversed([name for name in self.path if isinstance(name, str)]):
            selection = f"{{ ... on {types[name]} {selection} }}" if name in types else selection
            selection = f"{{ {name} {selection} }}"
        return selection

    def found(self, order: Any) -> Any:
        """The object in a response."""
        for step in self.path:
            order = order[step]
        return order


def text(name: str, value: str = "Some text") -> Shown:
    """A text, a URL or an identifier."""
    return Shown(value, f"{{ {name} }}", {name: value})


def url(name: str) -> Shown:
    """An address."""
    return text(name, "https://example.com/1?a=b#c")


def flag(name: str) -> Shown:
    """A boolean."""
    return Shown(value=True, selection=f"{{ {name} }}", result={name: True})


def number(name: str, value: float = 7) -> Shown:
    """A number."""
    return Shown(value, f"{{ {name} }}", {name: value})


def texts(name: str, *values: str) -> Shown:
    """Several texts."""
    several = list(values or ("One text", "Another text"))
    return Shown(several, f"{{ {name} }}", {name: several})


def term(name: str, iri: str, member: str) -> Shown:
    """A term of an enumeration."""
    return Shown(iri, f"{{ {name} }}", {name: member})


def named(name: str) -> Shown:
    """An object that has a name."""
    return Shown({"name": "Some name"}, f"{{ {name} {{ name }} }}", {name: {"name": "Some name"}})


def named_list(name: str) -> Shown:
    """A list of objects that have names."""
    value = [{"name": "One name"}, {"name": "Another name"}]
    return Shown(value, f"{{ {name} {{ name }} }}", {name: value})


def labelled(name: str) -> Shown:
    """A list of concepts."""
    value = [{"prefLabel": "One label"}, {"prefLabel": "Another label"}]
    return Shown(value, f"{{ {name} {{ prefLabel }} }}", {name: value})


def pictures(name: str) -> Shown:
    """A list of images or videos."""
    value = [{"url": "https://example.com/1"}, {"url": "https://example.com/2"}]
    return Shown(value, f"{{ {name} {{ url }} }}", {name: value})


def ranged(name: str) -> Shown:
    """A range of numbers."""
    value = {"minValue": 5, "maxValue": 9}
    return Shown(value, f"{{ {name} {{ minValue maxValue }} }}", {name: value})
