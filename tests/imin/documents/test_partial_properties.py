"""Every property of every document, read from a partial document with only the fields it needs."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from gateway.imin import jsonld
from gateway.imin.documents import (
    Booking,
    CustomerAccount,
    Event,
    Order,
    OrderItem,
    Seller,
    bind_order,
    bind_sessions,
    bind_upcoming_items,
)
from gateway.imin.documents.linked_account import LinkedAccount
from gateway.imin.documents.partial import fields_read_by, partial_document, property_reads
from gateway.imin.documents.thing import Thing
from gateway.signing.global_ids import CustomerOwner, IdSigner
from tests.examples.files import FILES, HERE, document_in
from tests.examples.openactive.shown import filled_orders

NOW = datetime(2021, 5, 1, tzinfo=UTC)
OWNER = CustomerOwner("1234", IdSigner((b"secret",)), "http://gateway", lambda: NOW, 600)
ACCOUNT = {
    "outstandingAction": {"url": "https://globex.example/a", "actionStatus": "schema:FailedActionStatus"}
}
"""No example has an action."""


def documents_in(value: Any) -> Iterator[Thing]:
    """Every document in a value, itself included."""
    if isinstance(value, tuple):
        for one in value:
            yield from documents_in(one)
    if isinstance(value, Thing):
        yield value
        for name in value.__struct_fields__:
            yield from documents_in(getattr(value, name))


def bodies() -> dict[type[Any], set[bytes]]:
    """The JSON of every object in the example files, by the class that it is read as."""
    found: dict[type[Any], set[bytes]] = defaultdict(set)
    documents = [document_in(str(path.relative_to(HERE))) for path in FILES]
    for body in [*documents, *filled_orders(), ACCOUNT]:
        items = body.get("imin:item", [body]) if isinstance(body, dict) else []
        for item, cls in [
            (item, cls) for item in items for cls in (Order, OrderItem, CustomerAccount, LinkedAccount, Event)
        ]:
            document, _ = jsonld.read(cls, msgspec.json.encode(item))
            for one in documents_in(document):
                found[type(one)].add(msgspec.json.encode(one))
    return found


BODIES = bodies()


def properties(cls: type) -> list[str]:
    """Names of the properties of a document; its fields are not among them."""
    fields = set(cls.__struct_fields__)  # type: ignore[attr-defined]  # of a Struct
    members = {name: member for base in cls.__mro__[:-2] for name, member in vars(base).items()}
    return [
        name
        for name, member in members.items()
        if name not in fields and name[0] != "_" and hasattr(type(member), "__get__") and not callable(member)
    ]


def shape(value: Any) -> Any:
    """The value, with class names in place of documents, since each document has a test of its own."""
    if isinstance(value, tuple):
        return tuple(shape(one) for one in value)
    return type(value).__name__ if isinstance(value, Thing | Seller) else value


def bound(document: Any) -> Any:
    """The document, bound to its owner as after reading a page; an order with its items and receipts."""
    if isinstance(document, Order):
        bind_order(document, OWNER)
        bind_sessions(document.items)
    elif isinstance(document, OrderItem):
        bind_upcoming_items((document,), OWNER)
        bind_sessions((document,))
    elif "owner" in document.__struct_fields__:
        document.owner = OWNER
    elif "booking" in document.__struct_fields__:
        document.booking = Booking(OWNER, "1", "2")
    return document


CASES = [(cls, name) for cls in BODIES for name in properties(cls)]


def test_every_class() -> None:
    """The examples contain documents of every class except base classes, parts of pages and answers."""
    classes = {
        cls for cls in property_reads().classes if cls.__module__.startswith("gateway.imin.documents.")
    }

    apart = {cls.__name__ for cls in classes - BODIES.keys()}
    assert apart == {
        *("Thing", "Owned", "Seller", "Envelope", "View", "_Collection", "_Orders", "_OrderItems"),
        *("LinkedAccounts", "_Answer", "_Problem"),
    }


@pytest.mark.parametrize(("cls", "name"), CASES, ids=lambda value: getattr(value, "__name__", value))
def test_same_value(cls: type[Any], name: str) -> None:
    """A property has the same value on a document with only the derived fields as on a whole one."""
    fields = fields_read_by([name])
    assert fields is not None
    partial = partial_document(cls, fields)

    for body in BODIES[cls]:
        whole = bound(msgspec.json.decode(body, type=cls))
        assert shape(getattr(bound(msgspec.json.decode(body, type=partial)), name)) == shape(
            getattr(whole, name)
        )


@pytest.mark.parametrize("name", properties(Seller))
def test_same_value_of_seller(name: str) -> None:
    """The same of a seller, which is made of an order."""
    fields = fields_read_by(["seller", name])
    assert fields is not None
    partial = partial_document(Order, fields)

    for body in BODIES[Order]:
        whole = bound(msgspec.json.decode(body, type=Order)).seller
        seller = bound(msgspec.json.decode(body, type=partial)).seller
        assert (seller is None) == (whole is None)
        assert whole is None or shape(getattr(seller, name)) == shape(getattr(whole, name))
