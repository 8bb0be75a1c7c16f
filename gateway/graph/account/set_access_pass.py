"""setAccessPass: give a customer's account the barcode of their membership card."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from gateway.accounts.input_rules import InvalidInput, pass_text
from gateway.accounts.outcomes import Applied
from gateway.accounts.requests import PassUpdate
from gateway.graph.account.inputs import CUSTOMER_ID, KEY, customer_of, invalid
from gateway.graph.account.results import (
    AccountChangeUnavailableError,
    AccountChangeUnconfirmedError,
    AccountPartlyUpdatedError,
    UpdateFailedError,
)
from gateway.graph.account.sending import CHANGE_COST, send
from gateway.graph.account.shown_outcome import customer_after, no_such_customer, refusal_of
from gateway.graph.cancellation.cancel_order_items_result import IdempotencyKeyReusedError
from gateway.graph.customer import Customer
from gateway.graph.decorators import resolved
from gateway.graph.error import CustomerNotFoundError
from gateway.graph.info import Info


@strawberry.input(description="The pass, and whose it is.")
class SetAccessPassInput:
    """Input of setAccessPass."""

    text: str = strawberry.field(
        description="Content of the barcode: 1 to 256 ASCII characters. imin expects a prefix that it has "
        "agreed with the broker."
    )
    customer_id: strawberry.ID | None = strawberry.field(default=UNSET, description=CUSTOMER_ID)
    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY)


@strawberry.type(description="The account has the pass, and so have all accounts that sellers hold.")
class AccessPassSet:
    """Outcome: Applied."""

    customer: Customer = strawberry.field(description="The customer as they are now, as imin shows them.")
    are_linked_accounts_known: bool = strawberry.field(
        description="Whether imin has stated that the sellers' accounts took the pass. False if its answer "
        "was lost and the pass was found by reading the customer's account."
    )


SetAccessPassResult: TypeAlias = Annotated[
    AccessPassSet
    | AccountPartlyUpdatedError
    | UpdateFailedError
    | CustomerNotFoundError
    | AccountChangeUnconfirmedError
    | AccountChangeUnavailableError
    | IdempotencyKeyReusedError,
    strawberry.union("SetAccessPassResult", description="The outcome of setting a pass."),
]


@strawberry.type(description="The result of setAccessPass.")
class SetAccessPassPayload:
    """Payload of setAccessPass."""

    result: SetAccessPassResult = strawberry.field(description="The outcome.")


@strawberry.type
class SetAccessPass:
    """Part of the root type; has no state."""

    @resolved(
        "Set the access pass of a customer, in imin and in the accounts that sellers hold: of the caller, or "
        "for a trusted service of anyone. A seller that does not accept it has a BarcodeInvalidError among "
        "`linkedAccountErrors`. imin documents no way to remove a pass.",
        SetAccessPassPayload | None,
        requests=CHANGE_COST,
        is_null_only_with_error=True,
    )
    async def set_access_pass(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            SetAccessPassInput, strawberry.argument(description="The pass.")
        ],
    ) -> SetAccessPassPayload | None:
        """Raises GatewayError."""
        context = info.context
        try:
            text = pass_text("text", input.text)
        except InvalidInput as error:
            raise invalid(str(error)) from None
        customer = customer_of(context, input.customer_id)
        if customer is None:
            return SetAccessPassPayload(result=no_such_customer())
        result = await send(context, PassUpdate(customer, text), input.idempotency_key)
        if not isinstance(result.outcome, Applied):
            return SetAccessPassPayload(result=refusal_of(context, customer, result))
        return SetAccessPassPayload(
            result=AccessPassSet(
                customer=customer_after(context, customer, result),
                are_linked_accounts_known=result.outcome.are_linked_known,
            )
        )
