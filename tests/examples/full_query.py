"""Builds the query that selects every field, from the schema, so that none can be forgotten."""

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

MAX_OCCURRENCES = {"SuperEvent": 2, "FacilityUse": 2, "Image": 2}
"""How often a type may occur on one path of the query; other types once."""

REPEATED = {("Cancellation", "orderItems"), ("OrderItem", "liveSession")}
"""Fields whose objects the query selects elsewhere too, so that here their ids will do."""


class FullQuery:
    """A selection of all fields of a type and of the types below it, with a fragment for each part.

    sub_events: how many levels of subEvents are selected.
    """

    def __init__(self, schema: GraphQLSchema, *, sub_events: int = 0) -> None:
        self._schema = schema
        self._sub_events = sub_events
        self._fragments: dict[str, str] = {}

    def fill(self, operation: str, type_name: str, *, without: tuple[str, ...] = ()) -> str:
        """The operation with all fields of the type, but those named, in place of its `%s`."""
        named = self._schema.type_map[type_name]
        assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
        selection = self._selection(named, (type_name,), (), without)
        fragments = [f"fragment {name} {definition}" for definition, name in self._fragments.items()]
        return " ".join([operation % selection, *fragments])

    def _selection(
        self,
        type_: GraphQLObjectType | GraphQLInterfaceType,
        types: tuple[str, ...],
        fields: tuple[str, ...],
        without: tuple[str, ...] = (),
    ) -> str:
        parts = ["__typename"]
        for name, field in type_.fields.items():
            if name in without or any(map(is_required_argument, field.args.values())):
                continue
            inner = get_named_type(field.type)
            if is_leaf_type(inner):
                parts.append(name)
            elif (type_.name, name) in REPEATED:
                parts.append(f"{name} {{ id }}")
            elif isinstance(inner, GraphQLObjectType | GraphQLInterfaceType) and self._fits(
                inner.name, name, types, fields
            ):
                parts.append(f"{name} {self._selection(inner, (*types, inner.name), (*fields, name))}")
        if isinstance(type_, GraphQLInterfaceType):
            parts += [
                f"... on {possible.name} {self._selection(possible, types, fields, tuple(type_.fields))}"
                for possible in self._schema.get_possible_types(type_)
            ]
        return self._spread(f"on {type_.name} {{ {' '.join(parts)} }}")

    def _spread(self, definition: str) -> str:
        name = self._fragments.setdefault(definition, f"Part{len(self._fragments)}")
        return f"{{ ...{name} }}"

    def _fits(self, type_name: str, field: str, types: tuple[str, ...], fields: tuple[str, ...]) -> bool:
        max_occurrences = MAX_OCCURRENCES.get(type_name, 1) + (
            self._sub_events if type_name == "SuperEvent" else 0
        )
        if field == "subEvents" and fields.count(field) >= self._sub_events:
            return False
        return types.count(type_name) < max_occurrences
