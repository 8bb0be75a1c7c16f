"""setEntitlement: give a customer a right to reduced prices."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from gateway.accounts.input_rules import InvalidInput, iri, moment
from gateway.accounts.outcomes import Applied
from gateway.accounts.requests import EntitlementUpdate
from gateway.graph.account.inputs import KEY, customer_of, invalid
from gateway.graph.account.results import (
    AccountChangeUnavailableError,
    AccountChangeUnconfirmedError,
    AccountPartlyUpdatedError,
    ForbiddenError,
    UpdateFailedError,
)
from gateway.graph.account.sending import CHANGE_COST, send
from gateway.graph.account.shown_outcome import (
    customer_after,
    for_services_only,
    no_such_customer,
    refusal_of,
)
from gateway.graph.cancellation.cancel_order_items_result import IdempotencyKeyReusedError
from gateway.graph.customer import Customer
from gateway.graph.decorators import resolved
from gateway.graph.error import CustomerNotFoundError
from gateway.graph.info import Info
from gateway.graph.scalars import DateTime


@strawberry.input(description="The entitlement, and who gets it.")
class SetEntitlementInput:
    """Input of setEntitlement."""

    customer_id: strawberry.ID = strawberry.field(description="`id` or `identifier` of the customer.")
    entitlement_type: strawberry.ID = strawberry.field(
        description="`identifier` of the entitlement type, from `Query.entitlements`."
    )
    valid_until: DateTime = strawberry.field(
        description="When it ends. imin documents no way to remove an entitlement; assumption: a time in the "
        "past ends it."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY)


@strawberry.type(
    description="The customer has the entitlement, in imin and in all accounts that sellers hold. It "
    "replaces an earlier one."
)
class EntitlementSet:
    """Outcome: Applied."""

    customer: Customer = strawberry.field(description="The customer as they are now, as imin shows them.")
    are_linked_accounts_known: bool = strawberry.field(
        description="Whether imin has stated that the sellers' accounts took the entitlement. False if its "
        "answer was lost and the entitlement was found by reading the customer's account."
    )


SetEntitlementResult: TypeAlias = Annotated[
    EntitlementSet
    | AccountPartlyUpdatedError
    | UpdateFailedError
    | ForbiddenError
    | CustomerNotFoundError
    | AccountChangeUnconfirmedError
    | AccountChangeUnavailableError
    | IdempotencyKeyReusedError,
    strawberry.union("SetEntitlementResult", description="The outcome of setting an entitlement."),
]


@strawberry.type(description="The result of setEntitlement.")
class SetEntitlementPayload:
    """Payload of setEntitlement."""

    result: SetEntitlementResult = strawberry.field(description="The outcome.")


@strawberry.type
class SetEntitlement:
    """Part of the root type; has no state."""

    @resolved(
        "Give a customer an entitlement, for a trusted service.",
        SetEntitlementPayload | None,
        requests=CHANGE_COST,
        is_null_only_with_error=True,
    )
    async def set_entitlement(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            SetEntitlementInput, strawberry.argument(description="The entitlement.")
        ],
    ) -> SetEntitlementPayload | None:
        """Raises GatewayError."""
        context = info.context
        if not context.caller.may_name_any_customer:
            return SetEntitlementPayload(result=for_services_only())
        try:
            type_iri = iri("entitlementType", input.entitlement_type)
            until = moment("validUntil", input.valid_until)
        except InvalidInput as error:
            raise invalid(str(error)) from None
        customer = customer_of(context, input.customer_id)
        if customer is None:
            return SetEntitlementPayload(result=no_such_customer())
        request = EntitlementUpdate(customer, type_iri, until)
        result = await send(context, request, input.idempotency_key)
        if not isinstance(result.outcome, Applied):
            return SetEntitlementPayload(result=refusal_of(context, customer, result))
        return SetEntitlementPayload(
            result=EntitlementSet(
                customer=customer_after(context, customer, result),
                are_linked_accounts_known=result.outcome.are_linked_known,
            )
        )
