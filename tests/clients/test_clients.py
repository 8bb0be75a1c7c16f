"""Real front-end tools work with the printed schema and with the running gateway."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import build_schema, validate_schema

from tests.support.processes import (
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
    "OrderPageQuery",
    "SessionCardRefetchQuery",
    "SessionCard_session",
    "VenueCardRefetchQuery",
    "VenueCard_place",
]


@pytest.fixture(scope="module")
def clients() -> Path:
    """The npm project with the tools and the scripts that use them."""
    return installed(Path(__file__).parent)


@pytest.fixture(scope="module")
def demo_endpoint() -> Iterator[str]:
    """The GraphQL URL of a demo. The tests of this file share it; each cancels another item."""
    with running_demo() as url:
        yield f"{url}/graphql"


@pytest.fixture(scope="module")
def printed_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the output of `gateway schema`."""
    file = tmp_path_factory.mktemp("schema") / "schema.graphql"
    with file.open("w", encoding="utf-8") as output:
        subprocess.run(  # noqa: S603  # our own command
            gateway_command("schema"), cwd=REPOSITORY, env=clean_environment(), stdout=output, check=True
        )
    return file


# The schema


def test_schema_by_graphql_core(printed_schema: Path) -> None:
    """The printed schema is valid for graphql-core."""
    schema = build_schema(printed_schema.read_text(encoding="utf-8"))

    assert validate_schema(schema) == []


def test_schema_by_graphql_js(clients: Path, printed_schema: Path) -> None:
    """The printed schema is valid for graphql-js, and follows every rule that front ends rely on."""
    checked = run_script(clients, "schema.mjs", printed_schema)

    assert checked["faults"] == []


def test_faulty_schema(clients: Path) -> None:
    """Each of those rules finds a schema that breaks it."""
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
    """Relay's compiler accepts connections, refetchable fragments and the mutation, without a warning."""
    compiled = run_script(clients, "relay.mjs", printed_schema, tmp_path)

    assert compiled == {"status": 0, "complaints": [], "artifacts": ARTIFACTS}


def test_nullability(clients: Path, printed_schema: Path, tmp_path: Path) -> None:
    """Clients that handle errors themselves get non-null types for what is null only with an error."""
    nullable = run_script(clients, "nullability.mjs", printed_schema, tmp_path)

    by_both = {
        "viewer": True,
        "orders": False,
        "upcomingOrderItems": False,
        "nodes": False,
        "session": True,
    }
    assert nullable == {"relay": by_both, "codegen": by_both}


def test_code_generator(clients: Path, printed_schema: Path) -> None:
    """GraphQL Code Generator writes types for the whole schema, and for each operation in GraphiQL's tabs."""
    operations = REPOSITORY / "graphiql" / "src" / "operations"

    generated = run_script(clients, "codegen.mjs", printed_schema, operations)

    assert generated == {
        "missing": [],
        "operations": [
            "AccountMutation",
            "AccountMutationVariables",
            "BookMutation",
            "BookMutationVariables",
            "CancelMutation",
            "CancelMutationVariables",
            "FollowSubscription",
            "FollowSubscriptionVariables",
            "HistoryQuery",
            "HistoryQueryVariables",
            "OneOrderQuery",
            "OneOrderQueryVariables",
            "PreviewQuery",
            "PreviewQueryVariables",
        ],
    }


# The running gateway


def test_apollo_client(clients: Path, demo_endpoint: str) -> None:
    """Apollo Client appends a page to its cached list, and an open query sees a cancellation by itself."""
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
    """urql, which queries by GET, joins pages in its cache, and sees a cancellation there by itself."""
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


@pytest.mark.parametrize("client", ["apollo", "urql"])
def test_two_queries(clients: Path, demo_endpoint: str, client: str) -> None:
    """Two components that select different fields share one copy of a session: two queries, one mutation.

    Without ids, each result would replace the other's sessions, and both would be queried again and again.
    """
    seen = run_script(clients, f"{client}-two-queries.mjs", demo_endpoint)

    assert seen == {
        "before": ["ORDER_ITEM_CONFIRMED"] * 2,
        "afterwards": ["CUSTOMER_CANCELLATION_PENDING"] * 2,
        "cached": ["CUSTOMER_CANCELLATION_PENDING"] * 2,
        "requests": 3,
        "warnings": [],
    }


def test_kit(clients: Path, demo_endpoint: str) -> None:
    """With the kit, components share prices, offers and terms, and an order of a list is found by its id.

    A price that differs replaces the one before: nothing of the old one is shown beside it. A list that
    cannot be read is null, and if a further page cannot, those before it stay.
    """
    seen = run_script(clients, "kit.mjs", demo_endpoint)

    assert seen == {
        "apollo": {
            "withoutList": [None, 3],
            "requests": 2,
            "found": 2,
            "isLabelled": True,
            "labelOfAnotherAmount": None,
        },
        "urql": {"requests": 2, "found": 2},
        "warnings": [],
    }


def test_graphql_ws(clients: Path, demo_endpoint: str) -> None:
    """graphql-ws watches an order, cancels it over the same WebSocket, and then receives the new state."""
    seen = run_script(clients, "graphql-ws.mjs", demo_endpoint)

    assert seen == {
        "states": ["ORDER_ITEM_CONFIRMED", "CancellationPending", "CUSTOMER_CANCELLATION_PENDING"],
        "sockets": 1,
    }


def test_relay_store(clients: Path, demo_endpoint: str, printed_schema: Path, tmp_path: Path) -> None:
    """Relay pages through node(id:), sees a cancellation, and refetches the item, its session and venue."""
    run_script(clients, "relay.mjs", printed_schema, tmp_path)

    seen = run_script(clients, "relay-store.mjs", demo_endpoint, tmp_path)

    assert seen == {
        "totalCount": 1917,
        "orderNumbers": TEN_ORDERS,
        "outcome": "CancellationPending",
        "statusBefore": "ORDER_ITEM_CONFIRMED",
        "statusAfterwards": "CUSTOMER_CANCELLATION_PENDING",
        "statusRefetched": "CUSTOMER_CANCELLATION_PENDING",
        "isSameVenue": True,
        "foundById": "available",
        "recordsAdded": 0,
        "exchanges": [f"POST 200 {JSON}"] * 6,
        "warnings": [],
    }


def test_audits(clients: Path, demo_endpoint: str) -> None:
    """The gateway passes all of graphql-http's 61 audits of the GraphQL over HTTP specification."""
    audits = run_script(clients, "audits.mjs", demo_endpoint)
    print(f"graphql-http audits: {audits['passed']}/{audits['total']}")  # noqa: T201  # shown with pytest -s

    assert audits == {"passed": 61, "total": 61, "failed": []}
