"""deleteCustomerAccount: have a customer's personal data erased."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from gateway.accounts.outcomes import AccountMissing, ErasureAccepted
from gateway.accounts.requests import Erasure
from gateway.graph.account.inputs import CUSTOMER_ID, KEY, customer_of, invalid
from gateway.graph.account.results import (
    AccountChangeUnavailableError,
    AccountChangeUnconfirmedError,
    UpdateFailedError,
)
from gateway.graph.account.sending import ERASURE_COST, send
from gateway.graph.account.shown_outcome import failure_of, no_such_customer
from gateway.graph.cancellation.cancel_order_items_result import IdempotencyKeyReusedError
from gateway.graph.decorators import resolved
from gateway.graph.error import CustomerNotFoundError
from gateway.graph.info import Info

_ACCEPTED = (
    "Your request to erase your personal data has been accepted. It is carried out before the next working "
    "day, and cannot be undone."
)


@strawberry.input(description="Whose personal data is to be erased.")
class DeleteCustomerAccountInput:
    """Input of deleteCustomerAccount."""

    confirm: bool = strawberry.field(
        description="Must be true: the customer has confirmed that the erasure cannot be undone."
    )
    customer_id: strawberry.ID | None = strawberry.field(default=UNSET, description=CUSTOMER_ID)
    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY)


@strawberry.type(
    description="The erasure of the customer's personal data was accepted by imin, which erases before the "
    "next working day. Until then the account may still be shown; orders stay, with placeholders for what "
    "was personal. The customer's subscriptions, signed links, calendar feed and wallet passes of this "
    "gateway have ended."
)
class CustomerAccountDeletionAccepted:
    """Outcome: ErasureAccepted."""

    customer_id: strawberry.ID = strawberry.field(description="Identifier of the customer in imin.")
    message: str = strawberry.field(description="Message that can be shown to the customer.")


DeleteCustomerAccountResult: TypeAlias = Annotated[
    CustomerAccountDeletionAccepted
    | UpdateFailedError
    | CustomerNotFoundError
    | AccountChangeUnconfirmedError
    | AccountChangeUnavailableError
    | IdempotencyKeyReusedError,
    strawberry.union("DeleteCustomerAccountResult", description="The outcome of a request to erase."),
]


@strawberry.type(description="The result of deleteCustomerAccount.")
class DeleteCustomerAccountPayload:
    """Payload of deleteCustomerAccount."""

    result: DeleteCustomerAccountResult = strawberry.field(description="The outcome.")


@strawberry.type
class DeleteCustomerAccount:
    """Part of the root type; has no state."""

    @resolved(
        "Request the erasure of a customer's personal data (GDPR, article 17): of the caller, or for a "
        "trusted service of anyone. imin erases later, so the outcome is an acceptance, never a completion.",
        DeleteCustomerAccountPayload | None,
        requests=ERASURE_COST,
        is_null_only_with_error=True,
    )
    async def delete_customer_account(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            DeleteCustomerAccountInput, strawberry.argument(description="Whose account it is.")
        ],
    ) -> DeleteCustomerAccountPayload | None:
        """Raises GatewayError."""
        context = info.context
        if not input.confirm:
            raise invalid("confirm must be true: erasing personal data cannot be undone.")
        customer = customer_of(context, input.customer_id)
        if customer is None:
            return DeleteCustomerAccountPayload(result=no_such_customer())
        result = await send(context, Erasure(customer), input.idempotency_key)
        if isinstance(result.outcome, ErasureAccepted):
            accepted = CustomerAccountDeletionAccepted(customer_id=strawberry.ID(customer), message=_ACCEPTED)
            return DeleteCustomerAccountPayload(result=accepted)
        if isinstance(result.outcome, AccountMissing):
            return DeleteCustomerAccountPayload(result=no_such_customer())
        return DeleteCustomerAccountPayload(result=failure_of(result))
