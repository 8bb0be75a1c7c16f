"""Objects that are generated code but for one field: a customer and a list of theirs, above all."""

from inspect import iscoroutinefunction
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    TypeNameMetaFieldDef,
    get_nullable_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from gateway.execution.compiled.guards import StandInInfo
from gateway.execution.compiled.leaf_code import require_plain
from gateway.execution.compiled.plan import Plan, PlannedField


class Layout:
    """How such an object is put together, where graphql-core would call one resolver and read the rest.

    read: all its fields by their names in the answer, in their order; None for `__typename`. asked: the one
    with the resolver: its name, as planned, its nodes.
    """

    __slots__ = ("_info", "asked", "object_type", "read")

    def __init__(
        self,
        plan: Plan,
        object_type: GraphQLObjectType,
        read: dict[str, PlannedField | None],
        asked: tuple[str, PlannedField, FieldDetailsList],
        field_name: str,
    ) -> None:
        self.object_type = object_type
        self.read = read
        self.asked = asked
        self._info: Any = StandInInfo(plan.operation.schema, field_name)

    @classmethod
    def of(cls, plan: Plan, definition: GraphQLField, fields: FieldDetailsList) -> "Layout | None":
        """The layout of what a field brings; None where graphql-core shall put it together."""
        key = id(fields)
        if key not in plan.layouts:
            plan.layouts[key] = cls._of(plan, get_nullable_type(definition.type), fields)
        found: Layout | None = plan.layouts[key]
        return found

    @classmethod
    def _of(cls, plan: Plan, object_type: Any, fields: FieldDetailsList) -> "Layout | None":
        known = plan.subfields.get((object_type, id(fields))) if is_object_type(object_type) else None
        if known is None or known[1].new_defer_usages or iscoroutinefunction(object_type.is_type_of):
            return None
        read: dict[str, PlannedField | None] = {}
        asked: list[tuple[str, PlannedField, FieldDetailsList]] = []
        for name, details in known[1].grouped_field_set.items():
            field = read[name] = plan.field(object_type, details)
            if any(one.defer_usage for one in details):
                return None
            if field.definition is TypeNameMetaFieldDef:
                read[name] = None
            elif field.call is not None:
                asked.append((name, field, details))
            elif field.attribute is None or field.projection.project is None:
                return None
        if len(asked) != 1:
            return None
        return cls(plan, object_type, read, asked[0], fields[0].node.name.value)

    def require(self, value: Any) -> None:
        """Raise where it is not sure that graphql-core would take the value for an object of the type."""
        require_plain(value)
        is_type_of = self.object_type.is_type_of
        if is_type_of is not None and is_type_of(value, self._info) is not True:
            raise TypeError
