"""Customers: the root of what a caller may see."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Self, TypeVar

import strawberry
from strawberry import UNSET

from gateway.context import Context
from gateway.errors import UPSTREAM_INVALID, GatewayError
from gateway.graph.agent import Person
from gateway.graph.connection import Connection, OrderConnection, OrderItemConnection, connect
from gateway.graph.decorators import resolved
from gateway.graph.enums import Gender
from gateway.graph.info import Info
from gateway.graph.node import Node
from gateway.graph.order.access_pass import AccessPass
from gateway.graph.scalars import Date, DateTime
from gateway.graph.session.concept import Concept
from gateway.graph.session.place import Address
from gateway.imin import documents
from gateway.pagination.lists import ORDER_HISTORY, UPCOMING_ITEMS
from gateway.pagination.range import Range

T = TypeVar("T")


@strawberry.type(description="A right to better prices.")
class Entitlement:
    """Runtime object: documents.Entitlement."""

    entitlement_type: Concept | None = strawberry.field(description="What the right is.")
    valid_through: DateTime | None = strawberry.field(description="When it ends.")


def _of_person(attribute: str) -> Callable[..., Awaitable[Any]]:
    """Resolver of a field that stands on the account's person."""

    async def resolve(self: "Customer", info: Info) -> Any:
        account = await _account(self, info)
        value = getattr(account.customer, attribute) if account and account.customer else None
        return _known(account, value)

    return resolve


def _of_account(attribute: str) -> Callable[..., Awaitable[Any]]:
    """Resolver of a field that stands on the account itself."""

    async def resolve(self: "Customer", info: Info) -> Any:
        account = await _account(self, info)
        return getattr(account, attribute) if account else None

    return resolve


async def _account(customer: "Customer", info: Info) -> documents.CustomerAccount | None:
    return await info.context.accounts.get(customer.identifier)


def _known(account: documents.CustomerAccount | None, value: Any) -> Any:
    if value is None and account is not None and account.unreadable:
        raise GatewayError(
            UPSTREAM_INVALID, "The booking system gave a customer account that cannot be read."
        )
    return value


First = Annotated[
    int | None,
    strawberry.argument(description="The first so many, 1 to 100; 10 where neither first nor last is given."),
]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="The last so many, 1 to 100; not with first.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]


def _given(argument: T | None) -> T | None:
    """The argument, or None where the client left it out."""
    return None if argument is UNSET else argument


@strawberry.type(description="Somebody who books. What stands on the account is asked of imin when selected.")
class Customer(Node):
    """A customer by imin's identifier. Nothing is fetched until a field needs it."""

    identifier: strawberry.ID = strawberry.field(description="imin's identifier.")

    name = strawberry.field(resolver=_of_person("name"), graphql_type=str | None, description="Full name.")
    given_name = strawberry.field(
        resolver=_of_person("given_name"), graphql_type=str | None, description="First name."
    )
    family_name = strawberry.field(
        resolver=_of_person("family_name"), graphql_type=str | None, description="Last name."
    )
    email = strawberry.field(
        resolver=_of_person("email"), graphql_type=str | None, description="E-mail address."
    )
    telephone = strawberry.field(
        resolver=_of_person("telephone"), graphql_type=str | None, description="Telephone number."
    )
    birth_date = strawberry.field(
        resolver=_of_person("birth_date"), graphql_type=Date | None, description="Date of birth."
    )
    gender = strawberry.field(
        resolver=_of_person("gender"), graphql_type=Gender | None, description="Gender, where it was told."
    )
    is_13_or_over = strawberry.field(
        name="is13OrOver",
        resolver=_of_person("is_13_or_over"),
        graphql_type=bool | None,
        description="Whether the customer said they are 13 or older.",
    )
    address = strawberry.field(
        resolver=_of_person("address"), graphql_type=Address | None, description="Postal address."
    )
    emergency_contact = strawberry.field(
        resolver=_of_person("emergency_contact"),
        graphql_type=Person | None,
        description="Whom to call in an emergency.",
    )
    access_passes = strawberry.field(
        resolver=_of_account("access_passes"),
        graphql_type=list[AccessPass] | None,
        description="Membership cards and the like.",
    )
    entitlements = strawberry.field(
        resolver=_of_account("entitlements"),
        graphql_type=list[Entitlement] | None,
        description="Rights to better prices.",
    )

    @resolved("The customer's bookings, newest first.", OrderConnection | None)
    async def orders(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[documents.Order]:
        """A window of the history. Raises BadArgument, and what the client raises."""
        requested = Range.from_arguments(
            ORDER_HISTORY, _given(first), _given(after), _given(last), _given(before)
        )
        return await connect(info, ORDER_HISTORY, info.context.order_pages, self.identifier, requested)

    @resolved("What the customer has booked and not yet had, earliest first.", OrderItemConnection | None)
    async def upcoming_order_items(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[documents.OrderItem]:
        """A window of the upcoming items. Raises as orders."""
        requested = Range.from_arguments(
            UPCOMING_ITEMS, _given(first), _given(after), _given(last), _given(before)
        )
        return await connect(info, UPCOMING_ITEMS, info.context.order_item_pages, self.identifier, requested)

    @classmethod
    def of(cls, identifier: str, context: Context) -> Self:
        """The customer of that identifier."""
        id_ = context.owner(identifier).global_id("Customer")
        return cls(id=strawberry.ID(id_), identifier=strawberry.ID(identifier))

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the value is a customer."""
        return isinstance(value, cls)
