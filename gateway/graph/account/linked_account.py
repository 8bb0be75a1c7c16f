"""Accounts of a customer at sellers."""

import strawberry

from gateway.graph.account_action import AccountAction
from gateway.graph.agent import Organization, Person
from gateway.graph.entitlement import Entitlement
from gateway.graph.order.access_pass import AccessPass


@strawberry.type(
    description="A customer's account at one seller: linked to their account in imin, or not yet. imin "
    "documents little of it; assumption: it has the members of a customer's account."
)
class LinkedAccount:
    """Runtime object: documents.LinkedAccount."""

    seller: Organization | None = strawberry.field(description="The seller.")
    is_linked: bool = strawberry.field(description="Whether it is linked to the customer's account.")
    matching_email_exists: bool | None = strawberry.field(
        description="Whether the seller has an account with the customer's e-mail address. Null if the "
        "account is linked."
    )
    actions: list[AccountAction] = strawberry.field(
        description="How the customer can link it: RegisterAction for an account that exists, CreateAction "
        "for a new one, each with the `url` to send the customer to. Empty if it is linked."
    )
    account_number: str | None = strawberry.field(description="Number of the account, for people.")
    own_customer: Person | None = strawberry.field(
        name="person", description="The customer as the seller knows them, if imin states it."
    )
    access_passes: list[AccessPass] = strawberry.field(description="Membership cards and similar passes.")
    entitlements: list[Entitlement] = strawberry.field(description="Rights to reduced prices there.")
    entitlement_filter: str | None = strawberry.field(
        description="Opaque token that imin's Search takes as `entitlementFilter`, to show the customer's "
        "prices at this seller. Treat it as a secret of the customer."
    )
