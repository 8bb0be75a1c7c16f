"""The query for everything: written from the schema, so that no field can be forgotten."""

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

REPEATED = {"SuperEvent": 2, "FacilityUse": 2, "Image": 2}
"""How often a type may occur on one path; others once."""

NESTED = {"subEvents": 0}
"""How often a field may occur on one path, where that is less than its type may."""


class Everything:
    """Selections of all fields of a type, as deep as the types allow.

    sub_events: how many levels of subEvents are followed.
    """

    def __init__(self, schema: GraphQLSchema, *, sub_events: int = 0) -> None:
        self._schema = schema
        self._sub_events = sub_events

    def of(self, type_name: str, *, without: tuple[str, ...] = ()) -> str:
        """Selection set of a type, in braces."""
        named = self._schema.type_map[type_name]
        assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
        return self._of(named, (type_name,), (), without)

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
            for possible in self._schema.get_possible_types(of):
                own = self._of(possible, types, fields, tuple(of.fields))
                parts.append(f"... on {possible.name} {own}")
        return "{ " + " ".join(parts) + " }"

    def _fits(self, type_name: str, field: str, types: tuple[str, ...], fields: tuple[str, ...]) -> bool:
        most = REPEATED.get(type_name, 1) + (self._sub_events if type_name == "SuperEvent" else 0)
        if field == "subEvents" and fields.count(field) >= self._sub_events:
            return False
        return types.count(type_name) < most
