"""@semanticNonNull: the marked fields are null only with an error."""

import re

import pytest

from gateway.graph.schema import build_schema
from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway

CANCEL = 'mutation { cancelOrderItems(input: {orderId: "x", orderItemIds: ["y"]}) { result { __typename } } }'
QUERIES = {
    "Customer.orders": "{ viewer { orders { totalCount } } }",
    "Customer.upcomingOrderItems": "{ viewer { upcomingOrderItems { totalCount } } }",
    "Query.entitlements": "{ entitlements { identifier } }",
}

ELSEWHERE = {"Customer.calendarFeed", "Mutation.resetCalendarFeed", "Customer.linkedAccounts"}
"""Fields that do not depend on imin: see tests/replicas/test_shared_calendars.py."""


def marked() -> set[str]:
    """The fields that the printed schema marks."""
    found, parent = set(), ""
    for line in build_schema().as_str().splitlines():
        if opening := re.match(r"(?:type|interface) (\w+)", line):
            parent = opening[1]
        if field := re.match(r"  (\w+)(?:\(.*\))?: .*@semanticNonNull", line):
            found.add(f"{parent}.{field[1]}")
        elif start := re.match(r"  (\w+)\($", line):
            name = start[1]
        elif re.match(r"  \): .*@semanticNonNull", line):
            found.add(f"{parent}.{name}")
    return found


MUTATIONS = {
    f"Mutation.{name}"
    for name in (
        "cancelOrderItems",
        "createCheckoutSession",
        "createCustomerAccount",
        "updateCustomerAccount",
        "deleteCustomerAccount",
        "setAccessPass",
        "setEntitlement",
    )
}
"""Their payload is null only if the input is invalid; `test_mutation` tries one of them."""


def test_marked_fields() -> None:
    """Everything that is marked is tried below, and no field that is non-null anyway is marked."""
    assert marked() == {*QUERIES, *ELSEWHERE, *MUTATIONS}
    assert re.search(r"! @semanticNonNull", build_schema().as_str()) is None


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
async def test_error(gateway: Gateway, sandbox: Sandbox, query: str) -> None:
    """The field has a value, and is null with an error at its path when imin fails."""
    good = await gateway.answer(query)
    sandbox.faults.add(Fault("*", "503", times=None))

    bad = await gateway.answer(query)

    path = bad["errors"][0]["path"]
    assert "errors" not in good
    for answer, is_null in ((good, False), (bad, True)):
        value = answer["data"]
        for name in path:
            value = value[name]
        assert (value is None) == is_null


async def test_mutation(gateway: Gateway) -> None:
    """A mutation's payload is null only with an error, for example for an input that is not valid."""
    good = await gateway.answer(CANCEL)
    bad = await gateway.answer(CANCEL.replace('["y"]', "[]"))

    assert good == {"data": {"cancelOrderItems": {"result": {"__typename": "OrderNotFoundError"}}}}
    assert (bad["data"], bad["errors"][0]["path"]) == ({"cancelOrderItems": None}, ["cancelOrderItems"])
