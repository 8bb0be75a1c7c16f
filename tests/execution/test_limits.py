"""Limits: requests that are too large are refused before they cost anything; the error names the limit."""

from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_introspection_query

from gateway.execution.field_cost import field_cost
from gateway.execution.limits import Limits
from gateway.graph.schema import build_schema
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.examples.full_query import FullQuery
from tests.support.work import calls_for, most_calls


def bomb(levels: int) -> str:
    """Fragments that each spread the next one twice: the fields double with each level."""
    parts = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return "{ ...F0 } " + " ".join(parts) + f" fragment F{levels} on Query {{ viewer {{ id }} }}"


def deep_bomb(levels: int) -> str:
    """The same with a level of fields in between, which the depth limit alone would stop."""
    parts = [
        f"fragment F{n} on OrderItem {{ order {{ items {{ ...F{n + 1} ...F{n + 1} }} }} }}"
        for n in range(levels)
    ]
    return (
        '{ order(identifier: "x") { items { ...F0 } } } '
        + " ".join(parts)
        + (f" fragment F{levels} on OrderItem {{ id }}")
    )


def refusal(what: str, most: int, got: int | str, code: str = "LIMIT_EXCEEDED") -> dict[str, Any]:
    message = f"{what} must be {most} at most, got {got}."
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def text(template: str, count: int) -> str:
    return template.replace("%", " ".join(f"a{n}" for n in range(count)))


REFUSED = [
    ("{ viewer { id } } # " + "x" * 32_768, refusal("Document bytes", 32_768, 32_788)),
    ("{ viewer { " + "id " * 4_000 + "} }", refusal("Tokens", 4_000, "more")),
    (
        '{ order(identifier: "x") ' + "{ items { order " * 6 + "{ id }" + "} }" * 6 + "}",
        refusal("Depth", 12, 14),
    ),
    ("{ " + " ".join(f"a{n}: viewer {{ id }}" for n in range(31)) + " }", refusal("Aliases", 30, 31)),
    (
        "{ viewer { ...F } b: viewer { ...F } } fragment F on Customer { "
        + " ".join(f"a{n}: id" for n in range(16))
        + " }",
        refusal("Aliases", 30, 33),
    ),
    ("{ " + "__typename " * 21 + "}", refusal("Root fields", 20, 21)),
    ("{ " + "...F " * 21 + "} fragment F on Query { viewer { id } }", refusal("Root fields", 20, 21)),
    (
        "{ " + " ".join(f"a{n}: __schema {{ ...F }}" for n in range(4)) + " ...G } fragment G on Query "
        '{ __type(name: "Order") { name } } fragment F on __Schema { types { name } }',
        refusal("Introspections", 4, 5),
    ),
    ("{ viewer { id " + "@skip(if: false) " * 51 + "} }", refusal("Directives", 50, 51)),
    (bomb(12), refusal("Root fields", 20, 4096)),
    (bomb(150), refusal("Root fields", 20, "far more")),
    (deep_bomb(40), refusal("Depth", 12, 83)),
    ("{ viewer { " + "id " * 101 + "} }", refusal("Pairs", 5_000, 5_050)),
    ("{ viewer { " + "orders(first: 1) { totalCount } " * 72 + "} }", refusal("Pairs", 5_000, 5_112)),
    ("{ nodes(ids: [" + '"x" ' * 101 + "]) { id } }", refusal("List items", 100, 101)),
    (
        "{ viewer { " + " ".join(f"a{n}: orders(first: 100) {{ totalCount }}" for n in range(26)) + " } }",
        refusal("Cost", 250, 260),
    ),
    (
        "{ nodes(ids: [" + '"x" ' * 100 + "]) { ... on Customer { orders { totalCount } name } } }",
        refusal("Cost", 250, 300),
    ),
]


@pytest.mark.parametrize(("query", "expected"), REFUSED)
async def test_refused(gateway: Gateway, sandbox: Sandbox, query: str, expected: dict[str, Any]) -> None:
    """Each limit refuses with a coded 400 that names it, in either media type, without requests to imin."""
    for media_type in ("application/json", "application/graphql-response+json"):
        url, headers = f"{gateway.url}/graphql", {"Accept": media_type}
        async with gateway.http.post(url, json={"query": query}, headers=headers) as response:
            assert (response.status, await response.json()) == (400, expected)

    assert sandbox.request_log.entries == []


async def test_refused_cheaply(gateway: Gateway) -> None:
    """Refusing a new document takes work in proportion to its length, whatever is in it."""
    await gateway.answer("{ viewer { id } }")  # creates what is created once
    calls = {query: await calls_for(gateway, query) for query, _ in REFUSED}

    assert [(query[:60], count) for query, count in calls.items() if count > most_calls(query)] == []


async def test_nesting_beyond_any_stack(gateway: Gateway) -> None:
    """A document that is nested too deeply to be parsed is refused as well."""
    answer = await gateway.answer("{ a " * 990)

    assert answer["errors"][0]["extensions"]["code"] in {"BAD_REQUEST", "GRAPHQL_PARSE_FAILED"}


@pytest.mark.parametrize(
    "query",
    [
        "{ ...F } fragment F on Query { ...F }",
        "{ ...F } fragment F on Query { viewer { id } ...G } fragment G on Query { ...F }",
        "{ viewer { orders { nodes { ...G } } } } fragment G on Order { items { order { ...G } } }",
    ],
)
async def test_cycles(gateway: Gateway, query: str) -> None:
    """A fragment that spreads itself is refused before anything recurses into it."""
    answer = await gateway.answer(query)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]
    assert "within itself" in answer["errors"][0]["message"]


async def test_honest_clients_pass(gateway: Gateway) -> None:
    """GraphiQL's introspection query and a query for every field stay within the limits."""
    schema = build_schema()._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    introspection = get_introspection_query(
        input_value_deprecation=True,
        specified_by_url=True,
        directive_is_repeatable=True,
    )
    full_query = FullQuery(schema).fill("{ viewer %s }", "Customer")

    assert list(await gateway.answer(introspection)) == ["data"]
    assert (await gateway.answer(full_query))["data"]["viewer"]["orders"]["totalCount"] == 1917


async def test_introspection_is_bounded(gateway: Gateway) -> None:
    """Introspection has a maximum depth."""
    answer = await gateway.answer(
        "{ __schema { types { " + "fields { type { " * 4 + "name" + " } }" * 4 + " } } }"
    )

    assert answer["errors"][0]["message"] == "Maximum introspection depth exceeded"


async def test_variables(gateway: Gateway, sandbox: Sandbox) -> None:
    """Lists and sizes in variables have the same limits as those in the document."""
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { orders { totalCount } } } }"
    cancel = "mutation ($i: CancelOrderItemsInput!) { cancelOrderItems(input: $i) { result { __typename } } }"
    aliases = " ".join(f"a{n}: orders(first: $n) {{ nodes {{ id }} }}" for n in range(26))
    orders = f"query ($n: Int) {{ viewer {{ {aliases} }} }}"

    assert await gateway.answer(nodes, ids=["x"] * 101) == refusal("List items", 100, 101)
    assert await gateway.answer(nodes, ids=[[["x"] * 101]]) == refusal("List items", 100, 101)
    assert await gateway.answer(cancel, i={"orderItemIds": ["x"] * 101}) == refusal("List items", 100, 101)
    assert await gateway.answer(orders, n=100) == refusal("Cost", 250, 260)
    assert await gateway.answer(orders.replace("Int)", "Int = 100)")) == refusal("Cost", 250, 260)
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(
    ("query", "variables", "estimated", "made"),
    [
        ("{ viewer { id identifier } }", {}, 0, 0),
        ("{ viewer { name email orders { totalCount } } }", {}, 2, 2),
        ("{ viewer { orders(first: 100) { nodes { id items { order { id } } } } } }", {}, 10, 10),
        ("query ($n: Int) { viewer { orders(first: $n) { nodes { id } } } }", {"n": 25}, 3, 3),
        ("query ($n: Int = 25) { viewer { orders(first: $n) { nodes { id } } } }", {}, 3, 3),
        ("{ viewer { orders(last: 10) { nodes { id } } } }", {}, 3, 3),
        ("{ viewer { upcomingOrderItems(first: 5) { nodes { order { id } } } } }", {}, 6, 6),
        ('{ order(identifier: "nope") { id } }', {}, 5, 1),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["x", "y"]}, 2, 0),
    ],
)
async def test_cost(
    gateway: Gateway, query: str, variables: dict[str, Any], estimated: int, made: int
) -> None:
    """The response states its cost if the request asks for it: the estimate, and the requests made."""
    body = {"query": query, "variables": variables, "extensions": {"cost": True}}

    async with gateway.http.post(f"{gateway.url}/graphql", json=body) as response:
        answer = await response.json()

    assert answer["extensions"]["cost"] == {"estimated": estimated, "made": made}
    assert "extensions" not in await gateway.answer(query, **variables)


def test_every_resolver_has_a_cost() -> None:
    """Every field that has a resolver declares its requests to imin."""
    types = build_schema()._schema.type_map.values()  # noqa: SLF001  # as above
    fields = {
        f"{type_.name}.{name}": field
        for type_ in types
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
    }
    resolved = {
        name: field for name, field in fields.items() if _resolver(field) and not name.startswith("_")
    }

    assert {name for name, field in resolved.items() if field_cost(field) is None} == set()
    assert {"Query.order", "Customer.orders", "Customer.email", "OrderItem.order"} <= set(resolved)


def _resolver(field: GraphQLField) -> Any:
    declared = field.extensions.get("strawberry-definition")
    return declared and declared.base_resolver


async def test_few_errors(gateway: Gateway, sandbox: Sandbox) -> None:
    """A response has at most five errors, and the number of those left out."""
    data = await gateway.data("{ viewer { orders(first: 20) { nodes { id } } } }")
    ids = [node["id"] for node in data["viewer"]["orders"]["nodes"]]
    sandbox.faults.add(Fault("GET /orders/:id", "html_200", times=None))

    answer = await gateway.answer("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    invalid = await gateway.answer("{ " + " ".join(f"nope{n}" for n in range(20)) + " }")

    assert len(answer["errors"]) == 5
    assert answer["extensions"] == {"omittedErrors": 15}
    assert answer["data"] == {"nodes": [None] * 20}
    assert len(invalid["errors"]) == 5


def test_limits_and_settings_agree() -> None:
    """Each limit has a setting with the same default."""
    defaults = {name: Settings.model_fields[f"limit_{name}"].default for name in Limits.__dataclass_fields__}

    assert Limits(**defaults) == Limits()
