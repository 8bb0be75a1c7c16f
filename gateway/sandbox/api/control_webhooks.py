"""Control requests that make the simulated imin call the webhooks of a gateway."""

from typing import Any

from yarl import URL

from gateway.sandbox.api.control_body import BodyField, InputError, text_field
from gateway.sandbox.api.control_request import ControlCall, ControlRequests
from gateway.sandbox.api.webhook_calls import ORDER_WEBHOOK_PATH, post_webhook, success_webhook_body
from gateway.sandbox.data.vocabulary import OPENACTIVE, customer_account_url

_CUSTOMER_WEBHOOK_PATH = "/webhooks/customer-accounts"
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
    fields=(_url(ORDER_WEBHOOK_PATH), _KEY, _BODY),
    example={"url": "http://127.0.0.1:8000/webhooks/orders", "key": "key-of-the-order-webhook"},
)
async def _order_completed(call: ControlCall) -> Any:
    body = success_webhook_body(call.sandbox, call.identifier)
    return await _send(call, ORDER_WEBHOOK_PATH, call.sandbox.settings.order_webhook_key, body)


@WEBHOOKS.declare(
    "POST",
    "/sandbox/customers/{identifier}/webhook",
    f"Call the webhook about a customer whose details have changed. {_RETURNS}",
    fields=(_url(_CUSTOMER_WEBHOOK_PATH), _KEY, _BODY),
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
    return await _send(call, _CUSTOMER_WEBHOOK_PATH, call.sandbox.settings.customer_webhook_key, body)


async def _send(call: ControlCall, path: str, default_key: str | None, default_body: Any) -> Any:
    gateway = call.sandbox.settings.gateway_url
    url = text_field(call.body, "url") or (f"{gateway}{path}" if gateway else None)
    key = text_field(call.body, "key") or default_key
    if url is None or URL(url).scheme not in {"http", "https"}:
        raise InputError(f"url must be the address of a gateway's webhook, got {url!r}.")
    body = call.body.get("body")
    return {"status": await post_webhook(url, key, default_body if body is None else body)}
