"""Customer accounts. Source: imin docs, Customer Accounts."""

from msgspec import field

from gateway.imin.documents.agent import AccessPass, Agent
from gateway.imin.documents.thing import Concept, Owned, Thing


class Entitlement(Thing, kw_only=True, gc=False, rename="camel"):
    """A right to better prices. One page of imin's docs calls the end `expires`, another `validUntil`."""

    expires: str | None = None
    valid_until: str | None = None
    entitlement_type: Concept | None = None

    @property
    def valid_through(self) -> str | None:
        """When the right ends."""
        return self.valid_until or self.expires


class CustomerAccount(Owned, kw_only=True, gc=False, rename="camel"):
    """A customer as the broker registered them."""

    customer: Agent | None = None
    access_passes: tuple[AccessPass, ...] = field(default=(), name="accessPass")
    entitlements: tuple[Entitlement, ...] = field(default=(), name="entitlement")
