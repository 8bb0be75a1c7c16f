"""Prices and taxes."""

import strawberry

from gateway.graph.scalars import Decimal


@strawberry.type(description="An exact amount of money.")
class Money:
    """Runtime object: any priced document."""

    amount: Decimal = strawberry.field(description="Amount as an exact decimal number.")
    currency: str = strawberry.field(description="ISO 4217 code, such as GBP.")


@strawberry.type(description="A tax, shown as the booking system states it; taxes of items need not add up.")
class TaxCharge:
    """Runtime object: documents.TaxCharge."""

    identifier: str | None = strawberry.field(description="The booking system's identifier of the tax.")
    name: str | None = strawberry.field(description="Name to show, such as VAT at 20%.")
    money: Money | None = strawberry.field(name="price", description="The tax itself.")
    rate: Decimal | None = strawberry.field(description="0.2 is 20 %.")
