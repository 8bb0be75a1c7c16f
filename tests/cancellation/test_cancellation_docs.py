"""docs/cancellation.md shows what really happens: one request and its answer for each outcome."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway

DOCS = (Path(__file__).parents[2] / "docs" / "cancellation.md").read_text()
MUTATION = re.findall(r"```graphql\n(.*?)```", DOCS, re.DOTALL)[0]

Setup = Callable[[Gateway, Sandbox, Any], Awaitable[None]]


async def as_it_is(_gateway: Gateway, _sandbox: Sandbox, _given: Any) -> None:
    pass


async def after_a_minute(gateway: Gateway, sandbox: Sandbox, given: Any) -> None:
    await gateway.data(MUTATION, input=given)
    sandbox.clock.advance(60)


async def lost(_gateway: Gateway, sandbox: Sandbox, _given: Any) -> None:
    sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))


async def down(_gateway: Gateway, sandbox: Sandbox, _given: Any) -> None:
    sandbox.faults.add(Fault("PATCH /orders/:id", "503"))


async def key_used(gateway: Gateway, _sandbox: Sandbox, given: Any) -> None:
    await gateway.data(MUTATION, input=given | {"orderItemIds": given["orderItemIds"][:1]})


SETUPS: dict[str, Setup] = {
    "CancellationPending": as_it_is,
    "AlreadyCancelled": after_a_minute,
    "CancellationNotPermittedError": as_it_is,
    "OrderNotFoundError": as_it_is,
    "OrderItemNotFoundError": as_it_is,
    "OrderItemNotInOrderError": as_it_is,
    "CancellationUnconfirmedError": lost,
    "CancellationUnavailableError": down,
    "IdempotencyKeyReusedError": key_used,
}


@pytest.mark.parametrize("outcome", SETUPS)
async def test_outcome(gateway: Gateway, sandbox: Sandbox, outcome: str) -> None:
    """Each request that the page shows has the answer that it shows."""
    section = DOCS.split(f"\n### {outcome}\n")[1].split("\n##")[0]
    given, expected = map(json.loads, re.findall(r"```json\n(.*?)```", section, re.DOTALL))
    await SETUPS[outcome](gateway, sandbox, given)

    answer = await gateway.data(MUTATION, input=given)

    assert answer["cancelOrderItems"]["result"] == expected
    assert expected["__typename"] == outcome


def test_every_outcome_is_shown() -> None:
    """The page has a section and a line in its table for every member of the union."""
    schema = (Path(__file__).parents[2] / "schema.graphql").read_text()
    union = re.search(r"union CancelOrderItemsResult =(.*?)\n\n", schema, re.DOTALL)
    assert union
    members = [name.strip() for name in union[1].split("|") if name.strip()]

    assert sorted(SETUPS) == sorted(members)
    assert [name for name in members if f"| `{name}` |" not in DOCS] == []
