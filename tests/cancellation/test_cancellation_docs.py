"""docs/cancellation.md: its examples are run as the page shows them, and no outcome is missing."""

import json
from functools import partial
from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.guides import DOCS, sections
from tests.support.page_examples import examples, outcomes, run_example

PAGE = DOCS / "cancellation.md"
MUTATION = next(block.text for section in sections(PAGE) for block in section.blocks)
EXAMPLES = examples(PAGE)


async def call(gateway: Gateway, variables: Any) -> Any:
    return (await gateway.data(MUTATION, **variables))["cancelOrderItems"]["result"]


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
@pytest.mark.parametrize("outcome", EXAMPLES)
async def test_example(gateway: Gateway, imin: tuple[Sandbox, str], outcome: str) -> None:
    """Every call of an example gives the answer that the page shows; the last one is the outcome's."""
    answers = await run_example(EXAMPLES[outcome], gateway, imin[1], partial(call, gateway))

    assert [answer for answer, _ in answers] == [shown for _, shown in answers]
    assert answers[-1][0]["__typename"] == outcome


@pytest.mark.parametrize(
    "outcome",
    [
        "AlreadyCancelled",
        "CancellationUnconfirmedError",
        "CancellationUnavailableError",
        "IdempotencyKeyReusedError",
    ],
)
async def test_precondition(gateway: Gateway, outcome: str) -> None:
    """Without what the example does first, its last call gives another outcome."""
    variables = EXAMPLES[outcome].blocks[-2]

    answer = await call(gateway, json.loads(variables.text))

    assert answer["__typename"] == "CancellationPending"


def test_every_outcome_is_shown() -> None:
    """The page has an example and a line in its table for every member of the union."""
    members = outcomes("cancelOrderItems")

    assert sorted(EXAMPLES) == sorted(members)
    assert [name for name in members if f"| `{name}` |" not in PAGE.read_text()] == []
