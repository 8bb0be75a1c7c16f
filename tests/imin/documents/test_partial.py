"""Reading no more of a document than is looked at: what is looked at is the same."""

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
from gateway.global_ids import CustomerOwner, IdSigner
from gateway.graph.schema import build_schema
from gateway.imin.documents import Attributes, Order, bind_order, fields_read_by, partial_document
from gateway.imin.documents.event import Event
from gateway.imin.documents.partial import NotRead
from gateway.imin.endpoints.orders import ORDER_PAGE, read_order
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.examples.files import plain
from tests.imin.documents.test_anything import changed, changed_orders

SCHEMA: GraphQLSchema = build_schema()._schema  # noqa: SLF001  # Strawberry's documented way
OWNER = CustomerOwner(
    "1234", IdSigner((b"secret",)), "http://gateway", lambda: datetime(2026, 11, 1, tzinfo=UTC), 600
)
DEEPEST = 5


@st.composite
def selections(draw: st.DrawFn, type_name: str = "Order", depth: int = DEEPEST) -> str:
    """Some fields of a type that read attributes, and some of what is below them."""
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
    if not fields:  # nothing here ends in a text or a number
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


def shown(query: str, body: bytes, identifier: str, wanted: Attributes | None) -> Any:
    """What the query shows of an order, and the class it was read as."""
    order = read_order(body, ("", identifier), wanted)
    bind_order(order, OWNER)
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
    except Exception as error:  # noqa: BLE001  # graphql-core would tell what is wrong
        return type(error), type(order)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(given=changed_orders, selection=selections())
def test_same(given: Any, selection: str) -> None:
    """Whatever is selected of whatever document, an excerpt shows what the whole of it shows."""
    query = "{ order(identifier: 1) " + selection + " }"
    body = msgspec.json.encode(changed(given[0], given[1], 1))
    wanted = selected_attributes(SCHEMA, parse(query))
    assert wanted is not None

    in_excerpt, read_as = shown(query, body, "1", wanted)
    in_whole, _ = shown(query, body, "1", None)

    assert in_excerpt == in_whole
    assert read_as in {partial_document(Order, wanted), Order}


def test_no_more_than_wanted() -> None:
    """What nobody looks at is not read, at whichever level; and it cannot be taken for something else."""
    body = msgspec.json.encode(plain("imin-docs/order-by-id.json"))
    identifier = plain("imin-docs/order-by-id.json")["identifier"]

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
def test_known_beforehand(query: str, is_known: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Where a function may look at anything, everything is read."""
    assert (selected_attributes(SCHEMA, parse(query)) is not None) == is_known


def test_odd_parts() -> None:
    """A part that does not fit costs the excerpt nothing where nobody looks at it, else all is read."""
    page = {"type": "Collection", "imin:totalItems": 1}
    odd = msgspec.json.encode(
        {**page, "imin:item": [{"identifier": "1", "broker": 7, "orderDate": "2026-01-01"}]}
    )

    (unseen,) = ORDER_PAGE.read(odd, ("", 1), fields_read_by(["identifier"])).items
    (seen,) = ORDER_PAGE.read(odd, ("", 1), fields_read_by(["broker"])).items

    assert (unseen.identifier, unseen.unreadable) == ("1", ())
    assert (seen.identifier, seen.unreadable, seen.broker) == ("1", ("broker",), None)


async def test_in_use(gateway: Gateway) -> None:
    """An operation that comes again and again has excerpts read, and nobody can tell by the answers."""
    query = (
        "{ viewer { orders(first: 5) { nodes { id status seller { name } items { id status session "
        "{ __typename name venue { name } } } } } } }"
    )

    answers = [await gateway.data(query) for _ in range(RUNS_BEFORE_PARTIAL + 2)]

    assert answers == [answers[0]] * len(answers)
    async with gateway.http.get(f"{gateway.url}/metrics") as response:
        metrics = await response.text()
    assert 'gateway_executions_total{way="excerpts"} 3.0' in metrics
    assert 'gateway_executions_total{way="bailed"} 0.0' in metrics


async def test_kept_whole(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """What a cache keeps is read as a whole: the next query may look at something else."""
    kept = settings.but(cache_enabled=True)
    async with gateway_listening(kept, demo_caller, sandbox.clock.now) as url:
        caching = Gateway(url, gateway.http)
        await caching.data("{ viewer { orders(first: 3) { nodes { identifier } } } }")
        query = "{ viewer { orders(first: 3) { nodes { broker { name } items { session { name } } } } } }"
        assert await caching.data(query) == await gateway.data(query)

    assert sandbox.request_log.counts() == {"GET /orders": 2}
