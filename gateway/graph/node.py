"""Relay's Node: whatever can be fetched again by its id alone."""

import strawberry


@strawberry.interface(description="Something that can be fetched again by its id alone.")
class Node:
    """Runtime object: a document that has an owner."""

    id: strawberry.ID = strawberry.field(
        description="Opaque and the same every time; good for the customer it was given to."
    )
