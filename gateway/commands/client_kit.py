"""The client kit: what front-end tools have to know of the schema, in the files that they read.

These files are in clients/, beside JavaScript that makes options of Apollo Client, urql and Relay of them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_interface_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
    is_scalar_type,
    is_specified_scalar_type,
)

from gateway.graph.schema import build_schema

_WithFields: TypeAlias = GraphQLObjectType | GraphQLInterfaceType

_TYPESCRIPT = dict.fromkeys(("Date", "DateTime", "Decimal", "Duration", "Time", "URL"), "string")
"""The TypeScript type of each scalar, as it is in JSON. A Decimal is text: a number would lose digits."""

_WINDOW = {"first", "after", "last", "before"}
_PAGE_TYPES = ("Connection", "Edge", "PageInfo")
_KINDS = {GraphQLObjectType: "OBJECT", GraphQLInterfaceType: "INTERFACE", GraphQLUnionType: "UNION"}
_ANY: dict[str, object] = {"kind": "SCALAR", "name": "Any"}


def client_kit() -> dict[str, str]:
    """The text of each generated file of the kit, by its name."""
    return kit_of(build_schema()._schema)  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema


def kit_of(schema: GraphQLSchema) -> dict[str, str]:
    """The same of any schema. Raises KeyError for a scalar whose TypeScript type is not known."""
    types = [schema.type_map[name] for name in sorted(schema.type_map) if not name.startswith("__")]
    scalars = {
        kind.name: _TYPESCRIPT[kind.name]
        for kind in types
        if is_scalar_type(kind) and not is_specified_scalar_type(kind)
    }
    possible_types = {
        kind.name: sorted(member.name for member in schema.get_possible_types(kind))
        for kind in types
        if is_abstract_type(kind)
    }
    return {
        "scalars.json": _json(scalars),
        "possibleTypes.json": _json(possible_types),
        "relay.json": _json({"customScalarTypes": scalars, "requireCustomScalarTypes": True}),
        "introspection.json": _introspection(schema),
        "cache.js": _cache(schema, [kind for kind in types if is_object_type(kind)]),
    }


def _cache(schema: GraphQLSchema, objects: Iterable[GraphQLObjectType]) -> str:
    """A module with what normalised caches have to know."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    kinds = [kind for kind in objects if kind not in roots]
    values = [kind.name for kind in kinds if "id" not in kind.fields]
    constants = {
        "values": ("Types without an id: each object is a part of the one that holds it.", values),
        "pages": ("Those of them that pages of lists consist of.", _of_pages(values)),
        "lists": (
            "Fields with lists of objects, by type, without those of pages.",
            _filled({kind.name: _lists(kind) for kind in kinds if not kind.name.endswith(_PAGE_TYPES)}),
        ),
        "connections": (
            "Fields with pages, by type, and the arguments that choose another list.",
            _filled({kind.name: _connections(kind) for kind in kinds}),
        ),
        "lookups": (
            "Fields of Query that find an object by its id, and its type; null if it can have any.",
            _lookups(schema),
        ),
    }
    parts = [
        f"\n/** {comment} */\nexport const {name} = {_json(value).rstrip()};\n"
        for name, (comment, value) in constants.items()
    ]
    return (
        "// What normalised caches have to know of the schema. `make schema` writes this file.\n"
        + "".join(parts)
    )


def _of_pages(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.endswith(_PAGE_TYPES)]


def _lists(kind: GraphQLObjectType) -> list[str]:
    return [
        name
        for name, field in kind.fields.items()
        if is_list_type(get_nullable_type(field.type)) and not is_leaf_type(get_named_type(field.type))
    ]


def _connections(kind: GraphQLObjectType) -> dict[str, list[str]]:
    return {
        name: [argument for argument in field.args if argument not in _WINDOW]
        for name, field in kind.fields.items()
        if field.args.keys() >= _WINDOW
    }


def _lookups(schema: GraphQLSchema) -> dict[str, str | None]:
    found = {}
    for name, field in schema.query_type.fields.items() if schema.query_type else ():
        kind = get_nullable_type(field.type)
        if isinstance(kind, _WithFields) and "id" in kind.fields and "id" in field.args:
            found[name] = None if is_interface_type(kind) else kind.name
    return found


def _introspection(schema: GraphQLSchema) -> str:
    """What urql's graphcache reads of a result of introspection, one type a line.

    All scalars, enums and inputs are one scalar, as in the result of minifyIntrospectionQuery.
    Source: @urql/introspection.
    """
    roots = {
        f"{operation}Type": kind and {"name": kind.name}
        for operation, kind in (
            ("query", schema.query_type),
            ("mutation", schema.mutation_type),
            ("subscription", schema.subscription_type),
        )
    }
    types = [
        _introspected(schema, schema.type_map[name])
        for name in sorted(schema.type_map)
        if not name.startswith("__")
    ]
    lines = ",\n".join(map(_compact, [*filter(None, types), _ANY]))
    return f'{{"__schema":{{{_compact(roots)[1:-1]},"directives":[],"types":[\n{lines}\n]}}}}\n'


def _introspected(schema: GraphQLSchema, kind: GraphQLType) -> dict[str, object] | None:
    """An entry of the list of types; None for what is an Any."""
    if not is_abstract_type(kind) and not is_object_type(kind):
        return None
    entry: dict[str, object] = _reference(kind)
    if isinstance(kind, _WithFields):
        entry["fields"] = [
            {
                "name": name,
                "type": _reference(field.type),
                "args": [
                    {"name": argument, "type": _reference(value.type)}
                    for argument, value in field.args.items()
                ],
            }
            for name, field in kind.fields.items()
        ]
        entry["interfaces"] = [_reference(interface) for interface in kind.interfaces]
    if is_abstract_type(kind):
        entry["possibleTypes"] = [_reference(member) for member in schema.get_possible_types(kind)]
    return entry


def _reference(kind: GraphQLType) -> dict[str, object]:
    if isinstance(kind, GraphQLNonNull | GraphQLList):
        name = "NON_NULL" if isinstance(kind, GraphQLNonNull) else "LIST"
        return {"kind": name, "ofType": _reference(kind.of_type)}
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
        return {"kind": _KINDS[type(kind)], "name": kind.name}
    return _ANY


def _filled(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
