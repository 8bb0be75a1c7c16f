"""Rights to reduced prices."""

import strawberry

from gateway.graph.account_action import AccountAction
from gateway.graph.scalars import DateTime
from gateway.graph.session.concept import Concept


@strawberry.type(
    description="A customer's right to reduced prices. `Query.entitlements` lists the kinds that exist."
)
class Entitlement:
    """Runtime object: documents.Entitlement."""

    entitlement_type: Concept | None = strawberry.field(description="Kind of entitlement.")
    valid_from: DateTime | None = strawberry.field(
        description="Date and time when it begins. imin does not document it; OpenActive does."
    )
    valid_through: DateTime | None = strawberry.field(description="Date and time when it ends.")
    evidence_request: AccountAction | None = strawberry.field(
        description="Request for evidence that the customer has the right. imin does not document its form; "
        "assumption: OpenActive's `evidenceRequestAction`."
    )
