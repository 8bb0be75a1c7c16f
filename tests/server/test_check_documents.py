"""`gateway check-documents`: what a manifest's operations cost, and whether the gateway would serve them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run_command

ORDERS = "query Orders($first: Int) { viewer { orders(first: $first) { nodes { orderNumber } } } }"
CANCEL = """mutation Cancel($input: CancelOrderItemsInput!) {
  cancelOrderItems(input: $input) { result { __typename } }
}"""
WATCH = "subscription Watch($id: ID!) { orderChanged(id: $id) { id } }"
OLD = "query Old($id: ID!) { order(id: $id) { cancellation { state } } }"
NODES = "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id } }"
VIEWER = "{ viewer { id } }"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def codegen(*texts: str) -> dict[str, Any]:
    """As GraphQL Code Generator's client preset writes it."""
    return {f"sha256:{digest(text)}": text for text in texts}


def relay(*texts: str) -> dict[str, Any]:
    return {digest(text): text for text in texts}


def apollo(*texts: str) -> dict[str, Any]:
    operations = [{"id": digest(text), "name": "X", "type": "query", "body": text} for text in texts]
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}


async def check(
    folder: Path, *manifests: dict[str, Any] | str, **environment: str
) -> tuple[int | None, list[str]]:
    """Exit status and the lines that are printed, without the folder's name."""
    files = [folder / f"{number}.json" for number, _ in enumerate(manifests)]
    for file, content in zip(files, manifests, strict=True):
        file.write_text(content if isinstance(content, str) else json.dumps(content))
    status, output, errors = await run_command("check-documents", *map(str, files), **environment)
    assert errors == ""
    return status, output.replace(f"{folder}/", "").splitlines()


def line(title: str, text: str, verdict: str) -> str:
    return f"  {title} {digest(text)[:12]}…: {verdict}"


async def test_every_format(tmp_path: Path) -> None:
    """The manifests of three tools are read; each operation has its cost, which variables may change."""
    texts = (ORDERS, CANCEL, WATCH, NODES, VIEWER)
    operations = [
        line("query Orders", ORDERS, "cost 1 to 10"),
        line("mutation Cancel", CANCEL, "cost 3"),
        line("subscription Watch", WATCH, "cost 1"),
        line("query Nodes", NODES, "cost 1 to 100"),
        line("query (no name)", VIEWER, "cost 0"),
    ]

    status, lines = await check(tmp_path, codegen(*texts), relay(*texts), apollo(*texts))

    assert (status, lines) == (
        0,
        [part for file in "012" for part in (f"{file}.json: 5 operations, 0 refused", *operations)],
    )


async def test_deprecated(tmp_path: Path) -> None:
    """What an operation uses that is deprecated is printed with its reason, and fails nothing."""
    status, lines = await check(tmp_path, relay(OLD))

    assert status == 0
    assert "\n".join(lines[2:]) == (
        "    deprecated: The field Order.cancellation is deprecated. "
        "It may concern only some of the items. Use `cancellations`, or `cancellation` of an item."
    )


@pytest.mark.parametrize(
    ("text", "environment", "title", "problem"),
    [
        ("query Bad { nothing }", {}, "query Bad", "Cannot query field 'nothing' on type 'Query'."),
        ("{ viewer", {}, "document", "Syntax Error: Expected Name, found <EOF>."),
        (
            "query Deep { viewer { calendarFeed { url } } }",
            {"GATEWAY_LIMIT_DEPTH": "2"},
            "query Deep",
            "Depth must be 2 at most, got 3.",
        ),
        (
            "query Dear { viewer { orders(first: 100) { nodes { id } } } }",
            {"GATEWAY_LIMIT_COST": "9"},
            "query Dear",
            "Cost must be 9 at most, got 10.",
        ),
        (
            "query Schema { __schema { description } }",
            {"GATEWAY_PROFILE": "production"},
            "query Schema",
            (
                "GraphQL introspection has been disabled, "
                "but the requested query contained the field '__schema'."
            ),
        ),
    ],
)
async def test_refused(
    tmp_path: Path, text: str, environment: dict[str, str], title: str, problem: str
) -> None:
    """An operation that the gateway would always refuse exits with 1, by the gateway's message."""
    status, lines = await check(tmp_path, codegen(text, VIEWER), **environment)

    assert (status, lines) == (
        1,
        [
            "0.json: 2 operations, 1 refused",
            line(title, text, "refused"),
            f"    {problem}",
            line("query (no name)", VIEWER, "cost 0"),
        ],
    )


async def test_expensive_values(tmp_path: Path) -> None:
    """An operation that only some values make too expensive is served; the report says when it is not."""
    status, lines = await check(tmp_path, relay(ORDERS), GATEWAY_LIMIT_COST="5")

    assert (status, lines[1]) == (0, line("query Orders", ORDERS, "cost 1 to 10, refused above 5"))


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ("[", ["0.json: is not JSON"]),
        ("{}", ["0.json: contains no documents"]),
        ("[]", ["0.json: contains no documents"]),
        ({"a": 1}, ["0.json: must be an object of id → text, or Apollo's manifest"]),
        (
            {"0" * 64: VIEWER},
            [
                "0.json: 1 operations, 1 refused",
                "  document 000000000000…: refused",
                "    Its id is not the SHA-256 of its text.",
            ],
        ),
        (
            {"operations": [{"id": "a", "body": VIEWER}, {"id": "a", "body": VIEWER}, 5]},
            [
                "0.json: 1 operations, 0 refused",
                "  query (no name) a: cost 0",
                "  2 entries have no id, or the id of another entry",
            ],
        ),
    ],
)
async def test_bad_manifest(tmp_path: Path, manifest: Any, expected: list[str]) -> None:
    """A manifest that names no documents, or names them wrongly, exits with 1; others are still checked."""
    status, lines = await check(tmp_path, manifest, relay(VIEWER))

    good = ["1.json: 1 operations, 0 refused", line("query (no name)", VIEWER, "cost 0")]
    assert (status, lines) == (1, expected + good)


async def test_missing_file() -> None:
    """A file that does not exist is named."""
    status, output, errors = await run_command("check-documents", "/nowhere/manifest.json")

    assert (status, errors) == (1, "")
    assert output == "/nowhere/manifest.json: cannot be read: No such file or directory\n"
