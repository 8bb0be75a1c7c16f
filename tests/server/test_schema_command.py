"""`gateway schema`: the schema as SDL, and as the result of introspection."""

import json

from graphql import build_client_schema, find_breaking_changes
from graphql import build_schema as schema_of_text

from tests.support.commands import PROJECT, run_command

COMMITTED = (PROJECT / "schema.graphql").read_text()


async def test_sdl() -> None:
    """Without options it prints schema.graphql."""
    assert await run_command("schema") == (0, COMMITTED, "")


async def test_json() -> None:
    """With --json it prints what `buildClientSchema` takes: the same schema, with its input details."""
    status, output, errors = await run_command("schema", "--json")
    content = json.loads(output)
    assert (status, errors) == (0, "")

    assert list(content) == ["__schema"]
    schema, committed = build_client_schema(content), schema_of_text(COMMITTED)
    assert find_breaking_changes(committed, schema) == find_breaking_changes(schema, committed) == []
    assert schema.type_map["Query"].description == committed.type_map["Query"].description
    types = {entry["name"]: entry for entry in content["__schema"]["types"]}
    assert types["DateTime"]["specifiedByURL"]
    assert types["CancelOrderItemsInput"]["isOneOf"] is False
    assert "isDeprecated" in types["CancelOrderItemsInput"]["inputFields"][0]
