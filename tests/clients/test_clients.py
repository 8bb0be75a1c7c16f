"""Real front-end tools take the schema as it is printed and the gateway as it runs."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import build_schema, validate_schema

from tests.clients.running import (
    REPOSITORY,
    clean_environment,
    gateway_command,
    installed,
    run_script,
    running_demo,
)

JSON = "application/graphql-response+json"
# The newest ten orders of the sandbox's customer 1234.
TEN_ORDERS = ["1917", "1916", "1915", "1914", "1913", "1912", "1911", "1910", "1909", "1908"]
ARTIFACTS = [
    "HistoryPageQuery",
    "HistoryQuery",
    "HistoryUpcomingPageQuery",
    "History_customer",
    "History_upcoming",
    "OrderCardRefetchQuery",
    "OrderCard_order",
    "OrderItemRowCancelMutation",
    "OrderItemRowRefetchQuery",
    "OrderItemRow_item",
]


@pytest.fixture(scope="module")
def clients() -> Path:
    """The npm project with the tools and the scripts that use them."""
    return installed(Path(__file__).parent)


@pytest.fixture(scope="module")
def demo_endpoint() -> Iterator[str]:
    """Where a demo answers GraphQL; the tests of this file share it, each cancels another item."""
    with running_demo() as url:
        yield f"{url}/graphql"


@pytest.fixture(scope="module")
def printed_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with what `gateway schema` prints."""
    file = tmp_path_factory.mktemp("schema") / "schema.graphql"
    with file.open("w", encoding="utf-8") as output:
        subprocess.run(  # noqa: S603  # our own command
            gateway_command("schema"), cwd=REPOSITORY, env=clean_environment(), stdout=output, check=True
        )
    return file


# The schema


def test_schema_by_graphql_core(printed_schema: Path) -> None:
    """The printed schema is valid by itself, in Python."""
    schema = build_schema(printed_schema.read_text(encoding="utf-8"))

    assert validate_schema(schema) == []


def test_schema_by_graphql_js(clients: Path, printed_schema: Path) -> None:
    """The printed schema is valid in JavaScript and keeps every rule that front ends ask for."""
    checked = run_script(clients, "schema.mjs", printed_schema)

    assert checked["faults"] == []


def test_faulty_schema(clients: Path) -> None:
    """Each of those rules finds the schema that breaks it."""
    checked = run_script(clients, "schema.mjs", "faulty.graphql")

    assert checked["faults"] == [
        "Query.node has no description",
        "Query.node(id:) has no description",
        "State.GOOD has no description",
        "Thing.self is a name that Swift cannot have",
        "scalar Time is not @specifiedBy",
        "enum State has no UNKNOWN",
        "MendResult: message is String, but String! in BrokenError",
        "BrokenError of MendResult does not implement Error",
        "Error.code must be ErrorCode!",
        "Mutation.mend must take one argument, a non-null input",
        "Mutation.mend must give a nullable payload",
        "Query.node must be Node",
        "Query.nodes must be [Node]!",
        "Query.nodes(ids:) must be [ID!]!",
        "Query.things(first:) must be Int",
        "Query.things(after:) must be String",
        "Query.things(last:) must be Int",
        "Query.things(before:) must be String",
        "Query.things must be nullable",
        "ThingConnection.edges must be [ThingEdge!]!",
        "ThingEdge.cursor must be String!",
        "PageInfo.hasNextPage must be Boolean!",
    ]


def test_relay_compiler(clients: Path, printed_schema: Path, tmp_path: Path) -> None:
    """Relay's compiler takes connections, fragments refetched by node and the mutation, without a warning."""
    compiled = run_script(clients, "relay.mjs", printed_schema, tmp_path)

    assert compiled == {"status": 0, "complaints": [], "artifacts": ARTIFACTS}


def test_code_generator(clients: Path, printed_schema: Path) -> None:
    """GraphQL Code Generator has types for the whole schema and for each operation that GraphiQL offers."""
    operations = REPOSITORY / "graphiql" / "src" / "operations"

    generated = run_script(clients, "codegen.mjs", printed_schema, operations)

    assert generated == {
        "missing": [],
        "operations": [
            "CancelMutation",
            "CancelMutationVariables",
            "HistoryQuery",
            "HistoryQueryVariables",
            "OneOrderQuery",
            "OneOrderQueryVariables",
        ],
    }


# The running gateway


def test_apollo_client(clients: Path, demo_endpoint: str) -> None:
    """Apollo Client appends a page to its cached list, and an open query sees a cancellation unasked."""
    seen = run_script(clients, "apollo.mjs", demo_endpoint)

    assert seen == {
        "totalCount": 1917,
        "orderNumbers": TEN_ORDERS,
        "outcome": "CancellationPending",
        "statusBefore": "ORDER_ITEM_CONFIRMED",
        "statusAfterwards": "CUSTOMER_CANCELLATION_PENDING",
        "exchanges": [f"POST 200 {JSON}", f"POST 200 {JSON}", f"POST 200 {JSON}"],
        "warnings": [],
    }


def test_urql(clients: Path, demo_endpoint: str) -> None:
    """urql, which asks by GET, joins pages in its cache and sees a cancellation there without a request."""
    seen = run_script(clients, "urql.mjs", demo_endpoint)

    assert seen == {
        "totalCount": 1917,
        "orderNumbers": TEN_ORDERS,
        "outcome": "CancellationPending",
        "statusBefore": "ORDER_ITEM_CONFIRMED",
        "statusAfterwards": "CUSTOMER_CANCELLATION_PENDING",
        "exchanges": [f"GET 200 {JSON}", f"GET 200 {JSON}", f"POST 200 {JSON}"],
        "warnings": [],
    }


def test_graphql_ws(clients: Path, demo_endpoint: str) -> None:
    """graphql-ws follows an order, cancels over the same socket, and is told of the new state unasked."""
    seen = run_script(clients, "follow.mjs", demo_endpoint)

    assert seen == {
        "states": ["ORDER_ITEM_CONFIRMED", "CancellationPending", "CUSTOMER_CANCELLATION_PENDING"],
        "sockets": 1,
    }


def test_relay_store(clients: Path, demo_endpoint: str, printed_schema: Path, tmp_path: Path) -> None:
    """Relay pages through node(id:), sees a cancellation in its store, and can fetch the item again."""
    run_script(clients, "relay.mjs", printed_schema, tmp_path)

    seen = run_script(clients, "relay-store.mjs", demo_endpoint, tmp_path)

    assert seen == {
        "totalCount": 1917,
        "orderNumbers": TEN_ORDERS,
        "outcome": "CancellationPending",
        "statusBefore": "ORDER_ITEM_CONFIRMED",
        "statusAfterwards": "CUSTOMER_CANCELLATION_PENDING",
        "statusRefetched": "CUSTOMER_CANCELLATION_PENDING",
        "exchanges": [f"POST 200 {JSON}"] * 4,
        "warnings": [],
    }


def test_audits(clients: Path, demo_endpoint: str) -> None:
    """The gateway does all that GraphQL over HTTP asks of a server: 61 of graphql-http's 61 audits."""
    audits = run_script(clients, "audits.mjs", demo_endpoint)
    print(f"graphql-http audits: {audits['passed']}/{audits['total']}")  # noqa: T201  # the figure, for those who run it

    assert audits == {"passed": 61, "total": 61, "failed": []}
