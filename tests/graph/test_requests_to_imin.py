"""The requests that imin receives for each operation that a front end sends, as a table."""

from typing import Any

import pytest

from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.checkout import for_sale

ORDERS, ORDER, PATCH = "GET /orders", "GET /orders/:id", "PATCH /orders/:id"
UPCOMING, ACCOUNT = "GET /order-items", "GET /customer-accounts/:id"
CHECKOUT, ACTIONS = "POST /api/checkout-sessions", "POST /customer-accounts/:id/actions"

BOOK = "mutation { createCheckoutSession(input: {opportunityId: $session%s}) { result { __typename } } }"
UPDATE = "mutation { updateCustomerAccount(input: {%s}) { result { __typename } } }"
CANCEL = (
    "mutation { cancelOrderItems(input: {orderId: $order, orderItemIds: [$item]}) { result { __typename } } }"
)
ITEMS = "{ viewer { orders(first: 10) { nodes { items { %s } } } } }"

TABLE: list[tuple[str, dict[str, int]]] = [
    ("{ viewer { identifier } }", {}),
    ("{ viewer { name } }", {ACCOUNT: 1}),
    ("{ viewer { orders(first: 10) { totalCount nodes { id } } } }", {ORDERS: 1}),
    ("{ viewer { orders(first: 100) { nodes { id } } } }", {ORDERS: 10}),
    ("{ viewer { upcomingOrderItems(first: 10) { nodes { order { id } } } } }", {UPCOMING: 1, ORDER: 7}),
    (ITEMS % "session { name } calendarUrl cancellation { state }", {ORDERS: 1}),
    (ITEMS % "bookAgain { opportunityId offerId checkoutUrl }", {ORDERS: 1}),
    ("{ a: node(id: $order) { id } b: node(id: $order) { id } }", {ORDER: 1}),
    ("{ cancellationPreview(orderId: $order, orderItemIds: [$item]) { isPermitted } }", {ORDER: 1}),
    (CANCEL, {ORDER: 2, PATCH: 1}),
    (
        "{ opportunity(type: SCHEDULED_SESSION, identifier: $session) { name } }",
        {"GET /events-api/v2/scheduled-sessions/:id": 1},
    ),
    ("{ entitlements { identifier } }", {"GET /entitlements": 1}),
    (BOOK % "", {CHECKOUT: 1}),
    (BOOK % ', offerId: "https://unknown.example/"', {CHECKOUT: 1}),
    (BOOK % ', attendees: ["1234", "group"]', {CHECKOUT: 1}),
    (BOOK % ', customerId: "a b"', {}),
    (BOOK % ', returnUrl: "javascript:x"', {}),
    (UPDATE % 'givenName: "Ann"', {ACTIONS: 1}),
    (UPDATE % 'email: "none"', {}),
    ("mutation { resetCalendarFeed(input: {}) { result { __typename } } }", {}),
]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    base = settings.imin_base_url.removesuffix("/api/v2")
    return settings.but(search_base_url=f"{base}/search", checkout_base_url=base)


@pytest.mark.parametrize(("operation", "expected"), TABLE, ids=range(len(TABLE)))
async def test_requests(gateway: Gateway, sandbox: Sandbox, operation: str, expected: dict[str, int]) -> None:
    """An operation causes exactly these requests."""
    data = await gateway.data("{ viewer { orders(first: 1) { nodes { id items { id } } } } }")
    [order] = data["viewer"]["orders"]["nodes"]
    variables: dict[str, Any] = {
        "order": order["id"],
        "item": order["items"][0]["id"],
        "session": for_sale(sandbox)[0],
    }
    used = {name: value for name, value in variables.items() if f"${name}" in operation}
    if used:
        kind, _, rest = operation.partition("{")
        declared = ", ".join(f"${name}: ID!" for name in used)
        operation = f"{kind.strip() or 'query'} ({declared}) {{{rest}"
    sandbox.request_log.clear()

    answer = await gateway.answer(operation, **used)

    assert sandbox.request_log.counts() == expected
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes <= {"BAD_USER_INPUT"}
    assert bool(codes) <= (expected == {})
