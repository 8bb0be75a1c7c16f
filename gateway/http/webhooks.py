"""imin's webhooks: `POST /webhooks/customer-accounts` and `POST /webhooks/orders`.

We trust them only to say whose cached data to drop and what to poll now, so a replay costs a few reads at
most. Each has a key of its own.
"""

import hmac
from typing import Any

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct

from gateway.change_notifier import ChangeNotifier
from gateway.errors import BAD_REQUEST, UNAUTHENTICATED
from gateway.http.bad_request import BadRequest
from gateway.http.body import read_body
from gateway.http.middleware import Handler
from gateway.http.refusals import refusal_response
from gateway.http.response import RawResponse, error_response
from gateway.imin.webhooks import named_in

log = structlog.get_logger()


class _CustomerAccount(Struct):
    identifier: str


def customer_webhook(key: str, notifier: ChangeNotifier, body_seconds: float) -> Handler:
    """imin reports that a customer's details have changed. key: what imin must send as X-Api-Key.

    Source: imin docs, Customer Detail Change webhook.
    """

    async def customer_changed(request: web.Request) -> RawResponse:
        try:
            account = await _content(request, key, body_seconds, _CustomerAccount)
        except BadRequest as refusal:
            return refusal_response(refusal)
        except msgspec.MsgspecError:
            return error_response(400, BAD_REQUEST, "The body must be a CustomerAccount with an identifier.")
        await notifier.customer_changed(account.identifier)
        return RawResponse(204, {})

    return customer_changed


def order_webhook(key: str, notifier: ChangeNotifier, body_seconds: float) -> Handler:
    """imin's checkout reports that a booking is complete. key: what imin must send as X-Api-Key.

    Assumption: as imin documents neither its body nor its authentication, the key is sent as with the other
    webhook, and any JSON is accepted. Source: imin docs, Loading the Checkout via Firehose.
    """

    async def booked(request: web.Request) -> RawResponse:
        try:
            named = named_in(await _content(request, key, body_seconds, Any))
        except BadRequest as refusal:
            return refusal_response(refusal)
        except (msgspec.MsgspecError, RecursionError):
            return error_response(400, BAD_REQUEST, "The body must be JSON.")
        if not named.orders and not named.customers:
            log.warning("a webhook about an order names no order and no customer")
        await notifier.booked(named.orders, named.customers)
        return RawResponse(204, {})

    return booked


async def _content(request: web.Request, key: str, body_seconds: float, type_: Any) -> Any:
    """The body of an authentic call. Raises BadRequest and MsgspecError."""
    if not hmac.compare_digest(_bytes(request.headers.get("X-Api-Key", "")), _bytes(key)):
        raise BadRequest(401, "X-Api-Key is missing or wrong.", code=UNAUTHENTICATED)
    return msgspec.json.decode(await read_body(request, body_seconds), type=type_)


def _bytes(text: str) -> bytes:
    # Header values may hold bytes that are not UTF-8.
    return text.encode(errors="surrogateescape")
