"""What the reference says: the schema as SDL, and what each field costs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)

from gateway.execution.field_cost import FieldCost, field_cost
from gateway.graph.schema import build_schema as build_strawberry_schema

WithFields: TypeAlias = GraphQLObjectType | GraphQLInterfaceType

KINDS: Mapping[type[GraphQLNamedType], str] = {
    GraphQLObjectType: "Object",
    GraphQLInterfaceType: "Interface",
    GraphQLUnionType: "Union",
    GraphQLEnumType: "Enum",
    GraphQLInputObjectType: "Input object",
    GraphQLScalarType: "Scalar",
}


@dataclass(frozen=True)
class DocumentedSchema:
    """The schema that the site documents.

    sdl: built from schema.graphql, which alone has the applied directives. served: what the gateway executes,
    which alone has the costs. They declare the same types; `make check` compares them.
    """

    sdl: GraphQLSchema
    served: GraphQLSchema

    @cached_property
    def types(self) -> dict[str, GraphQLNamedType]:
        """All types by name, without those of introspection, roots first."""
        roots = [root.name for root in self.roots]
        names = sorted(self.sdl.type_map, key=lambda name: (roots.index(name) if name in roots else 9, name))
        found = {name: self.sdl.type_map[name] for name in names}
        return {name: kind for name, kind in found.items() if not is_introspection_type(kind)}

    @property
    def roots(self) -> list[GraphQLObjectType]:
        """Query, Mutation, Subscription."""
        all_roots = (self.sdl.query_type, self.sdl.mutation_type, self.sdl.subscription_type)
        return [root for root in all_roots if root]

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """By the name of a type: the coordinates `Type.field` of the fields and arguments of that type."""
        found: dict[str, list[str]] = {name: [] for name in self.types}
        for coordinate, used in self._uses():
            if coordinate not in found[used]:
                found[used].append(coordinate)
        return found

    def _uses(self) -> Iterator[tuple[str, str]]:
        for parent in self.types.values():
            for name, field in fields_of(parent).items():
                yield f"{parent.name}.{name}", get_named_type(field.type).name
                for argument in getattr(field, "args", {}).values():
                    yield f"{parent.name}.{name}", get_named_type(argument.type).name

    def cost(self, type_name: str, field_name: str) -> FieldCost | None:
        """What a field of an object declares; None for other fields."""
        served = self.served.type_map[type_name]
        field = fields_of(served).get(field_name)
        return field_cost(field) if isinstance(field, GraphQLField) else None


def load(schema_text: str) -> DocumentedSchema:
    """The schema for this SDL, with the costs that the code declares."""
    strawberry_schema = build_strawberry_schema()
    served = strawberry_schema._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    return DocumentedSchema(build_schema(schema_text), served)


def kind_of(declared: GraphQLNamedType) -> str:
    """Kind of a type, for people."""
    return KINDS[type(declared)]


def is_built_in(declared: GraphQLNamedType) -> bool:
    """Whether GraphQL itself defines the scalar."""
    return is_specified_scalar_type(declared)


def fields_of(declared: GraphQLNamedType) -> Mapping[str, Any]:
    """Fields of an object, an interface or an input object; none of another type."""
    is_enum = isinstance(declared, GraphQLEnumType)
    return {} if is_enum else getattr(declared, "fields", {})


def is_null_only_with_error(field: GraphQLField) -> bool:
    """Whether the schema applies @semanticNonNull to the field."""
    directives = field.ast_node.directives or () if field.ast_node else ()
    return any(directive.name.value == "semanticNonNull" for directive in directives)
