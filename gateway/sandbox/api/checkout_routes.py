"""Checkout: the endpoint that creates its sessions. Source: imin docs, Checkout."""

from typing import Any

from aiohttp import hdrs, web

from gateway.sandbox.api.app_keys import SANDBOX
from gateway.sandbox.api.picture_routes import own_origin
from gateway.sandbox.api.responses import json_body, json_response
from gateway.sandbox.data.error_documents import invalid_body, openactive_error
from gateway.sandbox.data.order_documents import BROKER
from gateway.sandbox.data.vocabulary import CHECKOUT_API_PATH, Document

PAGE_PATH = "/checkout"


def routes() -> list[web.RouteDef]:
    """The endpoint."""
    return [web.post(CHECKOUT_API_PATH, _create), web.route("*", CHECKOUT_API_PATH, _unknown)]


async def _create(request: web.Request) -> web.Response:
    body, origin = await json_body(request), own_origin(request)
    if origin is None:
        raise invalid_body("The Host header must name a host.")
    sandbox = request.app[SANDBOX]
    session = sandbox.checkout.create(body)
    page = f"{origin}{PAGE_PATH}/{session.identifier}"
    response = json_response(sandbox.in_style(_created(body, page)), 201)
    # Assumption: the page's address, which has the only identifier that the response shows.
    response.headers[hdrs.LOCATION] = page
    return response


async def _unknown(_: web.Request) -> web.Response:
    raise openactive_error("UnknownOrIncorrectEndpointError")


def _created(body: Any, page: str) -> Document:
    """The documented response: the request, the broker if it names none, and where to send the customer."""
    broker = {"type": "Organization", "name": BROKER["name"], "url": BROKER["url"]}
    order = body["imin:initialOrder"]
    action = {"type": "OrderAction", "name": "Checkout", "target": page}
    return {
        **body,
        "imin:initialOrder": order | {"broker": order.get("broker", broker)},
        "potentialAction": [action],
    }
