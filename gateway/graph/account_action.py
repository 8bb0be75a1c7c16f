"""What a customer can or must do about their account."""

import strawberry

from gateway.graph.enums import ActionStatus
from gateway.graph.scalars import URL


@strawberry.type(
    description="Something that a customer can or must do about their account. imin does not document its "
    "members; assumption: they are those of schema.org's Action."
)
class AccountAction:
    """Runtime object: documents.AccountAction."""

    identifier: str | None = strawberry.field(description="Identifier; the IRI if there is no identifier.")
    type: str | None = strawberry.field(
        description="Kind of action as imin writes it, without its namespace."
    )
    name: str | None = strawberry.field(description="Name, for people.")
    description: str | None = strawberry.field(description="What has to be done, and why.")
    url: URL | None = strawberry.field(description="Address of the page where the customer does it.")
    status: ActionStatus | None = strawberry.field(description="How far it has got.")
    status_text: str | None = strawberry.field(
        description="Status as imin writes it, without its namespace; imin may use others than schema.org."
    )
