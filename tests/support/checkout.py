"""Creating checkout sessions in tests."""

from typing import Any

from gateway.sandbox import Sandbox
from tests.conftest import Gateway

CREATE = "POST /api/checkout-sessions"
MUTATION = """
mutation ($input: CreateCheckoutSessionInput!) { createCheckoutSession(input: $input) { result {
  __typename
  ... on CheckoutSession {
    id url customer { identifier }
    items { opportunityId opportunityType offerId attendee { identifier } }
  }
  ... on CheckoutRefusedError { reason }
  ... on Error { code message }
} } }
"""


def for_sale(sandbox: Sandbox, kind: str = "ScheduledSession") -> tuple[str, str]:
    """Identifier and offer of the first session or slot that checkout sells."""
    found = [one for one in sandbox.opportunities() if one["type"] == kind]
    opportunity = min(found, key=lambda one: str(one["startDate"]))
    levels = [opportunity, opportunity.get("superEvent", {})]
    offer = next(level["offers"][0]["id"] for level in levels if "offers" in level)
    return opportunity["identifier"], offer


async def create(gateway: Gateway, **input_: Any) -> Any:
    """The result of createCheckoutSession."""
    return (await gateway.data(MUTATION, input=input_))["createCheckoutSession"]["result"]


def sent(sandbox: Sandbox) -> Any:
    """The body of the only request that imin has received."""
    [entry] = sandbox.request_log.entries
    assert entry.route == CREATE
    return entry.body
