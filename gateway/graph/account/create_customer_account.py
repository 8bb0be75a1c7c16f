"""createCustomerAccount: make an account for a new customer."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from gateway.accounts.input_rules import InvalidInput, person_members
from gateway.accounts.outcomes import AccountResult, Created
from gateway.accounts.requests import Creation
from gateway.context import Context
from gateway.graph.account.inputs import KEY, EmergencyContactInput, PostalAddressInput, given, invalid
from gateway.graph.account.results import (
    AccountChangeUnavailableError,
    AccountChangeUnconfirmedError,
    ForbiddenError,
    UpdateFailedError,
)
from gateway.graph.account.sending import send
from gateway.graph.account.shown_outcome import failure_of, for_services_only
from gateway.graph.account.update_customer_account import DETAILS
from gateway.graph.cancellation.cancel_order_items_result import IdempotencyKeyReusedError
from gateway.graph.customer import NOT_READ, Customer
from gateway.graph.decorators import resolved
from gateway.graph.enums import Gender
from gateway.graph.info import Info
from gateway.graph.scalars import Date


@strawberry.input(description="The details of a new customer.")
class CreateCustomerAccountInput:
    """Input of createCustomerAccount."""

    email: str = strawberry.field(description="E-mail address, in ASCII.")
    given_name: str = strawberry.field(description="Given name.")
    family_name: str = strawberry.field(description="Family name.")
    telephone: str | None = strawberry.field(
        default=UNSET, description="Telephone number. It is sent as the customer writes it."
    )
    birth_date: Date | None = strawberry.field(default=UNSET, description="Date of birth.")
    gender: Gender | None = strawberry.field(default=UNSET, description="Gender: MALE or FEMALE.")
    is_13_or_over: bool | None = strawberry.field(
        default=UNSET,
        name="is13OrOver",
        description="Whether the customer states that they are 13 or older.",
    )
    address: PostalAddressInput | None = strawberry.field(default=UNSET, description="Postal address.")
    emergency_contact: EmergencyContactInput | None = strawberry.field(
        default=UNSET, description="Person to contact in an emergency."
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description=f"{KEY} Without one, two calls make two accounts.",
    )


@strawberry.type(description="The account was made.")
class CustomerAccountCreated:
    """Outcome: Created."""

    customer: Customer = strawberry.field(description="The customer, as imin has answered.")


CreateCustomerAccountResult: TypeAlias = Annotated[
    CustomerAccountCreated
    | UpdateFailedError
    | ForbiddenError
    | AccountChangeUnconfirmedError
    | AccountChangeUnavailableError
    | IdempotencyKeyReusedError,
    strawberry.union("CreateCustomerAccountResult", description="The outcome of making an account."),
]


@strawberry.type(description="The result of createCustomerAccount.")
class CreateCustomerAccountPayload:
    """Payload of createCustomerAccount."""

    result: CreateCustomerAccountResult = strawberry.field(description="The outcome.")


@strawberry.type
class CreateCustomerAccount:
    """Part of the root type; has no state."""

    @resolved(
        "Make an account for a new customer, for a trusted service. If imin's answer is lost, nothing can "
        "show whether it has made one: the outcome is AccountChangeUnconfirmedError, also of later calls "
        "with the same key. imin does not document whether one e-mail address may have two accounts.",
        CreateCustomerAccountPayload | None,
        requests=1,
        is_null_only_with_error=True,
    )
    async def create_customer_account(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            CreateCustomerAccountInput, strawberry.argument(description="Who the customer is.")
        ],
    ) -> CreateCustomerAccountPayload | None:
        """Raises GatewayError."""
        context = info.context
        if not context.caller.may_name_any_customer:
            return CreateCustomerAccountPayload(result=for_services_only())
        try:
            members = person_members(given(input, (*DETAILS, "is_13_or_over")), context.services.now())
        except InvalidInput as error:
            raise invalid(str(error)) from None
        result = await send(context, Creation(members), input.idempotency_key)
        return CreateCustomerAccountPayload(result=_shown(context, result))


def _shown(context: Context, result: AccountResult) -> CreateCustomerAccountResult:
    outcome = result.outcome
    if not isinstance(outcome, Created):
        return failure_of(result)
    account = NOT_READ if result.account is None else result.account
    return CustomerAccountCreated(customer=Customer.of(outcome.customer, context, account))
