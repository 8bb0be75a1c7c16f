"""Customer accounts. Source: imin docs, Customer Accounts."""

from msgspec import field

from gateway.imin.documents.agent import AccessPass, Person
from gateway.imin.documents.thing import Concept, Thing


class Entitlement(Thing, kw_only=True, gc=False, rename="camel"):
    """A right to lower prices. One page of imin's docs calls its end `expires`, another `validUntil`."""

    expires: str | None = None
    valid_until: str | None = None
    entitlement_type: Concept | None = None

    @property
    def valid_through(self) -> str | None:
        """When the right ends."""
        return self.valid_until or self.expires


class CustomerAccount(Person, kw_only=True, gc=False, rename="camel"):
    """A customer as registered by the broker. Before 2021 the account itself had the person's details.

    unreadable: paths of what could not be read in it.
    """

    own_customer: Person | None = field(default=None, name="customer")
    access_passes: tuple[AccessPass, ...] = field(default=(), name="accessPass")
    entitlements: tuple[Entitlement, ...] = field(default=(), name="entitlement")
    unreadable: tuple[str, ...] = field(default=(), name="gateway:unreadable")

    @property
    def customer(self) -> Person:
        """The person's details."""
        return self.own_customer or self
