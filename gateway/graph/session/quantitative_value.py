"""Amounts with units, and ranges of ages."""

import strawberry


@strawberry.type(description="A range of ages in years. Either end may be open.")
class AgeRange:
    """Runtime object: documents.AgeRange."""

    min_value: int | None = strawberry.field(description="Youngest age; null if there is no lower limit.")
    max_value: int | None = strawberry.field(description="Oldest age; null if there is no upper limit.")


@strawberry.type(
    description="An amount with its unit, or a range of amounts; either end of a range may be open."
)
class QuantitativeValue:
    """Runtime object: documents.QuantitativeValue."""

    value: float | None = strawberry.field(description="Amount, if it is a single one.")
    min_value: float | None = strawberry.field(description="Smallest amount of a range.")
    max_value: float | None = strawberry.field(description="Largest amount of a range.")
    unit_code: str | None = strawberry.field(
        description="Unit, as a UN/CEFACT code or a URL: for example MIN for minutes, KMT for kilometres."
    )
    unit_text: str | None = strawberry.field(description="Name of the unit, if there is no code for it.")
