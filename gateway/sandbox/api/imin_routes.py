"""The endpoints of imin's API. Each handler reads the request and returns a document of the Sandbox."""

import re

from aiohttp import web

from gateway.sandbox.api.app_keys import SANDBOX
from gateway.sandbox.api.responses import json_body, json_response
from gateway.sandbox.data.entitlements import ENTITLEMENTS
from gateway.sandbox.data.error_documents import invalid_query, openactive_error
from gateway.sandbox.data.vocabulary import API_PATH, SEARCH_PATH

_PAGE = re.compile(r"[0-9]{1,9}")
_RECEIPT = re.compile(r"[0-9]{1,15}")


def routes() -> list[web.RouteDef]:
    """The endpoints of imin; the last one responds to every path that imin does not have."""
    one_account = f"{API_PATH}/customer-accounts/{{identifier}}"
    return [
        web.get(f"{API_PATH}/orders", _orders, allow_head=False),
        web.get(f"{API_PATH}/orders/{{identifier}}", _order, allow_head=False),
        web.patch(f"{API_PATH}/orders/{{identifier}}", _cancel),
        web.get(f"{API_PATH}/order-items", _order_items, allow_head=False),
        web.get(f"{API_PATH}/receipts/{{identifier}}", _receipt, allow_head=False),
        web.post(f"{API_PATH}/customer-accounts", _create_account),
        web.get(one_account, _account, allow_head=False),
        web.patch(one_account, _update_account),
        web.delete(one_account, _delete_account),
        web.post(f"{one_account}/actions", _apply_action),
        web.get(f"{one_account}/linked-accounts", _linked_accounts, allow_head=False),
        web.get(f"{API_PATH}/entitlements", _entitlements, allow_head=False),
        web.get(
            f"{SEARCH_PATH}/events-api/v2/scheduled-sessions/{{identifier}}", _opportunity, allow_head=False
        ),
        web.get(f"{SEARCH_PATH}/facilities-api/v2/slots/{{identifier}}", _opportunity, allow_head=False),
        web.route("*", f"{API_PATH}/{{tail:.*}}", _unknown),
        web.route("*", f"{SEARCH_PATH}/{{tail:.*}}", _unknown),
    ]


async def _orders(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    return json_response(sandbox.orders_page(*_customer_and_page(request)))


async def _order(request: web.Request) -> web.Response:
    return json_response(request.app[SANDBOX].order(request.match_info["identifier"]))


async def _cancel(request: web.Request) -> web.Response:
    request.app[SANDBOX].cancel(request.match_info["identifier"], await request.read())
    return web.Response(status=204)


async def _order_items(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    return json_response(sandbox.order_items_page(*_customer_and_page(request)))


async def _receipt(request: web.Request) -> web.Response:
    identifier = request.match_info["identifier"]
    if not _RECEIPT.fullmatch(identifier):
        raise openactive_error("NotFoundError")
    pdf = request.app[SANDBOX].receipt(int(identifier))
    return web.Response(body=pdf, content_type="application/pdf")


async def _create_account(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    return json_response(sandbox.in_style(sandbox.accounts.create(await json_body(request))), 201)


async def _account(request: web.Request) -> web.Response:
    return json_response(request.app[SANDBOX].account(request.match_info["identifier"]))


async def _update_account(request: web.Request) -> web.Response:
    sandbox, identifier = request.app[SANDBOX], request.match_info["identifier"]
    return json_response(sandbox.in_style(sandbox.accounts.update(identifier, await json_body(request))))


async def _delete_account(request: web.Request) -> web.Response:
    request.app[SANDBOX].accounts.delete(request.match_info["identifier"])
    return web.Response(status=202)


async def _apply_action(request: web.Request) -> web.Response:
    sandbox, identifier = request.app[SANDBOX], request.match_info["identifier"]
    return json_response(sandbox.in_style(sandbox.accounts.act(identifier, await json_body(request))))


async def _linked_accounts(request: web.Request) -> web.Response:
    sandbox, identifier = request.app[SANDBOX], request.match_info["identifier"]
    return json_response(sandbox.in_style(sandbox.accounts.linked_accounts(identifier)))


async def _entitlements(_: web.Request) -> web.Response:
    return json_response(ENTITLEMENTS)


async def _opportunity(request: web.Request) -> web.Response:
    kind = "Slot" if "/slots/" in request.path else "ScheduledSession"
    return json_response(request.app[SANDBOX].opportunity(kind, request.match_info["identifier"]))


async def _unknown(_: web.Request) -> web.Response:
    raise openactive_error("UnknownOrIncorrectEndpointError")


def _customer_and_page(request: web.Request) -> tuple[str, int]:
    customer = request.query.get("customerIdentifier")
    page = request.query.get("page", "1")
    details = []
    if not customer:
        details.append("customerIdentifier is required")
    if not _PAGE.fullmatch(page) or not int(page):
        details.append(f"page must be an integer of at least 1, got {page!r}")
    if not customer or details:
        raise invalid_query(*details)
    return customer, int(page)
