"""What the mutations of accounts have in common: whose account, its details, the idempotency key."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

import strawberry
from strawberry import UNSET

from gateway.accounts.input_rules import InvalidInput
from gateway.context import Context
from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.graph.named_customer import named_customer
from gateway.imin.documents.vocabulary import Gender

CUSTOMER_ID = (
    "`id` or `identifier` of the customer. A trusted service must name them; without it, the customer who "
    "sends the request is meant."
)
KEY = (
    "A text that the client makes up for this change, 1 to 255 characters. For 24 hours, a call with the "
    "same key and input sends nothing further: it gives the first outcome again, or finds out what became of "
    "it."
)

_GENDERS = {Gender.MALE: "https://schema.org/Male", Gender.FEMALE: "https://schema.org/Female"}


@strawberry.input(description="A postal address. Parts that are left out are not changed.")
class PostalAddressInput:
    """Part of the details of a person."""

    street_address: str | None = strawberry.field(default=UNSET, description="House number and street.")
    address_locality: str | None = strawberry.field(default=UNSET, description="Town, or part of a town.")
    address_region: str | None = strawberry.field(default=UNSET, description="County or city.")
    postal_code: str | None = strawberry.field(default=UNSET, description="Postcode.")
    address_country: str | None = strawberry.field(
        default=UNSET, description="ISO 3166 country code of two letters."
    )


@strawberry.input(description="Whom to contact in an emergency.")
class EmergencyContactInput:
    """Part of the details of a person."""

    name: str | None = strawberry.field(default=UNSET, description="Full name.")
    telephone: str | None = strawberry.field(
        default=UNSET, description="Telephone number, as the customer writes it."
    )


def given(input_: Any, names: Iterable[str]) -> dict[str, Any]:
    """The values of an input's fields by GraphQL name; null and left out are the same, and left out.

    Raises InvalidInput for a value of an enum that cannot be sent.
    """
    values = {_camel(name): getattr(input_, name) for name in names}
    return {
        name: _plain(name, value)
        for name, value in values.items()
        if value is not None and value is not UNSET
    }


def customer_of(context: Context, text: str | None) -> str | None:
    """The customer who is meant; None if there is none for whom the caller may act.

    Raises GatewayError if a service names none.
    """
    if text is not None and text is not UNSET:
        return named_customer(context, text)
    if context.caller.customer is None:
        raise invalid("customerId is required: a service must name the customer.")
    return context.caller.customer


def invalid(message: str) -> GatewayError:
    return GatewayError(BAD_USER_INPUT, message)


def _plain(name: str, value: Any) -> Any:
    """A value as the rules of input expect it."""
    if isinstance(value, Enum):
        if value not in _GENDERS:
            raise InvalidInput(f"{name} must be MALE or FEMALE.")
        return _GENDERS[value]
    if isinstance(value, PostalAddressInput | EmergencyContactInput):
        return given(value, value.__dataclass_fields__)
    return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)
