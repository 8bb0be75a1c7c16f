"""imin's resources, read as the gateway reads them, but without a cache; example keys for all endpoints."""

import importlib
import pkgutil
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from gateway.imin import endpoints
from gateway.imin.client import IminClient
from gateway.imin.documents import Order, Page
from gateway.imin.endpoints.declaration import PUBLIC, Endpoint, Key
from gateway.imin.endpoints.orders import ORDER, ORDER_PAGE
from gateway.imin.repository import Repository
from gateway.signing.global_ids import CustomerOwner, IdSigner

DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"
"""Identifier of the order in imin's documentation. The sandbox has it."""

OPPORTUNITY = "https://opendata.example.org/sessions/1?a=b"
"""Identifier of a session that tests put into the sandbox's Search."""

_EXAMPLES: dict[str, Key] = {
    "": (PUBLIC,),
    "customer": ("abc",),
    "page": ("1234", 1),
    "identifier": ("", DOCUMENTED),
    "opportunity": (PUBLIC, OPPORTUNITY),
}
_SIGNER = IdSigner((b"secret",))


def declared_endpoints() -> list[Endpoint[Any, Any]]:
    """Every endpoint that is declared in gateway.imin.endpoints."""
    names = [module.name for module in pkgutil.iter_modules(endpoints.__path__)]
    modules = [importlib.import_module(f"{endpoints.__name__}.{name}") for name in names]
    found = {value: None for module in modules for value in vars(module).values() if type(value) is Endpoint}
    return list(found)


def example_key(endpoint: Endpoint[Any, Any]) -> Any:
    """Key of a resource of that endpoint which the sandbox has."""
    names = re.findall(r"\{(?!customer_accounts|linked_accounts)(\w+)\}", endpoint.path)
    return _EXAMPLES[names[-1] if names else ""]


def repository(
    client: IminClient, now: Callable[[], datetime] = lambda: datetime(2026, 11, 1, tzinfo=UTC)
) -> Repository:
    """A repository over that client. now: the clock of the documents' owner."""
    return Repository(
        client, lambda customer, is_shared: CustomerOwner(customer, _SIGNER, "", now, 60, is_shared)
    )


async def read_order(client: IminClient, identifier: str) -> Order:
    """An order that exists in imin. Raises IminError."""
    order = await repository(client).get_now(ORDER, ("", identifier))
    assert order is not None
    return order


async def read_orders(client: IminClient, customer: str, page: int) -> Page[Order]:
    """A page of a customer's orders. Raises IminError."""
    return await repository(client).get_now(ORDER_PAGE, (customer, page))
