"""The directive @semanticNonNull, for fields that are nullable only so that an error costs nothing else.

Source: the nullability working group's specification of the directive, https://specs.apollo.dev/nullability/v0.4/.
"""

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="semanticNonNull",
    description="The field is null only if the response has an error for it. A client that handles errors "
    "may treat it as non-null.",
)
class SemanticNonNull:
    """levels: of a list type, the levels that this holds for: 0 is the field, 1 the items of its list."""

    levels: list[int]


SEMANTIC_NON_NULL = SemanticNonNull(levels=[0])
