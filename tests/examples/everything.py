"""Writes queries that select every field, from the schema, so that no field can be forgotten."""

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

REPEATED = {"SuperEvent": 2, "FacilityUse": 2, "Image": 2}
"""How often a type may occur on one path. All others: once."""


class Everything:
    """Selects all fields of a type, recursively. A selection that occurs twice becomes a fragment.

    sub_events: how many levels of subEvents are selected.
    """

    def __init__(self, schema: GraphQLSchema, *, sub_events: int = 0) -> None:
        self._schema = schema
        self._sub_events = sub_events
        self._fragments: dict[str, str] = {}

    def inside(self, operation: str, type_name: str, *, without: tuple[str, ...] = ()) -> str:
        """The operation, with all fields of the type instead of its `%s`, and the fragments."""
        named = self._schema.type_map[type_name]
        assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
        selection = self._of(named, (type_name,), (), without)
        fragments = [f"fragment {name} {definition}" for definition, name in self._fragments.items()]
        return " ".join([operation % selection, *fragments])

    def _of(
        self,
        of: GraphQLObjectType | GraphQLInterfaceType,
        types: tuple[str, ...],
        fields: tuple[str, ...],
        without: tuple[str, ...] = (),
    ) -> str:
        parts = ["__typename"]
        for name, field in of.fields.items():
            if name in without or any(map(is_required_argument, field.args.values())):
                continue
            inner = get_named_type(field.type)
            if is_leaf_type(inner):
                parts.append(name)
            elif isinstance(inner, GraphQLObjectType | GraphQLInterfaceType) and self._fits(
                inner.name, name, types, fields
            ):
                parts.append(f"{name} {self._of(inner, (*types, inner.name), (*fields, name))}")
        if isinstance(of, GraphQLInterfaceType):
            parts += [
                f"... on {possible.name} {self._of(possible, types, fields, tuple(of.fields))}"
                for possible in self._schema.get_possible_types(of)
            ]
        return self._spread(f"on {of.name} {{ {' '.join(parts)} }}")

    def _spread(self, definition: str) -> str:
        name = self._fragments.setdefault(definition, f"Part{len(self._fragments)}")
        return f"{{ ...{name} }}"

    def _fits(self, type_name: str, field: str, types: tuple[str, ...], fields: tuple[str, ...]) -> bool:
        most = REPEATED.get(type_name, 1) + (self._sub_events if type_name == "SuperEvent" else 0)
        if field == "subEvents" and fields.count(field) >= self._sub_events:
            return False
        return types.count(type_name) < most
