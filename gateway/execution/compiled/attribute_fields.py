"""Recognise fields that only read an attribute of their object; generated code can complete those."""

import keyword

from graphql import GraphQLField
from strawberry.types.field import StrawberryField


def attribute_of(field: GraphQLField) -> str | None:
    """The attribute that a field without a resolver reads; None if the field does anything else."""
    declared = (field.extensions or {}).get("strawberry-definition")
    if (
        type(declared) is not StrawberryField
        or not declared.is_basic_field
        or declared.default_resolver is not getattr
        or field.args
        # Strawberry's wrapper that turns exceptions into data sets no flag; only its name identifies it.
        or getattr(field.resolve, "__name__", "") != "_get_basic_result"
    ):
        return None
    name = declared.python_name
    return name if name.isidentifier() and not keyword.iskeyword(name) else None
