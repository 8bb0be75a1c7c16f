"""Receipts."""

from typing import Any

import strawberry

from gateway.graph.node import Node
from gateway.graph.scalars import URL, DateTime
from gateway.hints import depends_only_on
from gateway.imin import documents


@strawberry.type(description="A proof of payment. Each change of an order makes a new one.")
class Receipt(Node):
    """Runtime object: documents.Receipt."""

    identifier: strawberry.ID = strawberry.field(description="imin's number of the receipt.")
    url: URL = strawberry.field(description="The PDF; an address of this gateway that a browser can open.")
    date_created: DateTime | None = strawberry.field(description="When it was made.")

    @classmethod
    @depends_only_on()
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the document is a receipt."""
        return isinstance(value, documents.Receipt)
