"""Requests to imin for each operation, in a table."""

from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.accounts import ACTIONS, CREATE, DELETE, READ, VALID, document
from tests.support.imin import DOCUMENTED

ENTITLEMENTS, HISTORY, ITEMS = "GET /entitlements", "GET /orders", "GET /order-items"
_CUSTOMER = "{ customer { name accessPasses { text } entitlements { validThrough } } }"

ROWS: dict[str, tuple[str, dict[str, Any], dict[str, int]]] = {
    "identity": ("{ viewer { id identifier cardManagementUrl calendarFeed { url } } }", {}, {}),
    "account": (
        "{ viewer { name email birthDate accessPasses { text } outstandingActions { url } } }",
        {},
        {READ: 1},
    ),
    "10 orders": ("{ viewer { orders(first: 10) { totalCount nodes { id } } } }", {}, {HISTORY: 1}),
    "100 orders": ("{ viewer { orders(first: 100) { nodes { id } } } }", {}, {HISTORY: 10}),
    "upcoming items": ("{ viewer { upcomingOrderItems { nodes { id } } } }", {}, {ITEMS: 1}),
    "all of a page": (
        "{ viewer { name orders { totalCount } upcomingOrderItems { totalCount } } entitlements { iri } }",
        {},
        {READ: 1, HISTORY: 1, ITEMS: 1, ENTITLEMENTS: 1},
    ),
    "order": (f'{{ order(identifier: "{DOCUMENTED}") {{ id }} }}', {}, {"GET /orders/:id": 1}),
    "reset of a feed": ("mutation { resetCalendarFeed(input: {}) { result { __typename } } }", {}, {}),
    "creation": (
        document("createCustomerAccount", "... on CustomerAccountCreated { customer { name } }"),
        VALID["createCustomerAccount"],
        {CREATE: 1},
    ),
    "update": (document("updateCustomerAccount"), VALID["updateCustomerAccount"], {ACTIONS: 1}),
    "update, with the account": (
        document("updateCustomerAccount", f"... on CustomerAccountUpdated {_CUSTOMER}"),
        VALID["updateCustomerAccount"],
        {ACTIONS: 1, READ: 1},
    ),
    "update of nobody": (
        document("updateCustomerAccount"),
        {"givenName": "Ann", "customerId": "../orders"},
        {},
    ),
    "deletion": (document("deleteCustomerAccount"), VALID["deleteCustomerAccount"], {DELETE: 1}),
    "pass": (document("setAccessPass"), VALID["setAccessPass"], {ACTIONS: 1}),
    "pass, with the account": (
        document("setAccessPass", f"... on AccessPassSet {_CUSTOMER}"),
        VALID["setAccessPass"],
        {ACTIONS: 1, READ: 1},
    ),
    "pass that is refused": (document("setAccessPass"), {"text": "XYZ1"}, {ACTIONS: 1}),
    "entitlement": (document("setEntitlement"), VALID["setEntitlement"], {ACTIONS: 1}),
    "entitlement, with the account": (
        document("setEntitlement", f"... on EntitlementSet {_CUSTOMER}"),
        VALID["setEntitlement"],
        {ACTIONS: 1, READ: 1},
    ),
}


@pytest.mark.parametrize("name", ROWS)
async def test_requests(gateway: Gateway, sandbox: Sandbox, name: str) -> None:
    """Each operation makes exactly these requests."""
    query, input_, expected = ROWS[name]

    await gateway.data(query, **({"input": input_} if input_ else {}))

    assert sandbox.request_log.counts() == expected
