"""Find the attributes of imin's documents that an operation reads, so that only those are decoded."""

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_abstract_type,
    visit,
)

from gateway.execution.compiled.attribute_fields import attribute_of
from gateway.execution.compiled.calculated_fields import attributes_read
from gateway.imin.documents import Attributes, fields_read_by

_ROOTS = {
    "Query": {"__typename", "viewer", "customer", "order"},
    "Customer": {
        *("__typename", "id", "identifier", "orders", "upcomingOrderItems"),
        # Of the account, which is always decoded whole.
        *("name", "givenName", "familyName", "email", "telephone", "birthDate", "gender", "is13OrOver"),
        *("address", "emergencyContact", "accessPasses", "entitlements"),
    },
}
"""Types that are not documents, each with the fields whose resolvers read at most the attributes that paging
needs. A query with any other of their fields decodes whole documents, which is slower but correct."""

_READ_BY_ARGUMENTS = {
    ("Query", "order", "orderNumber"): ("order_number", "confirmation_number"),
    ("Customer", "orders", "itemStatuses"): ("status",),
    ("Customer", "upcomingOrderItems", "statuses"): ("status",),
    ("Customer", "upcomingOrderItems", "excludeCancelled"): ("status",),
}
"""What the resolvers of such fields read besides, if they are given an argument."""


def selected_attributes(schema: GraphQLSchema, document: DocumentNode) -> Attributes | None:
    """The attributes that a query selects, and those that their properties read in turn.

    None if they cannot be known: a field of a document has a resolver, which may read anything.
    """
    visitor = _AttributeVisitor(schema)
    visit(document, TypeInfoVisitor(visitor.types, visitor))
    return fields_read_by(visitor.attributes) if visitor.is_complete else None


class _AttributeVisitor(Visitor):
    """Collects the attributes that fields read. is_complete: whether all of them are known."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.attributes: set[str] = set()
        self.is_complete = True
        self._schema = schema

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent: Any = self.types.get_parent_type()
        name = node.name.value
        if parent is None:
            self.is_complete = False
        elif parent.name in _ROOTS:
            self.is_complete &= name in _ROOTS[parent.name]
            for argument in node.arguments or ():
                self.attributes.update(_READ_BY_ARGUMENTS.get((parent.name, name, argument.name.value), ()))
        elif not name.startswith("__"):
            owners = self._schema.get_possible_types(parent) if is_abstract_type(parent) else [parent]
            for owner in owners:
                self._add(owner.fields.get(name))

    def _add(self, field: GraphQLField | None) -> None:
        attribute = attribute_of(field) if field else None
        read = (attribute,) if attribute else attributes_read(field) if field else None
        if read is None:
            self.is_complete = False
        else:
            self.attributes.update(read)
