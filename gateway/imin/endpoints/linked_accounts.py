"""A customer's accounts at sellers. Source: imin docs, Linked Accounts.

Assumptions: the end of the path is not visible in the documentation, so it is a setting; all sellers are on
one page.
"""

from gateway.imin import jsonld
from gateway.imin.documents import Attributes, Owner
from gateway.imin.documents.linked_account import LinkedAccount, LinkedAccounts
from gateway.imin.endpoints.declaration import CustomerKey, Endpoint
from gateway.imin.errors import Unreadable

Read = tuple[LinkedAccount, ...]


def _read(json: bytes, _key: CustomerKey, _selection: Attributes | None) -> Read:
    """The accounts. Raises Unreadable if any of them cannot be read: a customer would link it again."""
    collection, unreadable = jsonld.read(LinkedAccounts, json)
    is_collection = bool(collection.items) or (collection.type or "").endswith("Collection")
    if unreadable or not is_collection:
        raise Unreadable("GET /customer-accounts/:id/linked-accounts returned no readable collection")
    return collection.items


def _bind(accounts: Read, owner: Owner) -> None:
    for account in accounts:
        for one in account.access_passes:
            one.owner = owner


LINKED_ACCOUNTS: Endpoint[CustomerKey, Read] = Endpoint(
    name="linked-accounts",
    path="/{customer_accounts}/{customer}/{linked_accounts}",
    read=_read,
    absent=lambda _key: (),
    bind=_bind,
)
"""A customer's accounts at sellers; none where imin has no such customer."""
