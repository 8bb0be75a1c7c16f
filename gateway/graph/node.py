"""Relay's Node: objects that can be fetched again by their global id alone."""

import strawberry


@strawberry.interface(
    description="An object that can be fetched again by its global id alone, through `node` and `nodes`."
)
class Node:
    """Runtime object: a document that has an owner."""

    id: strawberry.ID = strawberry.field(
        description="Opaque global id, the same in every response. It works only for the customer it was "
        "issued to, and for trusted services."
    )
