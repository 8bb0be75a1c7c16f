"""The expression that generated code contains for an attribute has the attribute's value."""

import inspect
import itertools
import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from gateway.clock import system_clock
from gateway.execution.compiled.inline_property import InlinedProperty, inline
from gateway.graph.connection import Connection, ConnectionPage, Edge
from gateway.imin import documents
from gateway.imin.documents.place import Coordinates
from gateway.signing.global_ids import CustomerOwner, IdSigner

CLASSES = [
    cls
    for cls in (*vars(documents).values(), Coordinates)
    if isinstance(cls, type)
    and issubclass(cls, msgspec.Struct)
    and cls not in (documents.Page, documents.Booking)
]
OWNER = CustomerOwner("1234", IdSigner((b"secret",)), "https://gateway.example", system_clock, 600)
ROUNDS = 150


class Venue(documents.Place):
    """A class that inherits all its properties."""


def attributes(cls: type) -> list[str]:
    """Names of the attributes of objects of a class, without methods."""
    return [
        name
        for name, value in inspect.getmembers_static(cls)
        if not name.startswith("_") and (hasattr(value, "__get__") and not inspect.isroutine(value))
    ]


def values(chance: random.Random, depth: int) -> Any:
    """A value for a slot: usual, empty, or of a wrong type."""
    texts = ["", "a", "https://a.example/b#c", "https://openactive.io/OrderItemConfirmed", "Slot", "P1D"]
    texts += ["2026-11-29T14:22:59Z", "#/imin:locationSummary/1", "OrderDelivered", " ", "£?x=1/2"]
    numbers = [0, 1, -91, 180.5, 0.0, True, False, Decimal("1.10"), Decimal(0), datetime.now(UTC)]
    roll = chance.random()
    if roll < 0.35:
        return None
    if roll < 0.6:
        return chance.choice(texts)
    if roll < 0.7:
        return chance.choice(numbers)
    if depth > 3:
        return ()
    one = thing(chance.choice(CLASSES), chance, depth + 1)
    return one if roll < 0.9 else (one,) * chance.randrange(3)


def thing(cls: type, chance: random.Random, depth: int = 0) -> Any:
    """An object of that class; about half of its slots have values of the declared types."""
    if issubclass(cls, documents.Seller):
        agents = [thing(documents.Agent, chance, depth), thing(documents.CustomerAccount, chance, depth)]
        return documents.Seller(chance.choice(agents), thing(documents.Order, chance, depth))
    one: Any = cls()
    for slot in cls.__struct_fields__:  # type: ignore[attr-defined]  # of a Struct
        if chance.random() < 0.3:
            continue
        setattr(one, slot, values(chance, depth))
    for slot, usual in {
        "geo": Coordinates,
        "accepted_offer": documents.Offer,
        "session": documents.Event,
    }.items():
        if slot in cls.__struct_fields__ and chance.random() < 0.5 and depth < 4:  # type: ignore[attr-defined]
            setattr(one, slot, thing(usual, chance, depth + 1))
    for slot in ("super_event", "own_organizer"):
        if slot in cls.__struct_fields__ and depth < 4:  # type: ignore[attr-defined]
            usual = documents.Event if slot == "super_event" else documents.Agent
            setattr(one, slot, chance.choice([None, thing(usual, chance, depth + 1)]))
    if "owner" in cls.__struct_fields__:  # type: ignore[attr-defined]
        one.owner = chance.choice([OWNER, OWNER, None])
    return one


def outcome(make: Any) -> tuple[bool, Any]:
    """Whether it returns, and what."""
    try:
        return True, make()
    except Exception:  # noqa: BLE001  # generated code bails on any exception
        return False, None


def function(inlined: InlinedProperty) -> Any:
    """The inlined expression as a function of the object."""
    return eval(f"lambda o: {inlined.text}", inlined.names)  # noqa: S307  # our own text


def same(one: Any, other: Any) -> bool:
    """Whether two values are identical, or equal and of one type."""
    return one is other or (type(one) is type(other) and (one == other or repr(one) == repr(other)))


@pytest.mark.no_cover  # thousands of random values; tracing lines would double the time
@pytest.mark.parametrize("cls", [*CLASSES, Venue], ids=lambda cls: cls.__name__)
def test_expression_and_property_agree(cls: type) -> None:
    """On odder documents than any service sends, the expression has the property's value."""
    chance, names = random.Random(1), itertools.count()  # noqa: S311  # repeatable, no secret
    inlined = {name: inline(cls, name, "o", lambda: f"x{next(names)}") for name in attributes(cls)}
    functions = {name: function(one) for name, one in inlined.items()}
    compared = 0

    for _ in range(ROUNDS):
        one = thing(cls, chance)
        for name, expression in functions.items():
            is_given, expected = outcome(lambda one=one, name=name: getattr(one, name))
            gives, got = outcome(lambda one=one, expression=expression: expression(one))
            assert (is_given, same(expected, got)) == (gives, True), f"{name} of {one}"
            compared += is_given and expected is not None

    assert compared > ROUNDS


def test_only_slot() -> None:
    """A property depends on one slot if it does nothing but pass the slot's value to pure functions."""
    names = itertools.count()

    def slot(cls: type, attribute: str) -> str | None:
        return inline(cls, attribute, "o", lambda: f"x{next(names)}").only_slot

    assert slot(documents.Order, "status") == "order_status"
    assert slot(documents.OrderItem, "status") == "order_item_status"
    assert slot(documents.Person, "gender") == "own_gender"
    # A slot itself; two slots; a property that reads the clock; one that is not a function of the text.
    assert slot(documents.Order, "order_date") is None
    assert slot(documents.Order, "identifier") is None
    assert slot(documents.OrderItem, "is_presently_cancellable") is None
    assert slot(documents.Event, "type") is None


@pytest.mark.parametrize("cls", [Edge, Connection, ConnectionPage])
def test_attributes_of_connections(cls: type) -> None:
    """The attributes of connections can be inlined."""
    assert all(inline(cls, name, "o", iter("abcdefgh").__next__).text for name in attributes(cls))
