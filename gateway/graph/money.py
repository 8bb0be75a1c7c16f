"""Prices and taxes."""

import strawberry

from gateway.graph.scalars import Decimal


@strawberry.type(description="An exact amount of money.")
class Money:
    """Runtime object: any priced document."""

    amount: Decimal = strawberry.field(
        description='Exact amount in the currency\'s main unit, for example `"12.50"` for £12.50.'
    )
    currency: str = strawberry.field(
        description="ISO 4217 currency code, for example GBP. GBP if imin states no currency."
    )


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
