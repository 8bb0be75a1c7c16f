"""A client that changes accounts, and what several tests expect."""

from typing import Any

from gateway.sandbox.data.entitlements import ENTITLEMENTS
from tests.conftest import Gateway

ACTIONS = "POST /customer-accounts/:id/actions"
CREATE = "POST /customer-accounts"
READ = "GET /customer-accounts/:id"
DELETE = "DELETE /customer-accounts/:id"
TYPE = ENTITLEMENTS["concept"][0]["id"]

_ERRORS = """... on AccountPartlyUpdatedError { appliedFields missingFields
    linkedAccountErrors { __typename code message sellerId sellerName } }
  ... on UpdateFailedError { reason linkedAccountErrors { __typename code sellerId } }
  ... on Error { code message }"""
_SELECTIONS = {
    "createCustomerAccount": "... on CustomerAccountCreated { customer { identifier } } "
    "... on UpdateFailedError { reason } ... on Error { code message }",
    "updateCustomerAccount": "... on CustomerAccountUpdated { appliedFields areLinkedAccountsKnown } "
    + _ERRORS,
    "deleteCustomerAccount": "... on CustomerAccountDeletionAccepted { customerId } "
    "... on UpdateFailedError { reason } ... on Error { code message }",
    "setAccessPass": "... on AccessPassSet { areLinkedAccountsKnown } " + _ERRORS,
    "setEntitlement": "... on EntitlementSet { areLinkedAccountsKnown } " + _ERRORS,
}
VALID: dict[str, dict[str, Any]] = {
    "createCustomerAccount": {"email": "ann@example.org", "givenName": "Ann", "familyName": "Lee"},
    "updateCustomerAccount": {"givenName": "Ann"},
    "deleteCustomerAccount": {"confirm": True},
    "setAccessPass": {"text": "ABC1"},
    "setEntitlement": {"customerId": "1234", "entitlementType": TYPE, "validUntil": "2027-12-31T23:59:59Z"},
}
"""Input of each mutation that imin accepts."""


def document(mutation: str, selection: str = "") -> str:
    """The mutation. selection: what to select of the result besides what tells the outcomes apart."""
    type_ = mutation[0].upper() + mutation[1:]
    result = f"{{ result {{ __typename {_SELECTIONS[mutation]} {selection} }} }}"
    return f"mutation ($input: {type_}Input!) {{ {mutation}(input: $input) {result} }}"


async def change(gateway: Gateway, mutation: str, **input_: Any) -> dict[str, Any]:
    """The result of a mutation, which must have no errors."""
    data = await gateway.data(document(mutation), input=input_)
    result: dict[str, Any] = data[mutation]["result"]
    return result


async def outcome(gateway: Gateway, mutation: str, **changes: Any) -> str:
    """The type of the result, with input that imin accepts."""
    result = await change(gateway, mutation, **VALID[mutation] | changes)
    return str(result["__typename"])
