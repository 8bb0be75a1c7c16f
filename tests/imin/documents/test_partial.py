"""Partial documents: what is selected of them is the same as of whole documents."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from graphql import GraphQLSchema, get_named_type, is_abstract_type, is_leaf_type, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.execution.compiled.attribute_fields import attribute_of
from gateway.execution.compiled.plan import RUNS_BEFORE_PARTIAL, PlannedOperation
from gateway.execution.compiled.selected_attributes import selected_attributes
from gateway.graph.schema import build_schema
from gateway.imin.documents import (
    Attributes,
    Order,
    bind_order,
    bind_sessions,
    fields_read_by,
    partial_document,
)
from gateway.imin.documents.event import Event
from gateway.imin.documents.partial import NotRead
from gateway.imin.endpoints.orders import ORDER_PAGE, read_order
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from gateway.signing.global_ids import CustomerOwner, IdSigner
from tests.conftest import Gateway
from tests.examples.files import document_in
from tests.imin.documents.test_anything import changed, changed_orders

SCHEMA: GraphQLSchema = build_schema()._schema  # noqa: SLF001  # Strawberry's documented way
OWNER = CustomerOwner(
    "1234", IdSigner((b"secret",)), "http://gateway", lambda: datetime(2026, 11, 1, tzinfo=UTC), 600
)
MAX_DEPTH = 5


@st.composite
def selections(draw: st.DrawFn, type_name: str = "Order", depth: int = MAX_DEPTH) -> str:
    """Selections of fields of a type that read attributes, and of the types below it."""
    type_: Any = SCHEMA.type_map[type_name]
    if is_abstract_type(type_):
        possible = SCHEMA.get_possible_types(type_)
        chosen = draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3, unique=True))
        parts = [f"... on {one.name} {draw(selections(one.name, depth))}" for one in chosen]
        return "{ __typename " + " ".join(parts) + " }"
    fields = [
        (name, get_named_type(field.type))
        for name, field in type_.fields.items()
        if attribute_of(field) and (depth or is_leaf_type(get_named_type(field.type)))
    ]
    if not fields:  # no leaf at this depth
        return "{ __typename }"
    chosen_fields = draw(st.lists(st.sampled_from(fields), min_size=1, max_size=6, unique=True))
    return (
        "{ __typename "
        + " ".join(
            name if is_leaf_type(of) else f"{name} {draw(selections(of.name, depth - 1))}"
            for name, of in chosen_fields
        )
        + " }"
    )


def result(query: str, body: bytes, identifier: str, selection: Attributes | None) -> Any:
    """What the query gives for an order, and the class that the order was decoded as."""
    order = read_order(body, ("", identifier), selection)
    bind_order(order, OWNER)
    bind_sessions(order.items)
    document = parse(query)
    operation = PlannedOperation.of(SCHEMA, document, document.definitions[0])  # type: ignore[arg-type]  # the only one
    assert operation
    plan = operation.plan(operation.variables.read({}))  # type: ignore[arg-type]  # there are none
    assert plan
    (fields,) = plan.root_fields.values()
    code = plan.field(plan.root_type, fields).code
    assert code
    assert code.complete
    try:
        return code.complete(order), type(order)
    except NotRead:
        raise
    except Exception as error:  # noqa: BLE001  # graphql-core would report it
        return type(error), type(order)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(given=changed_orders, selection=selections())
def test_same(given: Any, selection: str) -> None:
    """Whatever is selected of any document, its partial document gives what the whole one gives."""
    query = "{ order(identifier: 1) " + selection + " }"
    body = msgspec.json.encode(changed(given[0], given[1], 1))
    attributes = selected_attributes(SCHEMA, parse(query))
    assert attributes is not None

    of_partial, decoded_as = result(query, body, "1", attributes)
    of_whole, _ = result(query, body, "1", None)

    assert of_partial == of_whole
    assert decoded_as in {partial_document(Order, attributes), Order}


def test_left_out_fields() -> None:
    """Fields that are not needed are not decoded, on any level, and cannot be mistaken for empty ones."""
    body = msgspec.json.encode(document_in("imin-docs/order-by-id.json"))
    identifier = document_in("imin-docs/order-by-id.json")["identifier"]

    order = read_order(body, ("", identifier), fields_read_by(["identifier", "items", "session", "name"]))
    whole = read_order(body, ("", identifier), None)

    session, whole_session = order.items[0].session, whole.items[0].session
    assert session
    assert whole_session
    assert session.name == whole_session.name
    assert isinstance(session, Event)
    assert session.super_event
    not_decoded = [
        (order, "broker"),
        (order, "payment_due"),
        (order.own_receipts[0], "date_created"),
        (session, "own_images"),
        (session.super_event, "own_images"),
    ]
    for document, field in not_decoded:
        with pytest.raises(NotRead, match=field):
            getattr(document, field)


@pytest.mark.parametrize(
    ("query", "is_known"),
    [
        ("{ viewer { orders { nodes { id } } } }", True),
        ("{ viewer { email orders { edges { node { items { session { name } } } } } } }", True),
        ("{ customer(identifier: 1) { upcomingOrderItems { nodes { id } } } }", True),
        ("{ viewer { orders { nodes { cancellation { status } } } } }", False),
        ("{ viewer { upcomingOrderItems { nodes { order { id } } } } }", False),
        ("{ node(id: 1) { id } }", False),
        ("{ a: order(identifier: 1) { id } nodes(ids: []) { id } }", False),
        ("mutation { cancelOrderItems(input: {orderId: 1, orderItemIds: []}) { __typename } }", False),
    ],
)
def test_selected_attributes(query: str, is_known: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """The attributes of an operation are known, unless a resolver may read any of them."""
    assert (selected_attributes(SCHEMA, parse(query)) is not None) == is_known


def test_misfits() -> None:
    """A part that does not fit its type is ignored if it is not selected; otherwise the whole is decoded."""
    page = {"type": "Collection", "imin:totalItems": 1}
    odd = msgspec.json.encode(
        {**page, "imin:item": [{"identifier": "1", "broker": 7, "orderDate": "2026-01-01"}]}
    )

    (without_broker,) = ORDER_PAGE.read(odd, ("", 1), fields_read_by(["identifier"])).items
    (with_broker,) = ORDER_PAGE.read(odd, ("", 1), fields_read_by(["broker"])).items

    assert (without_broker.identifier, without_broker.unreadable) == ("1", ())
    assert (with_broker.identifier, with_broker.unreadable, with_broker.broker) == ("1", ("broker",), None)


async def test_many_runs(gateway: Gateway) -> None:
    """An operation that runs often decodes partial documents; its responses stay the same."""
    query = (
        "{ viewer { orders(first: 5) { nodes { id status seller { name } items { id status session "
        "{ __typename name venue { name } } } } } } }"
    )

    results = [await gateway.data(query) for _ in range(RUNS_BEFORE_PARTIAL + 2)]

    assert results == [results[0]] * len(results)
    async with gateway.http.get(f"{gateway.url}/metrics") as response:
        metrics = await response.text()
    assert 'gateway_executions_total{way="excerpts"} 3.0' in metrics
    assert 'gateway_executions_total{way="bailed"} 0.0' in metrics


async def test_cached_documents_are_whole(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """Cached documents are whole, since the next query may select something else."""
    cached = settings.but(cache_enabled=True)
    async with gateway_listening(cached, demo_caller, sandbox.clock.now) as url:
        caching = Gateway(url, gateway.http)
        await caching.data("{ viewer { orders(first: 3) { nodes { identifier } } } }")
        query = "{ viewer { orders(first: 3) { nodes { broker { name } items { session { name } } } } } }"
        assert await caching.data(query) == await gateway.data(query)

    assert sandbox.request_log.counts() == {"GET /orders": 2}
