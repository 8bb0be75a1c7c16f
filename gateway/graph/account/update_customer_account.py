"""updateCustomerAccount: change details of a customer's account, and of accounts that sellers hold."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from gateway.accounts.input_rules import InvalidInput, iri, person_members
from gateway.accounts.outcomes import AccountResult, Applied
from gateway.accounts.requests import Update
from gateway.context import Context
from gateway.errors import NOT_AVAILABLE, GatewayError
from gateway.graph.account.inputs import (
    CUSTOMER_ID,
    KEY,
    EmergencyContactInput,
    PostalAddressInput,
    customer_of,
    given,
    invalid,
)
from gateway.graph.account.results import (
    AccountChangeUnavailableError,
    AccountChangeUnconfirmedError,
    AccountPartlyUpdatedError,
    CustomerAccountField,
    UpdateFailedError,
)
from gateway.graph.account.sending import CHANGE_COST, send
from gateway.graph.account.shown_outcome import customer_after, fields_of, no_such_customer, refusal_of
from gateway.graph.cancellation.cancel_order_items_result import IdempotencyKeyReusedError
from gateway.graph.customer import Customer
from gateway.graph.decorators import resolved
from gateway.graph.enums import Gender
from gateway.graph.error import CustomerNotFoundError
from gateway.graph.info import Info
from gateway.graph.scalars import Date
from gateway.signing.global_ids import GlobalId

DETAILS = (
    "email",
    "given_name",
    "family_name",
    "telephone",
    "birth_date",
    "gender",
    "address",
    "emergency_contact",
)


@strawberry.input(
    description="The details to change: at least one. What is left out or null stays as it is; imin "
    "documents no way to remove a detail."
)
class UpdateCustomerAccountInput:
    """Input of updateCustomerAccount."""

    customer_id: strawberry.ID | None = strawberry.field(default=UNSET, description=CUSTOMER_ID)
    given_name: str | None = strawberry.field(default=UNSET, description="Given name.")
    family_name: str | None = strawberry.field(default=UNSET, description="Family name.")
    email: str | None = strawberry.field(default=UNSET, description="E-mail address, in ASCII.")
    telephone: str | None = strawberry.field(
        default=UNSET, description="Telephone number. It is sent as the customer writes it."
    )
    birth_date: Date | None = strawberry.field(default=UNSET, description="Date of birth.")
    gender: Gender | None = strawberry.field(default=UNSET, description="Gender: MALE or FEMALE.")
    address: PostalAddressInput | None = strawberry.field(default=UNSET, description="Postal address.")
    emergency_contact: EmergencyContactInput | None = strawberry.field(
        default=UNSET, description="Person to contact in an emergency."
    )
    seller_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="`id` or IRI of sellers whose accounts, linked to the customer's, change too.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY)


@strawberry.type(description="Everything that was requested is changed.")
class CustomerAccountUpdated:
    """Outcome: Applied."""

    customer: Customer = strawberry.field(description="The customer as they are now, as imin shows them.")
    applied_fields: list[CustomerAccountField] = strawberry.field(
        description="What imin states as changed; what a reading shows, if imin's answer was lost."
    )
    are_linked_accounts_known: bool = strawberry.field(
        description="Whether imin has stated that the accounts of `sellerIds` took the change. False if its "
        "answer was lost and the change was found by reading the customer's account."
    )


UpdateCustomerAccountResult: TypeAlias = Annotated[
    CustomerAccountUpdated
    | AccountPartlyUpdatedError
    | UpdateFailedError
    | CustomerNotFoundError
    | AccountChangeUnconfirmedError
    | AccountChangeUnavailableError
    | IdempotencyKeyReusedError,
    strawberry.union("UpdateCustomerAccountResult", description="The outcome of an update."),
]


@strawberry.type(description="The result of updateCustomerAccount.")
class UpdateCustomerAccountPayload:
    """Payload of updateCustomerAccount."""

    result: UpdateCustomerAccountResult = strawberry.field(description="The outcome.")


@strawberry.type
class UpdateCustomerAccount:
    """Part of the root type; has no state."""

    @resolved(
        "Change details of a customer: of the caller, or for a trusted service of anyone.",
        UpdateCustomerAccountPayload | None,
        requests=CHANGE_COST,
        is_null_only_with_error=True,
    )
    async def update_customer_account(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            UpdateCustomerAccountInput, strawberry.argument(description="What to change.")
        ],
    ) -> UpdateCustomerAccountPayload | None:
        """Raises GatewayError."""
        context = info.context
        request = _request(context, input)
        if request is None:
            return UpdateCustomerAccountPayload(result=no_such_customer())
        result = await send(context, request, input.idempotency_key)
        return UpdateCustomerAccountPayload(result=_shown(context, request, result))


def _request(context: Context, input_: UpdateCustomerAccountInput) -> Update | None:
    """What to send; None if there is no customer for whom the caller may act. Raises GatewayError."""
    try:
        members = person_members(given(input_, DETAILS), context.services.now())
        sellers = _sellers(context, input_.seller_ids or [])
    except InvalidInput as error:
        raise invalid(str(error)) from None
    if not members:
        raise invalid("At least one detail to change is required.")
    if sellers and not context.services.accounts.can_name_sellers:
        raise GatewayError(
            NOT_AVAILABLE,
            "sellerIds cannot be used: GATEWAY_IMIN_ACCOUNT_STYLE is flat.",
        )
    customer = customer_of(context, input_.customer_id)
    return None if customer is None else Update(customer, members, sellers)


def _sellers(context: Context, ids: list[strawberry.ID]) -> tuple[str, ...]:
    """IRIs of sellers. Raises InvalidInput."""
    named = [(id_, context.services.signer.verify(id_)) for id_ in ids]
    iris = (
        _seller_iri(found) if found else iri(f"sellerIds[{index}]", id_)
        for index, (id_, found) in enumerate(named)
    )
    return tuple(dict.fromkeys(iris))


def _seller_iri(id_: GlobalId) -> str:
    """A seller without an IRI has an id of two parts, which names one order. Raises InvalidInput."""
    if id_.kind != "Seller" or len(id_.parts) != 2 or id_.parts[0]:  # noqa: PLR2004  # as CustomerOwner.seller_id
        raise InvalidInput("sellerIds must be ids of sellers that have an IRI.")
    return iri("sellerIds", id_.parts[1])


def _shown(context: Context, request: Update, result: AccountResult) -> UpdateCustomerAccountResult:
    outcome = result.outcome
    if not isinstance(outcome, Applied):
        return refusal_of(context, request.customer, result)
    return CustomerAccountUpdated(
        customer=customer_after(context, request.customer, result),
        applied_fields=fields_of(outcome.members),
        are_linked_accounts_known=outcome.are_linked_known,
    )
