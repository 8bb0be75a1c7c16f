"""`POST /webhooks/customer-accounts`: imin tells that a customer's details have changed.

It says whose, not what; what is kept of theirs is forgotten, so that the next read is fresh. A call that
is replayed does no more than that. Its key is of its own, and nothing else that it says is believed.
Source: imin docs, Customer Detail Change webhook.
"""

import hmac

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import Struct

from gateway.errors import BAD_REQUEST, UNAUTHENTICATED
from gateway.http.body import BadRequest, read_body
from gateway.http.response import error_response
from gateway.imin.cache import Cache


class _Changed(Struct):
    identifier: str


def webhook_handler(key: str, cache: Cache | None, body_seconds: float) -> Handler:
    """Handler of the webhook. key: what imin must send as X-Api-Key."""

    async def changed(request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(_bytes(request.headers.get("X-Api-Key", "")), _bytes(key)):
            return error_response(401, UNAUTHENTICATED, "X-Api-Key must be the key agreed upon.")
        try:
            account = msgspec.json.decode(await read_body(request, body_seconds), type=_Changed)
        except BadRequest as refusal:
            return error_response(refusal.status, refusal.code, str(refusal))
        except msgspec.MsgspecError:
            return error_response(400, BAD_REQUEST, "The body must be a CustomerAccount with an identifier.")
        if cache is not None:
            await cache.customer_changed(account.identifier)
        return web.Response(status=204)

    return changed


def _bytes(text: str) -> bytes:
    # A header may hold bytes that are no text.
    return text.encode(errors="surrogateescape")
