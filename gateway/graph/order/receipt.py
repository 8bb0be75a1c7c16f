"""Receipts."""

from typing import Any

import strawberry

from gateway.graph.compared_fields import NotCompared
from gateway.graph.node import Node
from gateway.graph.scalars import URL, DateTime
from gateway.hints import depends_only_on
from gateway.imin import documents


@strawberry.type(description="A proof of payment. Every change of an order produces a new one.")
class Receipt(Node):
    """Runtime object: documents.Receipt."""

    identifier: strawberry.ID = strawberry.field(description="Number of the receipt in imin.")
    url: URL = strawberry.field(
        description="URL of the PDF, at this gateway, for showing it. A browser can open it without a token "
        "until `urlExpiresAt`: 5 minutes after the query, unless the operator set another lifetime. Query it "
        "again shortly before it is opened.",
        metadata=NotCompared.EXPIRES(),
    )
    download_url: URL = strawberry.field(
        description="As `url`, for saving the PDF as a file instead of showing it.",
        metadata=NotCompared.EXPIRES(),
    )
    url_expires_at: DateTime = strawberry.field(
        description="Date and time when `url` and `downloadUrl` expire.",
        metadata=NotCompared.EXPIRES(),
    )
    date_created: DateTime | None = strawberry.field(description="Date and time when the receipt was made.")

    @classmethod
    @depends_only_on()
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, documents.Receipt)
