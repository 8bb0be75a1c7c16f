"""The control API: a developer or another process changes the sandbox. From loopback only, without a key."""

import ipaddress
from dataclasses import asdict
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.sandbox.api.control_accounts import ACCOUNTS
from gateway.sandbox.api.control_body import (
    BodyField,
    InputError,
    body_fields,
    datetime_field,
    number_field,
    text_field,
)
from gateway.sandbox.api.control_changes import ORDER_CHANGES
from gateway.sandbox.api.control_checkout import CHECKOUT
from gateway.sandbox.api.control_index import index, prefers_html
from gateway.sandbox.api.control_page import page
from gateway.sandbox.api.control_request import ControlCall, ControlRequests
from gateway.sandbox.api.control_webhooks import WEBHOOKS
from gateway.sandbox.api.responses import json_response
from gateway.sandbox.faults.faults import FAULT_KINDS, Fault
from gateway.sandbox.faults.style import Style
from gateway.sandbox.state.added_orders import NewOrder
from gateway.sandbox.state.checkout import CHECKOUT_SECONDS

_PREFIX = "/sandbox"
_ORDER = f"{_PREFIX}/orders/{{identifier}}"
_SECONDS_PER_DAY = 86_400
_MAX_ADVANCE_SECONDS = 3_660 * _SECONDS_PER_DAY

CONTROL = ControlRequests()


def routes() -> list[web.RouteDef]:
    """Every control request, and a pointer to them at /."""
    return [web.get("/", _home), *CONTROL.routes()]


@web.middleware
async def control_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Reject clients that are not on loopback; turn invalid input into a 400 with an explanation."""
    if request.path != _PREFIX and not request.path.startswith(f"{_PREFIX}/"):
        return await handler(request)
    if not _is_loopback(request.remote):
        return json_response({"error": "The control API accepts requests from loopback only."}, 403)
    try:
        return await handler(request)
    except LookupError as error:
        return json_response({"error": str(error)}, 404)
    except (InputError, ValueError, TypeError, OverflowError) as error:
        return json_response({"error": str(error)}, 400)


def _is_loopback(remote: str | None) -> bool:
    return remote is not None and ipaddress.ip_address(remote).is_loopback


async def _home(request: web.Request) -> web.Response:
    if prefers_html(request):
        raise web.HTTPFound(_PREFIX)
    return json_response({"sandbox": _PREFIX})


@CONTROL.declare("GET", _PREFIX, "This list: as HTML for a browser, as JSON for other clients.")
def _index(call: ControlCall) -> web.Response:
    origin = str(call.request.url.origin())
    document = index(call.sandbox, CONTROL, call.sandbox.settings.gateway_url or origin)
    if prefers_html(call.request):
        response = web.Response(text=page(document, origin), content_type="text/html")
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    else:
        response = json_response(document)
    response.headers["Vary"] = "Accept"
    return response


@CONTROL.declare(
    "GET",
    f"{_PREFIX}/requests",
    "The requests that imin received, in order of arrival, with a count for each route. "
    "Status 0: not answered yet, or the connection was closed.",
    aliases=(f"{_PREFIX}/ledger",),
)
def _requests(call: ControlCall) -> Any:
    log = call.sandbox.request_log
    return {"counts": log.counts(), "entries": [asdict(entry) for entry in log.entries]}


@CONTROL.declare(
    "DELETE", f"{_PREFIX}/requests", "Forget the received requests.", aliases=(f"{_PREFIX}/ledger",)
)
def _clear_requests(call: ControlCall) -> None:
    call.sandbox.request_log.clear()


@CONTROL.declare("GET", f"{_PREFIX}/clock", "The time of the sandbox.")
def _clock(call: ControlCall) -> Any:
    return {"now": call.sandbox.clock.now().isoformat()}


@CONTROL.declare(
    "POST",
    f"{_PREFIX}/clock",
    "Move the clock, or stop it at a given time. Returns the new time.",
    fields=(
        BodyField(
            "advance_seconds", "number", "moves the clock forward, or back when negative; not needed with now"
        ),
        BodyField("now", "date-time with an offset or null", "stops the clock at this time instead", None),
    ),
    example={"advance_seconds": 60},
)
def _set_clock(call: ControlCall) -> Any:
    clock = call.sandbox.clock
    if call.body.get("now") is not None:
        clock.set(datetime_field(call.body, "now"))
    else:
        seconds = number_field(call.body, "advance_seconds")
        if not abs(seconds) <= _MAX_ADVANCE_SECONDS:
            raise InputError(f"advance_seconds must be at most {_MAX_ADVANCE_SECONDS}, got {seconds}.")
        clock.advance(seconds)
    return _clock(call)


@CONTROL.declare(
    "POST",
    f"{_PREFIX}/orders",
    "Add an order as the newest of a customer's history. Returns the order as the list shows it.",
    fields=(BodyField("customer", "text", "the customer's identifier", "1234"), *body_fields(NewOrder)),
    example={"customer": "empty", "items": 2, "price": "12.50"},
    status=201,
)
def _add_order(call: ControlCall) -> Any:
    customer = text_field(call.body, "customer", "1234")
    options = {name: value for name, value in call.body.items() if name != "customer"}
    if options.get("start") is not None:
        options["start"] = datetime_field(options, "start")
    return call.sandbox.add_order(str(customer), **options)


@CONTROL.declare("DELETE", _ORDER, "Remove an order: it disappears from the lists and is unknown by its id.")
def _remove_order(call: ControlCall) -> None:
    call.sandbox.remove_order(call.identifier)


CONTROL.include(ORDER_CHANGES)
CONTROL.include(WEBHOOKS)
CONTROL.include(CHECKOUT)
CONTROL.include(ACCOUNTS)


@CONTROL.declare("GET", f"{_PREFIX}/faults", "The faults that still apply to requests.")
def _faults(call: ControlCall) -> Any:
    return {"waiting": [asdict(fault) for fault in call.sandbox.faults.waiting]}


@CONTROL.declare(
    "POST",
    f"{_PREFIX}/faults",
    "Let the next matching requests fail. Returns the fault.",
    fields=body_fields(Fault, route="*"),
    example={"route": "GET /orders", "kind": "429", "times": 2, "retry_after": 1},
    status=201,
)
def _add_fault(call: ControlCall) -> Any:
    if "kind" not in call.body:
        raise InputError(f"kind is missing; it must be one of {', '.join(FAULT_KINDS)}.")
    fault = Fault(**{"route": "*", "kind": None} | call.body)
    call.sandbox.faults.add(fault)
    return asdict(fault)


@CONTROL.declare("DELETE", f"{_PREFIX}/faults", "Remove every fault.")
def _clear_faults(call: ControlCall) -> None:
    call.sandbox.faults.clear()


@CONTROL.declare("GET", f"{_PREFIX}/style", "The style in which documents are written.")
def _style(call: ControlCall) -> Any:
    return asdict(call.sandbox.style)


@CONTROL.declare(
    "PATCH",
    f"{_PREFIX}/style",
    "Change the style in which documents are written; options that are not sent stay as they are. "
    "Returns the style.",
    fields=body_fields(Style),
    example={"keys": "@type", "enum_style": "compact"},
)
def _set_style(call: ControlCall) -> Any:
    call.sandbox.style.update(call.body)
    return _style(call)


@CONTROL.declare(
    "PATCH",
    f"{_PREFIX}/settings",
    "Change how long cancellations and checkout take; settings that are not sent stay as they are. Returns "
    "those sent.",
    fields=(
        BodyField(
            "confirm_after_seconds",
            "number",
            f"how long an accepted cancellation stays pending: seconds of the sandbox's clock, 0 to "
            f"{_SECONDS_PER_DAY}",
            20,
        ),
        BodyField(
            "show_after_seconds",
            "number",
            "for how long after a PATCH was accepted (204) the order still shows its items as confirmed: "
            f"seconds of the sandbox's clock, 0 to {_SECONDS_PER_DAY}",
            0,
        ),
        BodyField(
            "checkout_seconds",
            "number",
            "how long a checkout session that is created from now on can be paid for: seconds of the "
            f"sandbox's clock, 0 to {_SECONDS_PER_DAY}",
            CHECKOUT_SECONDS,
        ),
    ),
    example={"show_after_seconds": 5},
)
def _set_settings(call: ControlCall) -> Any:
    for name in call.body:
        seconds = number_field(call.body, name)
        if not 0 <= seconds <= _SECONDS_PER_DAY:
            raise InputError(f"{name} must be 0 to {_SECONDS_PER_DAY}, got {seconds}.")
    for name, seconds in call.body.items():
        if name == "checkout_seconds":
            call.sandbox.checkout.lifetime_seconds = seconds
        else:
            setattr(call.sandbox.cancellations, name, seconds)
    return call.body
