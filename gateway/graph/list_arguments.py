"""Arguments of a customer's lists."""

from typing import Annotated, TypeVar

import strawberry
from strawberry import UNSET

from gateway.graph.enums import OrderItemStatus
from gateway.graph.scalars import DateTime

T = TypeVar("T")

First = Annotated[
    int | None,
    strawberry.argument(
        description="Number of items to return from the start of the range, 1 to 100. Without `first` and "
        "`last`: the 10 items next to the cursor, or the first 10."
    ),
]
After = Annotated[str | None, strawberry.argument(description="Cursor: only items after it are returned.")]
Last = Annotated[
    int | None,
    strawberry.argument(
        description="Number of items to return from the end of the range, 1 to 100. Cannot be combined with "
        "`first`."
    ),
]
Before = Annotated[str | None, strawberry.argument(description="Cursor: only items before it are returned.")]
From = Annotated[
    DateTime | None,
    strawberry.argument(
        name="from",
        description="Only orders with this `orderDate` or a later one. The range is found by bisection: an "
        "order without a date is never in it.",
    ),
]
To = Annotated[
    DateTime | None,
    strawberry.argument(description="Only orders with this `orderDate` or an earlier one."),
]
ItemStatuses = Annotated[
    list[OrderItemStatus] | None,
    strawberry.argument(description="Only what has an item of one of these statuses."),
]
ExcludeCancelled = Annotated[
    bool | None,
    strawberry.argument(
        description="Whether to leave out cancelled items: `CUSTOMER_CANCELLED` and `SELLER_CANCELLED`."
    ),
]


def or_none(argument: T | None) -> T | None:
    return None if argument is UNSET else argument
