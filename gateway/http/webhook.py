"""`POST /webhooks/customer-accounts`: imin reports that a customer's details have changed.

We trust it only to say whose cached data to drop, so a replay costs at most one extra read. It has a key of
its own. Source: imin docs, Customer Detail Change webhook.
"""

import hmac

import msgspec
from aiohttp import web
from msgspec import Struct

from gateway.errors import BAD_REQUEST, UNAUTHENTICATED
from gateway.http.bad_request import BadRequest
from gateway.http.body import read_body
from gateway.http.middleware import Handler
from gateway.http.refusals import refusal_response
from gateway.http.response import RawResponse, error_response
from gateway.imin.cache import Cache


class _CustomerAccount(Struct):
    identifier: str


def webhook_handler(key: str, cache: Cache | None, body_seconds: float) -> Handler:
    """Handler of the webhook. key: what imin must send as X-Api-Key."""

    async def customer_changed(request: web.Request) -> RawResponse:
        if not hmac.compare_digest(_bytes(request.headers.get("X-Api-Key", "")), _bytes(key)):
            return error_response(401, UNAUTHENTICATED, "X-Api-Key is missing or wrong.")
        try:
            account = msgspec.json.decode(await read_body(request, body_seconds), type=_CustomerAccount)
        except BadRequest as refusal:
            return refusal_response(refusal)
        except msgspec.MsgspecError:
            return error_response(400, BAD_REQUEST, "The body must be a CustomerAccount with an identifier.")
        if cache is not None:
            await cache.customer_changed(account.identifier)
        return RawResponse(204, {})

    return customer_changed


def _bytes(text: str) -> bytes:
    # Header values may hold bytes that are not UTF-8.
    return text.encode(errors="surrogateescape")
