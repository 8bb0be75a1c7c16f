"""What an operation looks at in imin's documents, so that no more of them is read."""

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

from gateway.execution.compiled.generic_code import attribute_of
from gateway.imin.documents import Attributes, fields_read_by

ROOTS = {
    "Query": {"viewer", "customer", "order", "__typename"},
    "Customer": None,
}
"""Types that are no documents, and which of their fields look at no more of one than paging; None: all."""


def wanted_by(schema: GraphQLSchema, document: DocumentNode) -> Attributes | None:
    """Attributes of documents that a query looks at, and what those read; None where that cannot be known.

    That is: where a field of a document is resolved by a function, which may look at anything.
    """
    seen = _Seen(schema)
    visit(document, TypeInfoVisitor(seen.types, seen))
    return None if seen.is_beyond_knowing else fields_read_by(seen.attributes)


class _Seen(Visitor):
    """Collects the attributes that the fields of a document read."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.attributes: set[str] = set()
        self.is_beyond_knowing = False
        self._schema = schema

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """As graphql-core's visitor tells."""
        parent: Any = self.types.get_parent_type()
        name = node.name.value
        if parent is None:
            self.is_beyond_knowing = True
        elif parent.name in ROOTS:
            allowed = ROOTS[parent.name]
            self.is_beyond_knowing |= allowed is not None and name not in allowed
        elif not name.startswith("__"):
            owners = self._schema.get_possible_types(parent) if is_abstract_type(parent) else [parent]
            for owner in owners:
                self._read(owner.fields.get(name))

    def _read(self, field: GraphQLField | None) -> None:
        attribute = attribute_of(field) if field else None
        if attribute is None:
            self.is_beyond_knowing = True
        else:
            self.attributes.add(attribute)
