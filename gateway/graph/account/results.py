"""Types of outcomes that several mutations of accounts share."""

from enum import Enum

import strawberry

from gateway.graph.customer import Customer
from gateway.graph.error import Error


@strawberry.enum(description="A part of a customer's account that can be changed.")
class CustomerAccountField(Enum):
    """The values are imin's names."""

    EMAIL = strawberry.enum_value("email", description="E-mail address.")
    GIVEN_NAME = strawberry.enum_value("givenName", description="Given name.")
    FAMILY_NAME = strawberry.enum_value("familyName", description="Family name.")
    TELEPHONE = strawberry.enum_value("telephone", description="Telephone number.")
    BIRTH_DATE = strawberry.enum_value("birthDate", description="Date of birth.")
    GENDER = strawberry.enum_value("gender", description="Gender.")
    ADDRESS = strawberry.enum_value("address", description="Postal address.")
    EMERGENCY_CONTACT = strawberry.enum_value(
        "emergencyContact", description="Person to contact in an emergency."
    )
    ACCESS_PASS = strawberry.enum_value("accessPass", description="Access pass.")
    ENTITLEMENT = strawberry.enum_value("entitlement", description="Entitlement.")


@strawberry.interface(
    description="Why an account that a seller holds, linked to the customer's, did not take a change."
)
class LinkedAccountError(Error):
    """Runtime object as well."""

    seller_id: strawberry.ID | None = strawberry.field(
        description="IRI of the seller, as in `sellerIds`; null if imin does not state it."
    )
    seller_name: str | None = strawberry.field(description="Name of the seller, if imin states it.")


@strawberry.type(description="The seller does not accept the text of the access pass.")
class BarcodeInvalidError(LinkedAccountError):
    """imin's error of that name."""


@strawberry.type(description="The seller's account was not changed, for another reason.")
class LinkedAccountNotUpdatedError(LinkedAccountError):
    """Any other error of a linked account."""


LINKED_ACCOUNT_ERRORS = (BarcodeInvalidError, LinkedAccountNotUpdatedError)


@strawberry.type(
    description="A part of the change was made, and another was not: in imin's own account, or in accounts "
    "that sellers hold."
)
class AccountPartlyUpdatedError(Error):
    """Outcome: PartlyApplied."""

    customer: Customer = strawberry.field(description="The customer as they are now.")
    applied_fields: list[CustomerAccountField] = strawberry.field(
        description="What imin has changed in its own account."
    )
    missing_fields: list[CustomerAccountField] = strawberry.field(
        description="What was requested, and imin does not state as changed."
    )
    linked_account_errors: list[LinkedAccountError] = strawberry.field(
        description="Accounts of sellers that did not take the change."
    )


@strawberry.type(
    description="The change is not accepted by imin, for example because a barcode lacks the expected "
    "prefix. The account in imin is unchanged."
)
class UpdateFailedError(Error):
    """Outcome: ChangeRefused."""

    reason: str | None = strawberry.field(description="Name of the error in imin, for programs.")
    linked_account_errors: list[LinkedAccountError] = strawberry.field(
        description="Accounts of sellers that did not take the change, as far as imin states them."
    )


@strawberry.type(
    description="The change was sent, by this call or an earlier one with the same key, but its result is "
    "not known: imin did not answer, or its answer could not be read. The same key finds out whether the "
    "account shows it; it is never sent again under that key."
)
class AccountChangeUnconfirmedError(Error):
    """Outcome: ChangeUnconfirmed."""


@strawberry.type(
    description="Nothing was changed: the booking system cannot be reached, or the gateway cannot record the "
    "change now. Call again later."
)
class AccountChangeUnavailableError(Error):
    """Outcome: ChangeUnavailable."""


@strawberry.type(description="The caller's token does not allow this. Nothing was sent.")
class ForbiddenError(Error):
    """Only a trusted service may do it."""
