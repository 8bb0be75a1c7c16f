"""Convert the outcome of a change of an account to its GraphQL type."""

from typing import TypeAlias

import strawberry

from gateway.accounts import outcomes
from gateway.accounts.outcomes import AccountResult
from gateway.context import Context
from gateway.graph.account.results import (
    AccountChangeUnavailableError,
    AccountChangeUnconfirmedError,
    AccountPartlyUpdatedError,
    BarcodeInvalidError,
    CustomerAccountField,
    ForbiddenError,
    LinkedAccountError,
    LinkedAccountNotUpdatedError,
    UpdateFailedError,
)
from gateway.graph.cancellation.cancel_order_items_result import IdempotencyKeyReusedError
from gateway.graph.customer import NOT_READ, Customer
from gateway.graph.error import CustomerNotFoundError, ErrorCode
from gateway.imin.documents.account_answer import LinkedProblem
from gateway.imin.endpoints.customer_account import CUSTOMER_ACCOUNT

Failure: TypeAlias = (
    UpdateFailedError
    | AccountChangeUnconfirmedError
    | AccountChangeUnavailableError
    | IdempotencyKeyReusedError
)
Refusal: TypeAlias = AccountPartlyUpdatedError | CustomerNotFoundError | Failure

_MESSAGES = {
    "PARTLY": "Not everything was changed. Please check your details.",
    "REFUSED": "The booking system does not accept this change.",
    "UNCONFIRMED": "We sent the change but do not know yet whether it was made. Please look at your account "
    "again in a moment.",
    "UNAVAILABLE": "The booking system cannot be reached at the moment. Nothing was changed. Please try "
    "again later.",
    "UNRECORDED": "The change cannot be recorded at the moment, so it was not sent. Please try again later.",
    "BARCODE": "The seller does not accept this pass.",
    "LINKED": "The seller did not take the change.",
}


def customer_after(context: Context, customer: str, result: AccountResult) -> Customer:
    """The customer as answered or read by the change; otherwise their account is read for its fields."""
    context.loader(CUSTOMER_ACCOUNT).forget((customer,))
    return Customer.of(customer, context, NOT_READ if result.account is None else result.account)


def refusal_of(context: Context, customer: str, result: AccountResult) -> Refusal:
    """The type of an outcome that is no success."""
    match result.outcome:
        case outcomes.PartlyApplied() as outcome:
            return AccountPartlyUpdatedError(
                code=ErrorCode.PARTLY_UPDATED,
                message=_MESSAGES["PARTLY"],
                customer=customer_after(context, customer, result),
                applied_fields=fields_of(outcome.members),
                missing_fields=fields_of(outcome.missing),
                linked_account_errors=linked_errors(outcome.problems),
            )
        case outcomes.AccountMissing():
            return no_such_customer()
    return failure_of(result)


def failure_of(result: AccountResult) -> Failure:
    """The type of an outcome that changes nothing, or whose effect is not known."""
    match result.outcome:
        case outcomes.ChangeRefused() as outcome:
            return UpdateFailedError(
                code=ErrorCode.UPDATE_FAILED,
                message=outcome.text or _MESSAGES["REFUSED"],
                reason=outcome.kind or None,
                linked_account_errors=linked_errors(outcome.problems),
            )
        case outcomes.KeyUsed():
            return IdempotencyKeyReusedError(
                code=ErrorCode.IDEMPOTENCY_KEY_REUSED,
                message="This idempotency key was used for something else before.",
                order=None,
                order_items=[],
            )
        case outcomes.ChangeUnavailable(is_journal_unread):
            message = _MESSAGES["UNRECORDED" if is_journal_unread else "UNAVAILABLE"]
            return AccountChangeUnavailableError(code=ErrorCode.UPSTREAM_UNAVAILABLE, message=message)
    return AccountChangeUnconfirmedError(
        code=ErrorCode.ACCOUNT_CHANGE_UNCONFIRMED, message=_MESSAGES["UNCONFIRMED"]
    )


def no_such_customer() -> CustomerNotFoundError:
    return CustomerNotFoundError(code=ErrorCode.CUSTOMER_NOT_FOUND, message="There is no such customer.")


def for_services_only() -> ForbiddenError:
    return ForbiddenError(
        code=ErrorCode.FORBIDDEN, message="Only a trusted service may do this for its customers."
    )


def fields_of(members: tuple[str, ...]) -> list[CustomerAccountField]:
    return [CustomerAccountField(member) for member in members]


def linked_errors(problems: tuple[LinkedProblem, ...]) -> list[LinkedAccountError]:
    return [_linked_error(problem) for problem in problems]


def _linked_error(problem: LinkedProblem) -> LinkedAccountError:
    is_barcode = problem.kind == "BarcodeInvalidError"
    kind = BarcodeInvalidError if is_barcode else LinkedAccountNotUpdatedError
    code = ErrorCode.BARCODE_INVALID if is_barcode else ErrorCode.LINKED_ACCOUNT_NOT_UPDATED
    return kind(
        code=code,
        message=problem.text or _MESSAGES["BARCODE" if is_barcode else "LINKED"],
        seller_id=strawberry.ID(problem.seller) if problem.seller else None,
        seller_name=problem.seller_name or None,
    )
