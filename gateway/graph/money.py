"""Prices and taxes."""

import decimal
from functools import lru_cache
from typing import Annotated, Any

import strawberry
from graphql import GRAPHQL_MAX_INT

from gateway.errors import BAD_USER_INPUT, UPSTREAM_INVALID, GatewayError
from gateway.graph.decorators import calculated
from gateway.graph.scalars import MAX_DIGITS, Decimal, exact_decimal

_MAX_LOCALES = 64
_MAX_LOCALE_CHARACTERS = 35
_EXACT = decimal.Context(prec=2 * MAX_DIGITS, rounding=decimal.ROUND_HALF_UP)


Locale = Annotated[
    str,
    strawberry.argument(
        description="Language tag (BCP 47), for example en-GB, cy or fr-FR. One that the Unicode locale data "
        "(CLDR) do not have is an error."
    ),
]


@strawberry.type(description="An exact amount of money.")
class Money:
    """Runtime object: any priced document."""

    amount: Decimal = strawberry.field(
        description='Exact amount in the currency\'s main unit, for example `"12.50"` for £12.50.'
    )
    currency: str = strawberry.field(
        description="ISO 4217 currency code, for example GBP. GBP if imin states no currency."
    )

    @calculated(
        "The amount in the currency's minor unit, for example 1250 for £12.50, as payment services count it. "
        "An amount with a fraction of it is rounded to the nearest, halves away from zero: 16.992 is 1699, "
        "8.125 is 813. Null if the currency is unknown; null with an error if it is more than an Int holds.",
        reads=("amount", "currency"),
    )
    def minor_units(self) -> int | None:
        digits = _minor_digits(self.currency)
        if digits is None:
            return None
        units = int(_rounded(self.amount, digits).scaleb(digits, _EXACT))
        if abs(units) > GRAPHQL_MAX_INT:
            raise GatewayError(
                UPSTREAM_INVALID, "The booking system sent an amount that is too large for minorUnits."
            )
        return units

    @calculated(
        "The amount as people of a locale write it, for example £12.50. It has the usual number of decimal "
        "places of the currency, rounded as `minorUnits` is.",
        reads=("amount", "currency"),
    )
    def formatted(self, locale: Locale = "en-GB") -> str:
        # Imported when first needed, since it takes 6 MB.
        from babel.numbers import format_currency  # noqa: PLC0415

        digits = _minor_digits(self.currency)
        rounded = _rounded(self.amount, 2 if digits is None else digits)
        return format_currency(rounded, self.currency.upper(), locale=_locale(locale))


@lru_cache(_MAX_LOCALES)
def _minor_digits(currency: str) -> int | None:
    """Decimal places of a currency; None if it is unknown."""
    from babel.numbers import get_currency_precision, is_currency  # noqa: PLC0415  # as above

    code = currency.upper()
    return get_currency_precision(code) if is_currency(code) else None


def _rounded(amount: object, digits: int) -> decimal.Decimal:
    return exact_decimal(amount).quantize(decimal.Decimal(1).scaleb(-digits), context=_EXACT)


@lru_cache(_MAX_LOCALES)
def _locale(tag: str) -> Any:
    import babel  # noqa: PLC0415  # as above

    language = tag.lower().partition("-u-")[0]  # extensions ask for other digits or calendars
    try:
        if len(tag) > _MAX_LOCALE_CHARACTERS:
            raise ValueError  # noqa: TRY301  # one message for all of them
        return babel.Locale.parse(language, sep="-")
    except (ValueError, babel.UnknownLocaleError):
        shown = tag[:_MAX_LOCALE_CHARACTERS]
        reason = (
            f"locale must be a language tag of the Unicode locale data, for example en-GB, got {shown!r}."
        )
        raise GatewayError(BAD_USER_INPUT, reason) from None


@strawberry.type(
    description="A tax on an item or an order, as the booking system states it. The taxes of the items of an "
    "order need not add up to its total tax."
)
class TaxCharge:
    """Runtime object: documents.TaxCharge."""

    identifier: str | None = strawberry.field(
        description="Identifier of the tax in the booking system; its IRI if it has none."
    )
    name: str | None = strawberry.field(description="Display name, for example VAT at 20%.")
    money: Money | None = strawberry.field(name="price", description="Amount of the tax.")
    rate: Decimal | None = strawberry.field(description="Tax rate as a fraction: 0.2 is 20%.")
