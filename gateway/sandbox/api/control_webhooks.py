"""Control requests that make the simulated imin call the webhooks of a gateway."""

from typing import Any

import aiohttp
from yarl import URL

from gateway.sandbox.api.control_body import BodyField, InputError, text_field
from gateway.sandbox.api.control_request import ControlCall, ControlRequests
from gateway.sandbox.data.vocabulary import OPENACTIVE, ORDER_CONTEXT, customer_account_url, order_url

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_RETURNS = "Returns the status of the gateway's response; 0: there was none."
_KEY = BodyField("key", "text or null", "the X-Api-Key to send; null: that of the demo's gateway", None)
_BODY = BodyField(
    "body", "any JSON value", "the body to send instead of the assumed one; null: that one", None
)

WEBHOOKS = ControlRequests()


def _url(path: str) -> BodyField:
    return BodyField("url", "text or null", f"where to send it; null: {path} of the demo's gateway", None)


@WEBHOOKS.declare(
    "POST",
    "/sandbox/orders/{identifier}/success-webhook",
    f"Call the webhook of checkout about a completed booking, for this order. {_RETURNS}",
    fields=(_url("/webhooks/orders"), _KEY, _BODY),
    example={"url": "http://127.0.0.1:8000/webhooks/orders", "key": "key-of-the-order-webhook"},
)
async def _order_completed(call: ControlCall) -> Any:
    order = call.identifier
    customer = call.sandbox.customer_of(order)
    # Assumption: imin documents the webhook, but not its body.
    body = {
        "@context": ORDER_CONTEXT,
        "type": "Order",
        "id": order_url(order),
        "identifier": order,
        "customerIdentifier": customer,
    }
    return await _send(call, "webhooks/orders", call.sandbox.settings.order_webhook_key, body)


@WEBHOOKS.declare(
    "POST",
    "/sandbox/customers/{identifier}/webhook",
    f"Call the webhook about a customer whose details have changed. {_RETURNS}",
    fields=(_url("/webhooks/customer-accounts"), _KEY, _BODY),
    example={"url": "http://127.0.0.1:8000/webhooks/customer-accounts", "key": "key-of-the-customer-webhook"},
)
async def _customer_changed(call: ControlCall) -> Any:
    # Source: imin docs, Customer Detail Change webhook.
    body = {
        "@context": OPENACTIVE,
        "@type": "CustomerAccount",
        "@id": customer_account_url(call.identifier),
        "identifier": call.identifier,
    }
    key = call.sandbox.settings.customer_webhook_key
    return await _send(call, "webhooks/customer-accounts", key, body)


async def _send(call: ControlCall, path: str, default_key: str | None, default_body: Any) -> Any:
    settings = call.sandbox.settings
    url = text_field(call.body, "url") or (f"{settings.gateway_url}/{path}" if settings.gateway_url else None)
    key = text_field(call.body, "key") or default_key
    if url is None or URL(url).scheme not in {"http", "https"}:
        raise InputError(f"url must be the address of a gateway's webhook, got {url!r}.")
    body = call.body.get("body")
    headers = {"X-Api-Key": key} if key else {}
    body = default_body if body is None else body
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as http:
        try:
            async with http.post(url, json=body, headers=headers) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
    return {"status": status}
