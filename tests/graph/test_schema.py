"""The schema as a contract: committed, described, and kept."""

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

from gateway.graph.schema import build_schema as build_gateway_schema

COMMITTED = (Path(__file__).parents[2] / "schema.graphql").read_text()


def test_committed_schema_is_current() -> None:
    """schema.graphql is what the code declares; `make schema` renews it."""
    assert build_gateway_schema().as_str() + "\n" == COMMITTED


def test_valid() -> None:
    """graphql-core finds nothing wrong with it."""
    assert validate_schema(build_schema(COMMITTED)) == []


def test_everything_described() -> None:
    """Every type, field, argument and enum value says what it is."""
    bare: list[str] = []
    for name, kind in build_schema(COMMITTED).type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        bare += [] if kind.description else [name]
        bare += [f"{name}.{member}" for member in _undescribed(kind)]

    assert bare == []


def _undescribed(kind: GraphQLNamedType) -> list[str]:
    if is_enum_type(kind):
        return [name for name, value in kind.values.items() if not value.description]
    if not (is_object_type(kind) or is_interface_type(kind) or is_input_object_type(kind)):
        return []
    bare = [name for name, field in kind.fields.items() if not field.description]
    if not is_input_object_type(kind):
        for name, field in kind.fields.items():
            bare += [f"{name}({arg})" for arg, argument in field.args.items() if not argument.description]
    return bare
