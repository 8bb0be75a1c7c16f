"""Call the webhooks of a gateway, as imin does."""

from typing import Any

import aiohttp

from gateway.sandbox.data.vocabulary import ORDER_CONTEXT, Document, order_url
from gateway.sandbox.state.sandbox import Sandbox

ORDER_WEBHOOK_PATH = "/webhooks/orders"
_TIMEOUT = aiohttp.ClientTimeout(total=10)


async def post_webhook(url: str, key: str | None, body: Any) -> int:
    """The status of the response; 0 when there was none. key: sent as X-Api-Key."""
    headers = {"X-Api-Key": key} if key else {}
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as http:
        try:
            async with http.post(url, json=body, headers=headers) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0


def success_webhook_body(sandbox: Sandbox, order: str) -> Document:
    """The body about a completed booking. Raises LookupError for an unknown order."""
    # Assumption: imin documents the webhook, but not its body.
    customer = sandbox.customer_of(order)
    named = {"customerIdentifier": customer} if customer else {}
    return {
        "@context": ORDER_CONTEXT,
        "type": "Order",
        "id": order_url(order),
        "identifier": order,
        **named,
    }


async def report_booking(sandbox: Sandbox, order: str) -> int | None:
    """Call the success webhook of the settings' gateway; None if there is none."""
    settings = sandbox.settings
    if not settings.gateway_url:
        return None
    body = success_webhook_body(sandbox, order)
    return await post_webhook(f"{settings.gateway_url}{ORDER_WEBHOOK_PATH}", settings.order_webhook_key, body)
