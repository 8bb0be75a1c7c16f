"""Documents in which anything may be missing, or be of another type."""

import copy
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.imin import jsonld
from gateway.imin.documents import CustomerAccount, Order, read_order_page
from gateway.imin.documents.thing import GATEWAY_PREFIX
from gateway.imin.errors import Unreadable
from tests.examples.files import document_in, files_in
from tests.examples.upstream import Reader, reader_of_bodies

Change = tuple[int, Any]

# Thousands of random values: tracing lines would double the time.
pytestmark = pytest.mark.no_cover

REMOVED = object()
ORDERS = [
    document_in("imin-docs/order-by-id.json"),
    *map(document_in, files_in("feed-updates")),
    *map(document_in, files_in("orders")[:12]),
    *(
        {"orderedItem": [{"orderedItem": {"superEvent": document_in(name)}}]}
        for name in files_in("imin-search")
    ),
]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "NaN", "1e999", "2025-06-01", "PT1H", "#/imin:locationSummary/1", "https://schema.org/x"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "@type", "name", "url", "value"]), inner, max_size=3)
    ),
    max_leaves=5,
)
changes = st.lists(st.tuples(st.integers(0, 5_000), st.just(REMOVED) | json_values), min_size=1, max_size=12)
changed_orders = st.tuples(st.sampled_from(ORDERS), changes)


def positions(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every position in a document: the object or list, and the key or index in it."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from positions(inner)


def changed(document: Any, steps: list[Change], number: int = 0) -> Any:
    """The document with some values changed, and a new identifier, so that it remains an order."""
    document = copy.deepcopy(document)
    for where, value in steps:
        holders = list(positions(document))
        holder, key = holders[where % len(holders)]
        if value is not REMOVED:
            holder[key] = value
        elif isinstance(holder, dict):
            del holder[key]
        if not document:
            break
    return {**document, "identifier": str(number)}


def as_json(value: Any) -> bytes:
    """JSON text; numbers that JSON does not have are null."""
    return (
        json.dumps(value)
        .replace("-Infinity", "null")
        .replace("Infinity", "null")
        .replace("NaN", "null")
        .encode()
    )


@settings(max_examples=400, deadline=None)
@given(changed_orders)
def test_reading(case: tuple[Any, list[Change]]) -> None:
    """Reading a changed order never fails: what cannot be read is left out and reported."""
    body = as_json(changed(*case))

    order, unreadable = jsonld.read(Order, body)

    assert order.identifier == "0"
    assert all(isinstance(path, str) for path in unreadable)


Step = str | int
NOWHERE = ("",)
Values = Counter[tuple[tuple[Step, ...], Any]]


def values_of(document: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Everything that a document holds, with its path in imin's JSON."""
    if isinstance(document, tuple):
        for index, one in enumerate(document):
            yield from values_of(one, (*path, index))
    elif isinstance(document, msgspec.Struct):
        for field in msgspec.structs.fields(document):
            if not field.encode_name.startswith(GATEWAY_PREFIX):
                yield from values_of(getattr(document, field.name), (*path, field.encode_name))
    elif document is not None:
        yield path, repr(document)


def replaced(document: Any, where: int, value: Any) -> tuple[Any, tuple[Step, ...]]:
    """The document with one value replaced, and the path of that."""
    document = copy.deepcopy(document)
    paths = list(paths_of(document))
    path = paths[where % len(paths)]
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return document, path


def paths_of(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from paths_of(inner, (*path, key))


def outside(document: Any, changed_at: tuple[Step, ...]) -> Values:
    """The values that are not at a path or below it. Positions in lists are left out: they may shift."""
    return Counter(
        (tuple(step for step in path if isinstance(step, str)), value)
        for path, value in values_of(document)
        if path[: len(changed_at)] != changed_at
    )


def inside(document: Any, changed_at: tuple[Step, ...]) -> list[Any]:
    """The values that are at a path or below it."""
    return [value for path, value in values_of(document) if path[: len(changed_at)] == changed_at]


def stated_in(value: Any) -> set[str]:
    """The different scalars that a value, or a list of them, states. 0 and "00" state the same."""
    values = value if isinstance(value, list) else [value]
    stated = [one for one in values if isinstance(one, bool | int) or (isinstance(one, str) and one.strip())]
    return {_plain(one.strip() if isinstance(one, str) else json.dumps(one)) for one in stated}


def _plain(text: str) -> str:
    """The text; the plainest of those that state one number."""
    try:
        return str(Decimal(text).normalize())
    except InvalidOperation:
        return text


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(ORDERS), st.integers(0, 5_000), json_values)
def test_losing_nothing(order: Any, where: int, value: Any) -> None:
    """One member may be any JSON: all others are read as before, and what is not read of it is reported."""
    order = {**order, "identifier": "0"}
    document, path = replaced(order, where, value)
    before, _ = jsonld.read(Order, as_json(order))

    after, unreadable = jsonld.read(Order, as_json(document))

    assert outside(before, path) - outside(after, NOWHERE) == Counter()
    shown = inside(after, path)
    is_known = bool(inside(before, path)) and path[-1] not in {"type", "@type"}
    assert not is_known or len(shown) >= len(stated_in(value)) or unreadable


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_reading_any_json(value: Any) -> None:
    """Any JSON object can be read as a document; any other JSON is Unreadable."""
    body = as_json(value)
    for struct in (Order, CustomerAccount):
        if isinstance(value, dict):
            jsonld.read(struct, body)
        else:
            with pytest.raises(Unreadable):
                jsonld.read(struct, body)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_reading_any_bytes(body: bytes) -> None:
    """Any bytes can be read as a page or are Unreadable."""
    try:
        read_order_page(body, 1)
    except Unreadable:
        return


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


@pytest.mark.asyncio(loop_scope="module")
@settings(
    max_examples=35,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(cases=st.lists(changed_orders, min_size=10, max_size=10))
async def test_selecting_everything(reader: Reader, cases: list[tuple[Any, list[Change]]]) -> None:
    """FullQuery can be selected of a page of changed orders; every error has a code and is not a bug."""
    orders = [changed(*case, number) for number, case in enumerate(cases)]
    reader.upstream.serve(as_json({"imin:totalItems": 10, "imin:item": orders}))

    answer = await reader.orders()

    nodes = answer["data"]["viewer"]["orders"]["nodes"]
    assert [node["identifier"] for node in nodes] == [str(number) for number in range(10)]
    assert {error["extensions"]["code"] for error in answer.get("errors", ())} <= {"UPSTREAM_INVALID"}
