"""Objects with exactly one field that has a resolver, above all a customer with a list of orders.

Generated code reads the other fields, so graphql-core's executor is not needed for the object.
"""

from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from graphql import GraphQLField, GraphQLObjectType, TypeNameMetaFieldDef, get_nullable_type, is_object_type
from graphql.execution.collect_fields import FieldDetailsList

from gateway.execution.compiled.guards import RestrictedInfo, require_plain
from gateway.execution.compiled.plan import Plan, PlannedField


class ResolvedField(NamedTuple):
    """The field with the resolver. key: its response key."""

    key: str
    field: PlannedField
    details: FieldDetailsList


class SingleResolverObject:
    """How to complete such an object.

    fields: all its fields by response key, in the order of the response; None stands for `__typename`.
    resolved: the one with a resolver.
    """

    __slots__ = ("_info", "fields", "object_type", "resolved")

    def __init__(
        self,
        plan: Plan,
        object_type: GraphQLObjectType,
        fields: dict[str, PlannedField | None],
        resolved: ResolvedField,
        field_name: str,
    ) -> None:
        self.object_type = object_type
        self.fields = fields
        self.resolved = resolved
        self._info: Any = RestrictedInfo(plan.operation.schema, field_name)

    @classmethod
    def of(
        cls, plan: Plan, definition: GraphQLField, details: FieldDetailsList
    ) -> "SingleResolverObject | None":
        """How to complete the values of a field; None if graphql-core has to do it."""
        key = id(details)
        if key not in plan.single_resolver_objects:
            found = cls._of(plan, get_nullable_type(definition.type), details)
            plan.single_resolver_objects[key] = found
        cached: SingleResolverObject | None = plan.single_resolver_objects[key]
        return cached

    @classmethod
    def _of(cls, plan: Plan, object_type: Any, details: FieldDetailsList) -> "SingleResolverObject | None":
        cached = plan.subfields.get((object_type, id(details))) if is_object_type(object_type) else None
        if cached is None or cached[1].new_defer_usages or iscoroutinefunction(object_type.is_type_of):
            return None
        fields: dict[str, PlannedField | None] = {}
        resolved: list[ResolvedField] = []
        for key, nodes in cached[1].grouped_field_set.items():
            field = fields[key] = plan.field(object_type, nodes)
            if any(node.defer_usage for node in nodes):
                return None
            if field.definition is TypeNameMetaFieldDef:
                fields[key] = None
            elif field.call is not None:
                resolved.append(ResolvedField(key, field, nodes))
            elif field.attribute is None or not field.is_compiled:
                return None
        if len(resolved) != 1:
            return None
        return cls(plan, object_type, fields, resolved[0], details[0].node.name.value)

    def require(self, value: Any) -> None:
        """Raise unless graphql-core would certainly accept the value as an object of the type."""
        require_plain(value)
        is_type_of = self.object_type.is_type_of
        if is_type_of is not None and is_type_of(value, self._info) is not True:
            raise TypeError
