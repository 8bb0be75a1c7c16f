"""Control requests about customer accounts: what imin and the sellers do with changes of them."""

from typing import Any

from gateway.sandbox.api.control_body import BodyField, InputError, boolean_field, text_field
from gateway.sandbox.api.control_request import ControlCall, ControlRequests
from gateway.sandbox.data.sellers import SELLERS
from gateway.sandbox.state.account_actions import PROPERTIES
from gateway.sandbox.state.linked_accounts import SellerAccount

_CUSTOMER = "/sandbox/customers/{identifier}"

ACCOUNTS = ControlRequests()


@ACCOUNTS.declare(
    "PATCH",
    f"{_CUSTOMER}/linked-accounts",
    "Link the customer's account at a seller, unlink it, or let the seller refuse every change of it; fields "
    "that are not sent stay as they are. Returns the linked accounts.",
    fields=(
        BodyField("seller", "text or null", "the seller's id; null: the first seller", None),
        BodyField("linked", "true or false", "whether the account there is linked; not needed"),
        BodyField("fails", "true or false", "whether the seller refuses changes; not needed"),
        BodyField(
            "matching_email",
            "true or false",
            "imin:matchingEmailExists of an account that is not linked; not needed",
        ),
    ),
    example={"linked": True, "fails": True},
)
def _change_linked_account(call: ControlCall) -> Any:
    account = _chosen(call)
    account.is_linked = boolean_field(call.body, "linked", account.is_linked)
    account.fails = boolean_field(call.body, "fails", account.fails)
    account.is_known = boolean_field(call.body, "matching_email", account.is_known)
    return call.sandbox.accounts.linked.collection(call.identifier)


@ACCOUNTS.declare(
    "PATCH",
    _CUSTOMER,
    "Let updates of the account leave properties as they are, although imin answers 200. Returns the fields.",
    fields=(
        BodyField("unapplied", "array of texts", f"properties: of {', '.join(PROPERTIES)}; [] for none"),
    ),
    example={"unapplied": ["telephone"]},
)
def _leave_properties(call: ControlCall) -> Any:
    _check(call)
    names = call.body.get("unapplied")
    if not isinstance(names, list) or not all(name in PROPERTIES for name in names):
        raise InputError(f"unapplied must be an array of {', '.join(PROPERTIES)}, got {names!r}.")
    call.sandbox.accounts.actions.unapplied[call.identifier] = names
    return call.body


@ACCOUNTS.declare(
    "DELETE",
    _CUSTOMER,
    "Erase the account now, instead of when the next working day begins: it is unknown, and orders have "
    "placeholders for personal data.",
)
def _erase(call: ControlCall) -> None:
    _check(call)
    call.sandbox.erase_customer(call.identifier)


def _chosen(call: ControlCall) -> SellerAccount:
    _check(call)
    seller = text_field(call.body, "seller") or SELLERS[0].url
    for account in call.sandbox.accounts.linked.of(call.identifier):
        if account.seller.url == seller:
            return account
    raise LookupError(f"there is no seller {seller!r}; there are {', '.join(one.url for one in SELLERS)}")


def _check(call: ControlCall) -> None:
    if not call.sandbox.accounts.exists(call.identifier):
        raise LookupError(f"there is no customer {call.identifier!r}")
