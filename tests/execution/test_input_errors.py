"""Values that do not fit although the document is valid: BAD_USER_INPUT, and nothing is logged as a bug.

graphql-core raises these while it executes: in `get_variable_values` for variables, in `get_argument_values`
for arguments of fields and directives. The usual cause is null in place of a variable's default.
"""

from typing import Any

import pytest
from graphql import GraphQLError
from structlog.testing import capture_logs

from gateway.errors import code_of
from gateway.execution.compiled.plan import RUNS_BEFORE_PARTIAL
from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.subscriptions import event, socket_of

NULL = {"v": None}
CANCEL = "{ cancelOrderItems(input: %s) { result { __typename } } }"
ITEMS = "orders(first: 20) { edges %s { node %s { id } } }"


def expected(argument: str, variable_type: str, where: str = "") -> str:
    return (
        f"Argument '{argument}' has invalid value{where}: "
        f"Expected variable '$v' provided to non-null type '{variable_type}' not to be None."
    )


IF = expected("if", "Boolean!")
ARGUMENTS: dict[str, tuple[str, str, list[str | int], Any]] = {
    "an argument": (
        'query ($v: ID = "x") { node(id: $v) { id } }',
        expected("id", "ID!"),
        ["node"],
        {"node": None},
    ),
    "one of several fields": (
        'query ($v: ID = "x") { viewer { identifier } node(id: $v) { id } }',
        expected("id", "ID!"),
        ["node"],
        {"viewer": {"identifier": "1234"}, "node": None},
    ),
    "an element of a list": (
        'query ($v: ID = "x") { nodes(ids: ["y", $v]) { id } }',
        expected("ids", "ID!", " at [1]"),
        ["nodes"],
        None,
    ),
    "a list": (
        'query ($v: [ID!] = ["x"]) { nodes(ids: $v) { id } }',
        expected("ids", "[ID!]!"),
        ["nodes"],
        None,
    ),
    "a field of an input object": (
        'mutation ($v: ID = "x") ' + CANCEL % "{orderId: $v, orderItemIds: []}",
        expected("input", "ID!", " at .orderId"),
        ["cancelOrderItems"],
        {"cancelOrderItems": None},
    ),
    "an element of a list in an input object": (
        'mutation ($v: ID = "x") ' + CANCEL % '{orderId: "x", orderItemIds: [$v]}',
        expected("input", "ID!", " at .orderItemIds[0]"),
        ["cancelOrderItems"],
        {"cancelOrderItems": None},
    ),
    "an input object": (
        'mutation ($v: CancelOrderItemsInput = {orderId: "x", orderItemIds: []}) ' + CANCEL % "$v",
        expected("input", "CancelOrderItemsInput!"),
        ["cancelOrderItems"],
        {"cancelOrderItems": None},
    ),
    "an argument of introspection": (
        'query ($v: Boolean = true) { __type(name: "Money") { fields(includeDeprecated: $v) { name } } }',
        expected("includeDeprecated", "Boolean!"),
        ["__type", "fields"],
        {"__type": {"fields": None}},
    ),
    "the name of a type": (
        'query ($v: String = "Money") { __type(name: $v) { name } }',
        expected("name", "String!"),
        ["__type"],
        {"__type": None},
    ),
    "@include": (
        "query ($v: Boolean = true) { viewer { identifier @include(if: $v) } }",
        IF,
        ["viewer"],
        {"viewer": None},
    ),
    "@skip on an inline fragment": (
        "query ($v: Boolean = true) { viewer { ... @skip(if: $v) { identifier } } }",
        IF,
        ["viewer"],
        {"viewer": None},
    ),
    "@skip on a fragment": (
        "query ($v: Boolean = true) { viewer { ...F @skip(if: $v) } } fragment F on Customer { id }",
        IF,
        ["viewer"],
        {"viewer": None},
    ),
    "@skip that a resolver reads": (
        "query ($v: Boolean = true) { viewer { " + ITEMS % ("@skip(if: $v)", "") + " } }",
        IF,
        ["viewer", "orders"],
        {"viewer": {"orders": None}},
    ),
    "@skip in a list": (
        "query ($v: Boolean = true) { viewer { "
        + ITEMS % ("", "{ orderNumber @skip(if: $v) } node")
        + " } }",
        IF,
        ["viewer", "orders", "edges", 0, "node"],
        {"viewer": {"orders": None}},
    ),
}


@pytest.mark.parametrize("name", ARGUMENTS)
async def test_null_for_a_default(gateway: Gateway, sandbox: Sandbox, name: str) -> None:
    """The field is null with an error that says which argument is wrong, in compiled code and without it."""
    query, message, path, data = ARGUMENTS[name]

    with capture_logs() as logs:
        answers = [await gateway.answer(query, **NULL) for _ in range(RUNS_BEFORE_PARTIAL + 2)]

    for answer in answers:
        [error] = answer["errors"]
        assert (error["message"], error["path"]) == (message, path)
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert answer["data"] == data
    assert {entry["event"] for entry in logs} == {"request"}
    assert "PATCH /orders/:id" not in sandbox.request_log.counts()


async def test_no_field_can_be_collected(gateway: Gateway) -> None:
    """Where the root fields depend on the value, there is no data."""
    answer = await gateway.answer("query ($v: Boolean = true) { viewer @include(if: $v) { id } }", **NULL)

    error = {
        "message": IF,
        "locations": [{"line": 1, "column": 50}],
        "extensions": {"code": "BAD_USER_INPUT"},
    }
    assert answer == {"errors": [error]}


async def test_subscription(gateway: Gateway) -> None:
    """A subscription is refused with the same error, over a WebSocket and as an event stream."""
    payload = {"query": 'subscription ($v: ID = "x") { orderChanged(id: $v) { id } }', "variables": NULL}
    message = expected("id", "ID!")

    with capture_logs() as logs:
        async with socket_of(gateway) as socket:
            await socket.connect()
            await socket.send(id="1", type="subscribe", payload=payload)
            over_socket = await socket.receive()
        headers = {"Accept": "text/event-stream"}
        async with gateway.http.post(f"{gateway.url}/graphql", json=payload, headers=headers) as response:
            as_event = await event(response)

    [error] = over_socket["payload"]["errors"]
    assert (error["message"], error["extensions"]) == (message, {"code": "BAD_USER_INPUT"})
    assert message in as_event.decode()
    assert {entry["event"] for entry in logs} == {"request"}


@pytest.mark.parametrize(
    ("query", "variables", "messages"),
    [
        (
            "query ($n: Int!) { viewer { orders(first: $n) { totalCount } } }",
            {"n": "x"},
            ["Variable '$n' has invalid value: Int cannot represent non-integer value: 'x'"],
        ),
        (
            "query ($i: ID!) { node(id: $i) { id } }",
            {},
            ["Variable '$i' has invalid value: Expected a value of non-null type 'ID!' to be provided."],
        ),
        (
            "query ($i: [ID!]!) { nodes(ids: $i) { id } }",
            {"i": [None] * 60},
            [
                f"Variable '$i' has invalid value at [{n}]: "
                "Expected value of non-null type 'ID!' not to be None."
                for n in range(5)
            ],
        ),
    ],
)
async def test_variables(
    gateway: Gateway, query: str, variables: dict[str, Any], messages: list[str]
) -> None:
    """A variable that does not fit its type is refused before anything runs; five errors are shown."""
    answer = await gateway.answer(query, **variables)

    assert [error["message"] for error in answer["errors"]] == messages
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}
    assert "data" not in answer


@pytest.mark.parametrize(
    "query",
    [
        "query ($unused: ID) { viewer { id } }",
        "{ node { id } }",
        "query ($v: Missing) { node(id: $v) { id } }",
        "query ($v: Int) { node(id: $v) { id } }",
        "{ viewer { id @include } }",
    ],
)
async def test_invalid_documents(gateway: Gateway, query: str) -> None:
    """An error of the document itself is one of validation, whatever it is about."""
    answer = await gateway.answer(query, v=None)

    assert {error["extensions"]["code"] for error in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}


def test_our_own_values() -> None:
    """An error of graphql-core about a value of ours stays a bug."""
    raised = GraphQLError("Expected Iterable, but did not find one for field 'Query.nodes'.")

    assert code_of(GraphQLError(raised.message, path=["nodes"], original_error=raised)) == (
        "INTERNAL_SERVER_ERROR"
    )
