"""Checkout: the endpoint that creates its sessions, and the pages where customers pay.

Source: imin docs, Checkout. What a page does is an assumption: the documentation shows only its address.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from gateway.sandbox.api.app_keys import SANDBOX
from gateway.sandbox.api.checkout_page import GUEST_FIELDS, Entered, notice_page, payment_page
from gateway.sandbox.api.checkout_style import STYLE_HASH
from gateway.sandbox.api.picture_routes import own_origin
from gateway.sandbox.api.responses import json_body, json_response
from gateway.sandbox.api.webhook_calls import report_booking
from gateway.sandbox.data.error_documents import IminError, invalid_body, openactive_error
from gateway.sandbox.data.order_documents import BROKER
from gateway.sandbox.data.vocabulary import CHECKOUT_API_PATH, Document
from gateway.sandbox.state.checkout import CheckoutSession
from gateway.sandbox.state.checkout_request import CheckoutRequest
from gateway.sandbox.state.purchase import quote
from gateway.sandbox.state.sandbox import Sandbox
from gateway.sandbox.state.search import CHECKOUT_SEGMENTS

PAGE_PATH = "/checkout"

_KINDS = {segment: kind for kind, segment in CHECKOUT_SEGMENTS.items()}
_HOST = re.compile(r"[a-z0-9.-]+")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")


def routes() -> list[web.RouteDef]:
    """The endpoint, the page of a session, and the pages that need no session."""
    session = f"{PAGE_PATH}/{{session}}"
    return [
        web.post(CHECKOUT_API_PATH, _create),
        web.route("*", CHECKOUT_API_PATH, _unknown),
        web.get(session, _show),
        web.post(session, _submit),
        *(web.get(f"/v1/{segment}/{{identifier}}", _guest) for segment in _KINDS),
    ]


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


async def _guest(request: web.Request) -> web.Response:
    """Send a guest to a session of their own, so that paying twice books once here too."""
    kind = _KINDS[request.path.split("/")[2]]
    try:
        session = request.app[SANDBOX].checkout.create_for_guest(kind, request.match_info["identifier"])
    except IminError:
        return _html(_unavailable(), 404)
    raise web.HTTPSeeOther(f"{PAGE_PATH}/{session.identifier}")


async def _show(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    session = sandbox.checkout.get(request.match_info["session"])
    if session is None:
        return _html(notice_page("No such checkout", "This link leads to no checkout session."), 404)
    if session.state != "open":
        return _ended(sandbox, session)
    return _payment(sandbox, session)


async def _submit(request: web.Request) -> web.Response:
    """Pay or cancel, then send the browser on with a GET, so that reloading repeats nothing."""
    sandbox = request.app[SANDBOX]
    form = await _form(request)
    # Looked up after the last await: of two clicks at once, the second finds the session paid.
    session = sandbox.checkout.get(request.match_info["session"])
    if session is not None and session.state == "open":
        if form.get("action") == "cancel":
            sandbox.checkout.cancel(session)
        elif form.get("action") == "pay":
            customer = sandbox.checkout.customer(session)
            if customer is None and (wrong := _wrong_fields(form)):
                return _payment(sandbox, session, Entered(form, wrong))
            try:
                sandbox.checkout.pay(session, customer or _person(form))
            except IminError:
                return _html(_unavailable(session.request), 409)
            session.webhook_status = await report_booking(sandbox, str(session.order))
    has_ended = session is not None and session.state in {"paid", "cancelled"}
    back = session.request.return_url if session and has_ended else None
    raise web.HTTPSeeOther(back or request.path)


async def _form(request: web.Request) -> dict[str, str]:
    try:
        posted = await request.post()
    except (ValueError, LookupError):  # another charset than the form's
        return {}
    return {name: value.strip() for name, value in posted.items() if isinstance(value, str)}


def _person(form: dict[str, str]) -> Document:
    """The guest as the form says."""
    return {"type": "Person"} | {name: form.get(name, "") for name in GUEST_FIELDS}


def _wrong_fields(form: dict[str, str]) -> list[str]:
    """Names of the fields that are missing or impossible."""
    wrong = [name for name in GUEST_FIELDS if not _NAME.fullmatch(form.get(name, ""))]
    if "email" not in wrong and not _EMAIL.fullmatch(form["email"]):
        wrong.append("email")
    return wrong


def _payment(sandbox: Sandbox, session: CheckoutSession, entered: Entered | None = None) -> web.Response:
    try:
        purchase = sandbox.checkout.purchase(session.request)
    except IminError:
        return _html(_unavailable(session.request), 409)
    price = quote(sandbox.settings.seed, purchase, sandbox.clock.now())
    page = payment_page(session.request, purchase, price, sandbox.checkout.customer(session), entered)
    return _html(page, 200 if entered is None else 422, session.request)


def _ended(sandbox: Sandbox, session: CheckoutSession) -> web.Response:
    if session.state == "paid":
        order = sandbox.store.document(str(session.order))
        number = order.get("orderNumber") if isinstance(order, dict) else None
        text = f"Your order number is {number or session.order}."
        return _html(notice_page("You are booked", text, session.request, mark="✓"))
    if session.state == "cancelled":
        text = "Nothing was booked and nothing was paid."
        return _html(notice_page("Checkout cancelled", text, session.request))
    text = "This checkout was open for too long. Nothing was booked. Please start again."
    return _html(notice_page("Checkout expired", text, session.request), 410)


def _unavailable(request: CheckoutRequest | None = None) -> str:
    text = "This opportunity is not available to book. Nothing was paid."
    return notice_page("Not available", text, request)


def _html(page: str, status: int = 200, request: CheckoutRequest | None = None) -> web.Response:
    response = web.Response(text=page, status=status, content_type="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {STYLE_HASH}; img-src 'self'; "
        f"form-action {_form_targets(request)}; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    # So that the back button asks again, and shows how the session ended.
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    return response


def _form_targets(request: CheckoutRequest | None) -> str:
    """Where a form may lead: browsers also compare the address that the response redirects to."""
    if request is None or request.return_url is None:
        return "'self'"
    parts = urlsplit(request.return_url)
    if not _HOST.fullmatch(parts.hostname or ""):
        # A policy can name neither an IPv6 address nor anything that ends the directive.
        return f"'self' {parts.scheme}:"
    port = f":{parts.port}" if parts.port else ""
    return f"'self' {parts.scheme}://{parts.hostname}{port}"
