"""Customer accounts. Source: imin docs, Customer Accounts."""

from typing import ClassVar

from msgspec import field

from gateway.imin.documents.agent import AccessPass, Person
from gateway.imin.documents.thing import Concept, Identified, Thing, filled
from gateway.imin.documents.vocabulary import ActionStatus
from gateway.imin.jsonld import Bare, Exact, Link, iri_tail


class AccountAction(Identified, kw_only=True, gc=False, rename="camel"):
    """Something that a customer can or must do about their account.

    Source: OpenActive data models, Action. Assumption, since imin shows none: it has schema.org's members.
    """

    bare: ClassVar[Bare] = Bare(iri="url", text="name")
    name: str | None = None
    description: str | None = None
    own_url: Link | None = field(default=None, name="url")
    target: Link | None = None
    own_status: Exact | None = field(default=None, name="actionStatus")

    @property
    def url(self) -> str | None:
        """Where the customer does it: its target, otherwise its own address."""
        return filled(self.target) or filled(self.own_url)

    @property
    def status(self) -> ActionStatus | None:
        """How far it has got."""
        return ActionStatus.of(self.own_status)

    @property
    def status_text(self) -> str | None:
        """Last segment of the status as imin wrote it."""
        return iri_tail(self.own_status) if self.own_status else None


class Entitlement(Thing, kw_only=True, gc=False, rename="camel"):
    """A right to lower prices. One page of imin's docs calls its end `expires`, another `validUntil`."""

    expires: str | None = None
    valid_until: str | None = None
    valid_from: str | None = None
    entitlement_type: Concept | None = None
    evidence_request: AccountAction | None = field(default=None, name="evidenceRequestAction")

    @property
    def valid_through(self) -> str | None:
        """When the right ends."""
        return self.valid_until or self.expires


class CustomerAccount(Person, kw_only=True, gc=False, rename="camel"):
    """A customer as registered by the broker. Before 2021 the account itself had the person's details.

    unreadable: paths of what could not be read in it. Assumption: imin, whose documentation shows neither
    account_number nor the attributes after entitlements, names them as OpenActive does.
    """

    own_customer: Person | None = field(default=None, name="customer")
    account_number: str | None = None
    access_passes: tuple[AccessPass, ...] = field(default=(), name="accessPass")
    entitlements: tuple[Entitlement, ...] = field(default=(), name="entitlement")
    has_hidden_entitlements: bool | None = None
    outstanding_actions: tuple[AccountAction, ...] = field(default=(), name="outstandingAction")
    unreadable: tuple[str, ...] = field(default=(), name="gateway:unreadable")

    @property
    def customer(self) -> Person:
        """The person's details."""
        return self.own_customer or self
