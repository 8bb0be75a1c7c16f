"""The schema as a contract: committed, valid and described."""

import re
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLNamedType,
    build_schema,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_introspection_type,
    is_object_type,
    is_specified_scalar_type,
    validate_schema,
)

from gateway.graph.schema import DESCRIPTION, schema_text
from gateway.graph.schema import build_schema as build_gateway_schema

COMMITTED = (Path(__file__).parents[2] / "schema.graphql").read_text()


def test_committed_schema_is_current() -> None:
    """schema.graphql is the schema that the code declares; `make schema` writes it."""
    assert schema_text() == COMMITTED


def test_valid() -> None:
    """graphql-core finds no error in the schema."""
    assert validate_schema(build_schema(COMMITTED)) == []


def test_schema_described() -> None:
    """The schema itself has a description, in the SDL and in introspection."""
    introspected = build_gateway_schema().execute_sync("{ __schema { description } }").data

    assert build_schema(COMMITTED).description == DESCRIPTION
    assert introspected == {"__schema": {"description": DESCRIPTION}}


def descriptions(kind: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """Descriptions of a type, its fields, their arguments and its enum values, by the path of each."""
    yield kind.name, kind.description
    if is_enum_type(kind):
        for name, value in kind.values.items():
            yield f"{kind.name}.{name}", value.description
    if is_object_type(kind) or is_interface_type(kind) or is_input_object_type(kind):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field.description
    if is_object_type(kind) or is_interface_type(kind):
        for name, field in kind.fields.items():
            for argument, definition in field.args.items():
                yield f"{kind.name}.{name}({argument})", definition.description


ALL_DESCRIPTIONS = dict(
    described
    for kind in build_schema(COMMITTED).type_map.values()
    if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
    for described in descriptions(kind)
)

UNUSUAL_WORDS = re.compile(
    r"\b(told|tells?|telling|wanted|kept|nobody|somebody|anew|whoever|else"
    r"|so many|for a while|such as|asked of)\b",
    re.IGNORECASE,
)


def test_everything_described() -> None:
    """Every type, field, argument and enum value has a description."""
    assert [path for path, text in ALL_DESCRIPTIONS.items() if not text] == []


def test_descriptions_are_sentences() -> None:
    """A description starts with a capital letter or code, ends with a full stop, and is plain."""
    texts = {path: text or "" for path, text in ALL_DESCRIPTIONS.items()}

    assert [path for path, text in texts.items() if not re.match(r"[A-Z`]", text)] == []
    assert [path for path, text in texts.items() if not text.endswith(".")] == []
    assert [path for path, text in texts.items() if UNUSUAL_WORDS.search(text)] == []
