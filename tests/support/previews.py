"""A client that looks at the terms of a cancellation before it cancels."""

from typing import Any

from tests.conftest import Gateway

_FIELDS = """
  token isPermitted refund { amount currency } totalAfter { amount currency } validUntil
  items { orderItem { id } isPermitted reason cancellableUntil refund { amount currency } }
"""
PREVIEW = f"""
query ($order: ID!, $items: [ID!]!) {{
  cancellationPreview(orderId: $order, orderItemIds: $items) {{ {_FIELDS} }}
}}
"""
CANCEL = f"""
mutation ($input: CancelOrderItemsInput!) {{
  cancelOrderItems(input: $input) {{
    result {{
      __typename
      ... on CancellationOutcome {{ code message }}
      ... on CancellationTermsChangedError {{ preview {{ {_FIELDS} }} }}
    }}
  }}
}}
"""
TERMS_CHANGED = {
    "__typename": "CancellationTermsChangedError",
    "code": "CANCELLATION_TERMS_CHANGED",
    "message": "The terms of this cancellation are not those that you were shown, so nothing was cancelled. "
    "Please look at the new terms.",
}
READ = {"GET /orders/:id": 1}


def pounds(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "GBP"}


async def preview_of(gateway: Gateway, order: str, items: list[str]) -> Any:
    return (await gateway.data(PREVIEW, order=order, items=items))["cancellationPreview"]


async def cancel_under(gateway: Gateway, order: str, items: list[str], token: Any, **more: Any) -> Any:
    """The result of a cancellation with this preview token."""
    input_ = {"orderId": order, "orderItemIds": items, "previewToken": token, **more}
    return (await gateway.data(CANCEL, input=input_))["cancelOrderItems"]["result"]
