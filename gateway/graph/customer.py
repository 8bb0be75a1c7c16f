"""Customers: their account and their two lists of bookings."""

from dataclasses import replace
from operator import attrgetter
from typing import Any, Self

import strawberry
from strawberry import UNSET

from gateway.context import Context
from gateway.errors import NOT_AVAILABLE, UPSTREAM_INVALID, GatewayError
from gateway.execution.field_cost import per_page, shared
from gateway.graph.account.linked_account import LinkedAccount
from gateway.graph.account_action import AccountAction
from gateway.graph.agent import Person
from gateway.graph.calendar.calendar_feed import CalendarFeed, feed_of
from gateway.graph.connection import (
    Connection,
    OrderConnection,
    OrderItemConnection,
    connect,
    connect_matching,
)
from gateway.graph.decorators import resolved
from gateway.graph.entitlement import Entitlement
from gateway.graph.enums import Gender
from gateway.graph.info import Info
from gateway.graph.list_arguments import (
    After,
    Before,
    ExcludeCancelled,
    First,
    From,
    ItemStatuses,
    Last,
    To,
    or_none,
)
from gateway.graph.list_filters import dates_between, filter_key, has_item_of, is_of, statuses_of
from gateway.graph.node import Node
from gateway.graph.order.access_pass import AccessPass
from gateway.graph.scalars import URL, Date
from gateway.graph.session.place import Address
from gateway.imin import documents
from gateway.imin.endpoints.customer_account import CUSTOMER_ACCOUNT
from gateway.imin.endpoints.linked_accounts import LINKED_ACCOUNTS
from gateway.imin.endpoints.orders import ORDER_ITEM_PAGE, ORDER_PAGE
from gateway.pagination.lists import ORDER_HISTORY, UPCOMING_ITEMS
from gateway.pagination.matching import MAX_SCANNED_PAGES
from gateway.pagination.range import ANY_DATE, Range

_BISECTIONS = 18
"""Requests for both edges of a range of dates in a history of up to 256 pages."""

_ACCOUNT_COST = shared(CUSTOMER_ACCOUNT.requests)


def _of_person(attribute: str, graphql_type: Any, description: str, *, name: str | None = None) -> Any:
    """A field that imin states on the account's person."""
    read = attrgetter(f"customer.{attribute}")

    async def resolve(self: "Customer", info: Info) -> Any:
        account = await _account(self, info)
        return _readable(account, read(account) if account else None)

    return resolved(description, graphql_type, name=name, requests=_ACCOUNT_COST, account_value=read)(resolve)


def _of_account(attribute: str, graphql_type: Any, description: str) -> Any:
    """A field that imin states on the account itself."""
    read = attrgetter(attribute)

    async def resolve(self: "Customer", info: Info) -> Any:
        account = await _account(self, info)
        return read(account) if account else None

    return resolved(description, graphql_type, requests=_ACCOUNT_COST, account_value=read)(resolve)


async def _account(customer: "Customer", info: Info) -> documents.CustomerAccount | None:
    if not isinstance(customer.account, NotRead):
        return customer.account
    return await info.context.loader(CUSTOMER_ACCOUNT).get((customer.identifier,))


def _readable(account: documents.CustomerAccount | None, value: Any) -> Any:
    """The value. Raises GatewayError if it is missing and parts of the account could not be read."""
    if value is None and account is not None and account.unreadable:
        raise GatewayError(
            UPSTREAM_INVALID, "The booking system sent a customer account that cannot be read completely."
        )
    return value


class NotRead:
    """Stands for an account that is read when a field needs it."""


NOT_READ = NotRead()


@strawberry.type(
    description="A person who books. The fields from `name` to `outstandingActions` are those of the "
    "customer's account in imin. They are loaded together, by one request, if any of them is selected, and "
    "are null if there is no account."
)
class Customer(Node):
    """Runtime object as well: unlike other types, it has no document.

    account: if it has been read; None if imin has none.
    """

    identifier: strawberry.ID = strawberry.field(description="Identifier of the customer in imin.")
    account: strawberry.Private[documents.CustomerAccount | NotRead | None] = NOT_READ

    name = _of_person("name", str | None, "Full name; given and family name if imin has only those.")
    given_name = _of_person("given_name", str | None, "Given name.")
    family_name = _of_person("family_name", str | None, "Family name.")
    email = _of_person("email", str | None, "E-mail address.")
    telephone = _of_person("telephone", str | None, "Telephone number.")
    birth_date = _of_person("birth_date", Date | None, "Date of birth.")
    gender = _of_person("gender", Gender | None, "Gender, if stated.")
    gender_text = _of_person(
        "gender_text",
        str | None,
        "Gender as imin writes it, without its namespace; OpenActive allows any text.",
    )
    is_13_or_over = _of_person(
        "is_13_or_over",
        bool | None,
        "Whether the customer has stated that they are 13 or older.",
        name="is13OrOver",
    )
    address = _of_person("address", Address | None, "Postal address.")
    emergency_contact = _of_person("emergency_contact", Person | None, "Person to contact in an emergency.")
    access_passes = _of_account(
        "access_passes", list[AccessPass] | None, "Membership cards and similar passes."
    )
    entitlements = _of_account("entitlements", list[Entitlement] | None, "Rights to reduced prices.")
    account_number = _of_account(
        "account_number",
        str | None,
        "Number of the account, for people. imin does not document it; OpenActive does.",
    )
    has_hidden_entitlements = _of_account(
        "has_hidden_entitlements",
        bool | None,
        "Whether the customer has entitlements that are not listed, so that prices are only indicative. imin "
        "does not document it; OpenActive does.",
    )
    outstanding_actions = _of_account(
        "outstanding_actions",
        list[AccountAction] | None,
        "What the customer has to do, for example pay a debt or renew a membership. It may prevent bookings. "
        "imin does not document it; OpenActive does.",
    )

    @resolved(
        "Orders of the customer, newest first. With `itemStatuses`, orders are read until enough match, 200 "
        "at most: see `PageInfo.isComplete`. Cursors work with the same filter only.",
        OrderConnection | None,
        requests=per_page(
            ORDER_PAGE.requests, (("itemStatuses",), MAX_SCANNED_PAGES), (("from", "to"), _BISECTIONS)
        ),
        is_null_only_with_error=True,
    )
    async def orders(  # noqa: PLR0913, PLR0917  # the field's arguments
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        from_: From = UNSET,
        to: To = UNSET,
        item_statuses: ItemStatuses = UNSET,
    ) -> Connection[documents.Order]:
        """Raises BadArgument and IminError."""
        dates = dates_between(or_none(from_), or_none(to))
        statuses = statuses_of("itemStatuses", or_none(item_statuses))
        window = or_none(first), or_none(after), or_none(last), or_none(before)
        if statuses is None and dates.is_any:
            requested = Range.from_arguments(ORDER_HISTORY, *window)
            return await connect(info, ORDER_HISTORY, ORDER_PAGE, self.identifier, requested)
        filtered = ORDER_HISTORY.filtered(filter_key(statuses, dates))
        requested = replace(Range.from_arguments(filtered, *window), dates=dates)
        matches = has_item_of(statuses) if statuses else None
        customer = self.identifier
        return await connect_matching(info, filtered, ORDER_PAGE, customer, requested, matches=matches)

    @resolved(
        "Booked items that are still to come, earliest first. Cancelled items stay in it until their session "
        "is over: `excludeCancelled: true` leaves them out. With `statuses` or `excludeCancelled`, items are "
        "read until enough match, 200 at most: see `PageInfo.isComplete`. Cursors work with the same filter "
        "only.",
        OrderItemConnection | None,
        requests=per_page(ORDER_ITEM_PAGE.requests, (("statuses", "excludeCancelled"), MAX_SCANNED_PAGES)),
        is_null_only_with_error=True,
    )
    async def upcoming_order_items(  # noqa: PLR0913, PLR0917  # the field's arguments
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        statuses: ItemStatuses = UNSET,
        exclude_cancelled: ExcludeCancelled = UNSET,
    ) -> Connection[documents.OrderItem]:
        """Raises BadArgument and IminError."""
        let_through = statuses_of(
            "statuses", or_none(statuses), exclude_cancelled=bool(or_none(exclude_cancelled))
        )
        window = or_none(first), or_none(after), or_none(last), or_none(before)
        if let_through is None:
            requested = Range.from_arguments(UPCOMING_ITEMS, *window)
            return await connect(info, UPCOMING_ITEMS, ORDER_ITEM_PAGE, self.identifier, requested)
        filtered = UPCOMING_ITEMS.filtered(filter_key(let_through, ANY_DATE))
        requested = Range.from_arguments(filtered, *window)
        customer, matches = self.identifier, is_of(let_through)
        return await connect_matching(info, filtered, ORDER_ITEM_PAGE, customer, requested, matches=matches)

    @resolved(
        "Page where customers manage their payment cards; null if the gateway has none. It is a page of the "
        "broker, the same for every customer, and requires that they are signed in with the broker.",
        requests=0,
    )
    def card_management_url(self, info: Info) -> URL | None:
        """Source: imin docs, Payment Card Management."""
        url = info.context.card_management_url
        return URL(url) if url else None

    @resolved(
        "Accounts of the customer at sellers, linked or not. Error `NOT_AVAILABLE` if the operator has not "
        "set the path of the endpoint, which imin's documentation does not show.",
        list[LinkedAccount] | None,
        requests=LINKED_ACCOUNTS.requests,
        is_null_only_with_error=True,
    )
    async def linked_accounts(self, info: Info) -> tuple[documents.LinkedAccount, ...]:
        """Raises IminError and GatewayError."""
        if not info.context.has_linked_accounts:
            raise GatewayError(
                NOT_AVAILABLE,
                "Linked accounts are not available: the gateway has no GATEWAY_IMIN_LINKED_ACCOUNTS_PATH.",
            )
        return await info.context.loader(LINKED_ACCOUNTS).get((self.identifier,))

    @resolved(
        "The address at which calendar programs find the customer's upcoming bookings.",
        CalendarFeed | None,
        requests=0,
        is_null_only_with_error=True,
    )
    async def calendar_feed(self, info: Info) -> CalendarFeed:
        """Sends no request to imin; polling the feed does."""
        return await feed_of(info.context, self.identifier)

    @classmethod
    def of(
        cls,
        identifier: str,
        context: Context,
        account: documents.CustomerAccount | NotRead | None = NOT_READ,
    ) -> Self:
        """The customer with that identifier. Sends no request to imin; the fields do, without `account`."""
        id_ = context.owner(identifier).global_id("Customer")
        return cls(id=strawberry.ID(id_), identifier=strawberry.ID(identifier), account=account)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, cls)
