"""The control API: what a developer or another process changes the sandbox with. Loopback only, no key."""

import ipaddress
from dataclasses import asdict, fields
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.sandbox.api.app_keys import SANDBOX
from gateway.sandbox.api.control_input import (
    InputError,
    datetime_field,
    number_field,
    read_object,
    text_field,
)
from gateway.sandbox.api.responses import json_response
from gateway.sandbox.data.customers import CUSTOMERS
from gateway.sandbox.faults.faults import Fault
from gateway.sandbox.state.added_orders import NewOrder
from gateway.sandbox.state.sandbox import Sandbox

_PREFIX = "/sandbox"
_DAY = 86_400


def routes() -> list[web.RouteDef]:
    """Every control endpoint."""
    order = f"{_PREFIX}/orders/{{identifier}}"
    return [
        web.get("/", _home),
        web.get(_PREFIX, _index),
        web.get(f"{_PREFIX}/ledger", _ledger),
        web.delete(f"{_PREFIX}/ledger", _clear_ledger),
        web.get(f"{_PREFIX}/clock", _clock),
        web.post(f"{_PREFIX}/clock", _set_clock),
        web.post(f"{_PREFIX}/orders", _add_order),
        web.delete(order, _remove_order),
        web.post(f"{order}/seller-cancel", _seller_cancel),
        web.post(f"{order}/refuse", _refuse),
        web.post(f"{order}/confirm", _confirm),
        web.post(f"{order}/receipts", _add_receipt),
        web.get(f"{_PREFIX}/faults", _faults),
        web.post(f"{_PREFIX}/faults", _add_fault),
        web.delete(f"{_PREFIX}/faults", _clear_faults),
        web.get(f"{_PREFIX}/style", _style),
        web.patch(f"{_PREFIX}/style", _set_style),
        web.patch(f"{_PREFIX}/settings", _set_settings),
    ]


@web.middleware
async def control_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keeps strangers out and turns bad input into a 400 that says what is wrong."""
    if request.path != _PREFIX and not request.path.startswith(f"{_PREFIX}/"):
        return await handler(request)
    if not _is_loopback(request.remote):
        return json_response({"error": "The control API answers to loopback clients only."}, 403)
    try:
        return await handler(request)
    except LookupError as error:
        return json_response({"error": str(error)}, 404)
    except (InputError, ValueError, TypeError) as error:
        return json_response({"error": str(error)}, 400)


def _is_loopback(remote: str | None) -> bool:
    return remote is not None and ipaddress.ip_address(remote).is_loopback


async def _home(_: web.Request) -> web.Response:
    return json_response({"sandbox": _PREFIX})


async def _index(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    return json_response(
        {
            "what": "A simulated imin booking API under /api/v2 (header X-API-KEY).",
            "now": sandbox.clock.now().isoformat(),
            "customers": {customer.identifier: len(customer.numbers) for customer in CUSTOMERS},
            "control": [f"{route.method} {route.path}" for route in routes() if route.path != "/"],
        }
    )


async def _ledger(request: web.Request) -> web.Response:
    ledger = request.app[SANDBOX].request_log
    return json_response({"counts": ledger.counts(), "entries": [asdict(entry) for entry in ledger.entries]})


async def _clear_ledger(request: web.Request) -> web.Response:
    request.app[SANDBOX].request_log.clear()
    return web.Response(status=204)


async def _clock(request: web.Request) -> web.Response:
    return json_response({"now": request.app[SANDBOX].clock.now().isoformat()})


async def _set_clock(request: web.Request) -> web.Response:
    body = await read_object(request, "now", "advance_seconds")
    clock = request.app[SANDBOX].clock
    if "now" in body:
        clock.set(datetime_field(body, "now"))
    else:
        clock.advance(number_field(body, "advance_seconds"))
    return await _clock(request)


async def _add_order(request: web.Request) -> web.Response:
    options = await read_object(request, "customer", *(field.name for field in fields(NewOrder)))
    customer = text_field(options, "customer", "1234")
    options.pop("customer", None)
    if "start" in options:
        options["start"] = datetime_field(options, "start")
    return json_response(request.app[SANDBOX].add_order(str(customer), **options), 201)


async def _remove_order(request: web.Request) -> web.Response:
    request.app[SANDBOX].remove_order(_identifier(request))
    return web.Response(status=204)


async def _seller_cancel(request: web.Request) -> web.Response:
    body = await read_object(request, "item", "message")
    sandbox = request.app[SANDBOX]
    order = sandbox.order(_identifier(request))
    item = text_field(body, "item") or order["orderedItem"][0]["identifier"]
    sandbox.seller_cancel(_identifier(request), item, text_field(body, "message"))
    return _order(sandbox, request)


async def _refuse(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    sandbox.refuse_cancellations(_identifier(request))
    return _order(sandbox, request)


async def _confirm(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    sandbox.confirm_now(_identifier(request))
    return _order(sandbox, request)


async def _add_receipt(request: web.Request) -> web.Response:
    return json_response(request.app[SANDBOX].add_receipt(_identifier(request)), 201)


async def _faults(request: web.Request) -> web.Response:
    return json_response({"waiting": [asdict(fault) for fault in request.app[SANDBOX].faults.waiting]})


async def _add_fault(request: web.Request) -> web.Response:
    body = await read_object(request, *(field.name for field in fields(Fault)))
    fault = Fault(**{"route": "*", "kind": None} | body)
    request.app[SANDBOX].faults.add(fault)
    return json_response(asdict(fault), 201)


async def _clear_faults(request: web.Request) -> web.Response:
    request.app[SANDBOX].faults.clear()
    return web.Response(status=204)


async def _style(request: web.Request) -> web.Response:
    return json_response(asdict(request.app[SANDBOX].style))


async def _set_style(request: web.Request) -> web.Response:
    request.app[SANDBOX].style.update(await read_object(request))
    return await _style(request)


async def _set_settings(request: web.Request) -> web.Response:
    body = await read_object(request, "confirm_after_seconds")
    seconds = number_field(body, "confirm_after_seconds")
    if not 0 <= seconds <= _DAY:
        raise InputError(f"confirm_after_seconds must be 0 to {_DAY}, got {seconds}.")
    request.app[SANDBOX].cancellations.confirm_after_seconds = seconds
    return json_response({"confirm_after_seconds": seconds})


def _identifier(request: web.Request) -> str:
    return request.match_info["identifier"]


def _order(sandbox: Sandbox, request: web.Request) -> web.Response:
    document: Any = sandbox.order(_identifier(request))
    return json_response(document)
