"""What one GraphQL request may use."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from gateway.auth import Caller
from gateway.idempotency import Outcomes
from gateway.imin.client import IminClient
from gateway.loaders import CustomerAccountLoader, OrderItemPageLoader, OrderLoader, OrderPageLoader
from gateway.ownership import CustomerOwner, IdSeal


@dataclass(frozen=True)
class Services:
    """What all requests share; put together once by the app.

    concurrency: requests to imin in flight for one query.
    cancel_item_id: what a cancellation names an item by, `identifier` or `iri`.
    cancellations: outcomes by idempotency key.
    """

    client: IminClient
    seal: IdSeal
    public_url: str
    concurrency: int
    cancel_item_id: str
    cancellations: Outcomes[Any] = field(default_factory=Outcomes)


@dataclass
class Context:
    """One request: who asks, its loaders, and the errors that belong to no null field."""

    caller: Caller
    request_id: str
    services: Services
    errors: list[GraphQLError] = field(default_factory=list)
    reported: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        turn = asyncio.Semaphore(self.services.concurrency)
        client = self.services.client
        self.orders = OrderLoader(client, turn, self.owner)
        self.order_pages = OrderPageLoader(client, turn, self.owner, self.orders)
        self.order_item_pages = OrderItemPageLoader(client, turn, self.owner)
        self.accounts = CustomerAccountLoader(client, turn)

    def owner(self, customer: str) -> CustomerOwner:
        """The customer as owner of what is loaded for them."""
        return CustomerOwner(customer, self.services.seal, self.services.public_url)
