"""The root type of mutations, put together from their modules."""

import strawberry

from gateway.graph.account.create_customer_account import CreateCustomerAccount
from gateway.graph.account.delete_customer_account import DeleteCustomerAccount
from gateway.graph.account.set_access_pass import SetAccessPass
from gateway.graph.account.set_entitlement import SetEntitlement
from gateway.graph.account.update_customer_account import UpdateCustomerAccount
from gateway.graph.calendar.reset_calendar_feed import ResetCalendarFeed
from gateway.graph.cancellation.cancel_order_items import CancelOrderItems
from gateway.graph.checkout.create_checkout_session import CreateCheckoutSession


@strawberry.type(description="Operations that change something. Each returns a payload with its outcome.")
class Mutation(
    CancelOrderItems,
    CreateCheckoutSession,
    ResetCalendarFeed,
    CreateCustomerAccount,
    UpdateCustomerAccount,
    DeleteCustomerAccount,
    SetAccessPass,
    SetEntitlement,
):
    """Root type; has no state."""
