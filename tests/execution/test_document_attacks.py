"""Known attacks by crafted documents and request bodies."""

import json

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.crafted_documents import DOCUMENTS, crafted
from tests.support.work import MAX_PARSES, calls_for, most_calls, parses_for


@pytest.mark.parametrize("kind", DOCUMENTS)
async def test_documents(production: Gateway, sandbox: Sandbox, kind: str) -> None:
    """A malicious document is refused with a coded 400 and at most five errors."""
    headers = {"Accept": "application/graphql-response+json"}
    body = {"query": DOCUMENTS[kind]}
    async with production.http.post(f"{production.url}/graphql", json=body, headers=headers) as response:
        answer = await response.json()

    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert response.status == 400
    assert codes <= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "LIMIT_EXCEEDED"}
    assert len(answer["errors"]) <= 5
    assert "Did you mean" not in str(answer)
    assert "4300" not in str(answer)
    assert sandbox.request_log.entries == []


@pytest.mark.no_cover  # it compares processor times, and only the gateway's lines would be traced
@pytest.mark.parametrize("kind", DOCUMENTS)
async def test_documents_cost_little(production: Gateway, kind: str) -> None:
    """Refusing a malicious document takes little work, in proportion to its length."""
    await production.answer("{ viewer { id } }")  # creates what is created once
    whole, half = DOCUMENTS[kind], crafted(parts=2)[kind]

    calls = await calls_for(production, whole)

    assert calls <= most_calls(whole)
    assert calls <= 2.2 * await calls_for(production, half)
    # Counts do not show how long a single call into C takes.
    assert await parses_for(production, whole) <= MAX_PARSES


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([{"query": "{ __typename }"}] * 11),
        '{"query": "query ($a: ID!) { node(id: $a) { id } }", "variables": {"a": '
        + "[" * 900
        + "]" * 900
        + "}}",
        '{"query": "query ($a: ID!) { node(id: $a) { id } }", "variables": {"a": '
        + "[" * 9_000
        + "]" * 9_000
        + "}}",
        '{"query": "query ($a: Int) { viewer { orders(first: $a) { id } } }", "variables": {"a": 1e400}}',
        '{"query": "query ($a: Int) { viewer { orders(first: $a) { id } } }", "variables": {"a": NaN}}',
        '{"query": "query ($a: ID!) { node(id: $a) { id } }", "variables": {"a": "\\ud800"}}',
        json.dumps({"query": "query A { viewer { id } }", "operationName": "x" * 60_000}),
    ],
)
async def test_bodies(production: Gateway, sandbox: Sandbox, body: str) -> None:
    """A malicious request body is refused with a coded 400."""
    headers = {"Accept": "application/graphql-response+json", "Content-Type": "application/json"}
    async with production.http.post(f"{production.url}/graphql", data=body, headers=headers) as response:
        answer = await response.text()

    assert response.status == 400
    assert "INTERNAL" not in answer
    assert sandbox.request_log.entries == []
