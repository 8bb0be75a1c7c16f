"""A customer's account at a seller. Source: imin docs, Linked Accounts.

Assumptions, since imin shows little of it: an item is named `seller`, has the members of a customer's account
where it is linked, and its actions have their address in `target`, as in checkout.
"""

from msgspec import field

from gateway.imin.documents.account import AccountAction, CustomerAccount
from gateway.imin.documents.agent import Agent
from gateway.imin.documents.thing import Envelope, filled


class LinkedAccount(CustomerAccount, kw_only=True, gc=False, rename="camel"):
    """matching_email_exists, actions: only where the account is not linked. own_filter: only where it is."""

    seller: Agent | None = None
    matching_email_exists: bool | None = field(default=None, name="imin:matchingEmailExists")
    actions: tuple[AccountAction, ...] = field(default=(), name="potentialAction")
    own_filter: str | None = field(default=None, name="imin:entitlementFilter")

    @property
    def is_linked(self) -> bool:
        """Whether it states neither of what only an account that is not linked has."""
        return self.matching_email_exists is None and not self.actions

    @property
    def entitlement_filter(self) -> str | None:
        """Opaque token for searches with the customer's prices. Not to be logged."""
        return filled(self.own_filter)


class LinkedAccounts(Envelope, kw_only=True, gc=False, rename="camel"):
    """Accounts of a customer, one for each seller."""

    items: tuple[LinkedAccount, ...] = field(default=(), name="imin:item")
