"""createCheckoutSession: check whom it is for, create the session once, and show the outcome."""

from typing import Annotated

import strawberry

from gateway.checkout.sessions import CheckoutOutcome, CheckoutRefused, OpportunityUnavailable
from gateway.context import Context
from gateway.errors import NOT_AVAILABLE, GatewayError
from gateway.graph.cancellation.cancel_order_items_result import IdempotencyKeyReusedError
from gateway.graph.checkout.checkout_input import CreateCheckoutSessionInput, checkout_request
from gateway.graph.checkout.create_checkout_session_result import (
    CheckoutItem,
    CheckoutRefusedError,
    CheckoutSession,
    CheckoutUnavailableError,
    CheckoutUnconfirmedError,
    CreateCheckoutSessionResult,
    UnavailableOpportunityError,
)
from gateway.graph.customer import Customer
from gateway.graph.decorators import resolved
from gateway.graph.error import CustomerNotFoundError, ErrorCode
from gateway.graph.idempotency_key import callers_key
from gateway.graph.info import Info
from gateway.graph.scalars import URL
from gateway.imin.endpoints.checkout import CheckoutRequest, CreatedSession
from gateway.journal.single_request import ChangeResult, KeyReused, NotMade, Unconfirmed

_UNAVAILABLE_OPPORTUNITY = "This session cannot be booked, or no longer."
_REFUSED = "The checkout does not accept this booking. Nothing was booked."
_UNCONFIRMED = (
    "We do not know whether the checkout was opened. Nothing was booked or paid. Please try again from the "
    "start."
)
_UNAVAILABLE = "The checkout cannot be reached at the moment. Nothing was booked. Please try again later."
_NOT_RECORDED = "The checkout cannot be opened at the moment. Nothing was booked. Please try again later."


@strawberry.type(description="The result of createCheckoutSession.")
class CreateCheckoutSessionPayload:
    """Payload of createCheckoutSession."""

    result: CreateCheckoutSessionResult = strawberry.field(description="The outcome.")


@strawberry.type
class CreateCheckoutSession:
    """Part of the root type; has no state."""

    @resolved(
        "Let the customer book and pay: create a session at the broker's checkout, and get the page to send "
        "the customer to. Nothing is booked before they have paid there. An error with the code "
        "NOT_AVAILABLE if the operator has set no address of the checkout.",
        CreateCheckoutSessionPayload | None,
        requests=1,
        is_null_only_with_error=True,
    )
    async def create_checkout_session(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            CreateCheckoutSessionInput, strawberry.argument(description="What to sell, and to whom.")
        ],
    ) -> CreateCheckoutSessionPayload | None:
        context = info.context
        checkout = context.services.checkout
        if checkout.base_url is None:
            raise GatewayError(
                NOT_AVAILABLE, "Checkout is not available: the gateway has no GATEWAY_CHECKOUT_BASE_URL."
            )
        key, request = callers_key(context, input.idempotency_key), checkout_request(context, input)
        if request is None:
            missing = CustomerNotFoundError(
                code=ErrorCode.CUSTOMER_NOT_FOUND, message="There is no such customer."
            )
            return CreateCheckoutSessionPayload(result=missing)
        result = await checkout.create(request, key)
        return CreateCheckoutSessionPayload(result=_shown(context, request, result))


def _shown(
    context: Context, request: CheckoutRequest, result: ChangeResult[CheckoutOutcome]
) -> CreateCheckoutSessionResult:
    """The outcome for the client."""
    match result:
        case CreatedSession(id_, url):
            return CheckoutSession(
                id=strawberry.ID(id_),
                url=URL(url),
                customer=_customer(context, request.customer),
                items=[_item(context, request, attendee) for attendee in request.attendees or (None,)],
            )
        case OpportunityUnavailable(text):
            return UnavailableOpportunityError(
                code=ErrorCode.UNAVAILABLE_OPPORTUNITY, message=text or _UNAVAILABLE_OPPORTUNITY
            )
        case CheckoutRefused(reason):
            return CheckoutRefusedError(
                code=ErrorCode.CHECKOUT_REFUSED, message=_REFUSED, reason=reason or None
            )
        case Unconfirmed():
            return CheckoutUnconfirmedError(code=ErrorCode.CHECKOUT_UNCONFIRMED, message=_UNCONFIRMED)
        case KeyReused():
            return IdempotencyKeyReusedError(
                code=ErrorCode.IDEMPOTENCY_KEY_REUSED,
                message="This idempotency key was used for another change before.",
                order=None,
                order_items=[],
            )
        case NotMade(is_unrecorded=is_unrecorded):
            message = _NOT_RECORDED if is_unrecorded else _UNAVAILABLE
            return CheckoutUnavailableError(code=ErrorCode.UPSTREAM_UNAVAILABLE, message=message)


def _customer(context: Context, identifier: str | None) -> Customer | None:
    return None if identifier is None else Customer.of(identifier, context)


def _item(context: Context, request: CheckoutRequest, attendee: str | None) -> CheckoutItem:
    return CheckoutItem(
        opportunity_id=strawberry.ID(request.opportunity),
        opportunity_type=request.kind,
        offer_id=None if request.offer is None else strawberry.ID(request.offer),
        attendee=_customer(context, attendee),
    )
