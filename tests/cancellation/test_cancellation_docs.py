"""docs/cancellation.md: its examples are run as the page shows them, and no outcome is missing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "cancellation.md").read_text()
MUTATION = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)[0]
EXAMPLES = dict(
    re.findall(
        r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE.partition("## An example of each")[2], re.DOTALL | re.MULTILINE
    )
)
SANDBOX_REQUEST = re.compile(r"curl http://127\.0\.0\.1:8001(/sandbox/\S+) -d '(.*)'")


async def call(gateway: Gateway, variables: Any) -> Any:
    return (await gateway.data(MUTATION, **variables))["cancelOrderItems"]["result"]


async def run(gateway: Gateway, sandbox_url: str, example: str) -> list[tuple[Any, Any]]:
    """Send the requests of an example in turn; return each answer with the one that the page shows."""
    answers = []
    blocks = re.findall(r"```(\w+)\n(.*?)\n```", example, re.DOTALL)
    while blocks:
        language, text = blocks.pop(0)
        if language == "sh":
            request = SANDBOX_REQUEST.fullmatch(text)
            assert request, text
            form = {"Content-Type": "application/x-www-form-urlencoded"}  # what curl sends
            async with gateway.http.post(sandbox_url + request[1], data=request[2], headers=form) as response:
                assert response.ok, await response.text()
        else:
            _, shown = blocks.pop(0)
            answers.append((await call(gateway, json.loads(text)), json.loads(shown)))
    return answers


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
@pytest.mark.parametrize("outcome", EXAMPLES)
async def test_example(gateway: Gateway, imin: tuple[Sandbox, str], outcome: str) -> None:
    """Every call of an example gives the answer that the page shows; the last one is the outcome's."""
    answers = await run(gateway, imin[1].removesuffix("/api/v2"), EXAMPLES[outcome])

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
    variables = re.findall(r"```json\n(.*?)\n```", EXAMPLES[outcome], re.DOTALL)[-2]

    answer = await call(gateway, json.loads(variables))

    assert answer["__typename"] == "CancellationPending"


def test_every_outcome_is_shown() -> None:
    """The page has an example and a line in its table for every member of the union."""
    schema = (PROJECT / "schema.graphql").read_text()
    union = re.search(r"union CancelOrderItemsResult =(.*?)\n\n", schema, re.DOTALL)
    assert union
    members = [name.strip() for name in union[1].split("|") if name.strip()]

    assert sorted(EXAMPLES) == sorted(members)
    assert [name for name in members if f"| `{name}` |" not in PAGE] == []
