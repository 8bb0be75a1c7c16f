"""Customer accounts. Source: imin docs, Customer Accounts."""

from gateway.imin import jsonld
from gateway.imin.documents import Attributes, CustomerAccount, Owner
from gateway.imin.endpoints.declaration import CustomerKey, Endpoint
from gateway.imin.errors import Unreadable
from gateway.imin.routes import is_echo


def read_account(json: bytes, key: CustomerKey, _selection: Attributes | None) -> CustomerAccount:
    account, unreadable = jsonld.read(CustomerAccount, json)
    account.unreadable = unreadable
    if account.own_identifier is not None and not is_echo(str(account.own_identifier), key[0]):
        raise Unreadable("GET /customer-accounts/:id returned another account")
    return account


def read_new_account(json: bytes) -> CustomerAccount:
    """An account whose identifier the answer states. Raises Unreadable."""
    account, unreadable = jsonld.read(CustomerAccount, json)
    account.unreadable = unreadable
    return account


def _bind_account(account: CustomerAccount | None, owner: Owner) -> None:
    if account is not None:
        for one in account.access_passes:
            one.owner = owner


CUSTOMER_ACCOUNT: Endpoint[CustomerKey, CustomerAccount | None] = Endpoint(
    name="customer-account",
    path="/{customer_accounts}/{customer}",
    read=read_account,
    absent=lambda _key: None,
    bind=_bind_account,
    is_cacheable=lambda account: account is not None and not account.unreadable,
    is_own_name=lambda account, key: account is None or account.own_identifier in {None, key[0]},
)
"""A customer's account; None where imin has none."""
