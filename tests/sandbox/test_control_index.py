"""The list of control requests, as JSON and as an HTML page."""

import json
import re
import shlex
from html import unescape
from typing import Any, get_args

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.sandbox import FaultKind, SandboxSettings, create_sandbox
from gateway.sandbox.api.control_changes import ORDER_CHANGES
from gateway.sandbox.api.control_routes import CONTROL
from gateway.sandbox.assumptions import ASSUMPTIONS
from tests.sandbox.conftest import Imin

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def _index(imin: Imin) -> Any:
    status, index = await imin.call("GET", "/sandbox", headers={})
    assert status == 200
    return index


async def _page(imin: Imin) -> str:
    status, page = await imin.call("GET", "/sandbox", headers={"Accept": BROWSER})
    assert status == 200
    return str(page.decode())


async def test_list(imin: Imin) -> None:
    """The list names the API key, the customers and imin's routes, and needs no key."""
    index = await _index(imin)

    assert index["api"]["headers"] == {"X-API-KEY": "sandbox-key"}
    assert index["customers"]["1234"] == 1917
    assert "PATCH /orders/:id" in index["api"]["routes"]
    assert index["now"] == "2025-06-02T09:30:00+00:00"


async def test_every_route_is_listed(imin: Imin) -> None:
    """The list has every control route of the application, except the old path of the request log."""
    index = await _index(imin)

    served = {
        (route.method, route.resource.canonical)
        for route in _application(imin).router.routes()
        if route.resource and route.resource.canonical.startswith("/sandbox") and route.method != "HEAD"
    }
    listed = {(request["method"], request["path"]) for request in index["control"]}
    assert served - listed == {("GET", "/sandbox/ledger"), ("DELETE", "/sandbox/ledger")}
    assert listed <= served


async def test_description_of_a_request(imin: Imin) -> None:
    """A control request is listed with its address, effect, body and an example."""
    index = await _index(imin)

    path = "/sandbox/orders/{identifier}/seller-cancel"
    assert next(request for request in index["control"] if request["path"] == path) == {
        "method": "POST",
        "path": path,
        "description": "Cancel an item on behalf of the seller and refund it. Returns the order.",
        "body": [
            {
                "name": "item",
                "type": "text or null",
                "description": "the item's identifier; null: the order's first item",
                "default": None,
            },
            {
                "name": "message",
                "type": "text or null",
                "description": "the seller's explanation, in cancellationMessage",
                "default": None,
            },
        ],
        "example": {"message": "The pool is closed."},
    }


async def test_types_of_fields(imin: Imin) -> None:
    """The types of fields are listed in words, with their possible values."""
    index = await _index(imin)

    requests = {f"{request['method']} {request['path']}": request for request in index["control"]}
    order = {field["name"]: field["type"] for field in requests["POST /sandbox/orders"]["body"]}
    style = {field["name"]: field["type"] for field in requests["PATCH /sandbox/style"]["body"]}
    fault = {field["name"]: field for field in requests["POST /sandbox/faults"]["body"]}
    assert (order["price"], order["start"]) == ("number or text", "date-time with an offset or null")
    assert order["refundable"] == "true, false or null"
    assert style["keys"] == '"type", "@type" or "mixed"'
    assert (fault["route"]["default"], "default" in fault["kind"]) == ("*", False)


@pytest.mark.parametrize(
    "declared",
    [request for request in CONTROL if request.fields],
    ids=lambda request: f"{request.method} {request.path}",
)
async def test_examples(imin: Imin, declared: Any) -> None:
    """Each request with a body has an example, and the example works."""
    order = imin.sandbox.add_order("empty")["identifier"]
    named = "empty" if "/customers/" in declared.path else order
    body = dict(declared.example)
    if "url" in body and declared.path.endswith("webhook"):
        # A server that is certain to be there, without the webhook.
        body["url"] = str(imin.server.make_url("/webhooks"))

    status, _ = await imin.call(declared.method, declared.path.format(identifier=named), body)

    assert status == declared.status


@pytest.mark.parametrize("declared", list(CONTROL), ids=lambda request: f"{request.method} {request.path}")
async def test_field_that_is_not_listed(imin: Imin, declared: Any) -> None:
    """A request with a field that the list does not name is rejected and changes nothing."""
    order = imin.sandbox.add_order("empty")["identifier"]
    before = await imin.get(f"/orders/{order}")

    status, body = await imin.call(
        declared.method, declared.path.format(identifier=order), {"unlisted": True}
    )

    assert status == 400
    assert body["error"].startswith("unlisted is not a field of this request; it has ")
    assert await imin.get(f"/orders/{order}") == before


async def test_faults_are_explained(imin: Imin) -> None:
    """Every kind of fault is listed with an explanation."""
    index = await _index(imin)

    assert list(index["faults"]) == list(get_args(FaultKind))
    assert all(text.endswith(".") for text in index["faults"].values())


async def test_every_route_of_imin_can_fail(imin: Imin) -> None:
    """The routes that a fault can name are the routes of the simulated imin."""
    index = await _index(imin)

    found = [
        f"{route.method} {route.resource.canonical}".replace("{identifier}", ":id")
        for route in _application(imin).router.routes()
        if route.resource and route.method != "*"
    ]
    prefix = re.compile(" /(api/v2|search)/")
    served = {prefix.sub(" /", name) for name in found if prefix.search(name)}
    served |= {name for name in found if name.endswith(" /api/checkout-sessions")}
    assert set(index["api"]["routes"]) == served


async def test_assumptions_are_listed(imin: Imin) -> None:
    """The list has the sandbox's assumptions about imin and what the documentation says."""
    index = await _index(imin)

    assert len(index["assumptions"]) == len(ASSUMPTIONS)
    assert index["assumptions"][0] == {
        "subject": "Unknown customer",
        "documented": "Nothing.",
        "assumed": "The lists are empty: 200, imin:totalItems 0, imin:totalPages 0, no imin:item.",
    }


async def test_page(imin: Imin) -> None:
    """The HTML page shows everything that the JSON list has, without scripts."""
    index = await _index(imin)

    page = await _page(imin)

    text = unescape(page)
    shown = [index["api"]["headers"]["X-API-KEY"], *index["api"]["routes"], *index["customers"]]
    for request in index["control"]:
        shown += [f"{request['method']} {request['path']}", request["description"]]
        shown += [field[key] for field in request["body"] for key in ("name", "type", "description")]
        shown += [json.dumps(request["example"])] if "example" in request else []
    shown += [*index["faults"], *index["faults"].values()]
    shown += [value for assumption in index["assumptions"] for value in assumption.values()]
    assert [value for value in shown if value not in text] == []
    assert "<script" not in page


async def test_commands(imin: Imin) -> None:
    """Every command on the page that changes an order names one, and works as it stands."""
    page = await _page(imin)
    commands = [shlex.split(unescape(text)) for text in re.findall(r"<pre>(curl -X .*?)</pre>", page)]
    changes = [
        words[3:] for words in commands if "/sandbox/orders/" in words[3] and "webhook" not in words[3]
    ]

    for url, *body in changes:
        async with imin.http.post(url, data=body[1] if body else None) as response:
            assert response.ok, (url, await response.text())

    assert len(changes) == len(list(ORDER_CHANGES))


async def test_examples_of_imin(imin: Imin) -> None:
    """The page has a command for each request to imin with a body, and it works as it stands."""
    page = await _page(imin)
    commands = [shlex.split(unescape(text)) for text in re.findall(r"<pre>(curl -X .*?)</pre>", page)]
    statuses = []

    for _, _, method, url, *options in commands:
        if "/api/" in url:
            name, _, key = options[1].partition(": ")
            data = options[3] if "-d" in options else None
            async with imin.http.request(method, url, headers={name: key}, data=data) as response:
                statuses.append((method, response.url.path.rpartition("/")[2], response.status))

    order = imin.sandbox.store.identifiers("1234")[0]
    assert statuses == [
        *[("POST", "checkout-sessions", 201)] * 3,
        ("POST", "customer-accounts", 201),
        *[("POST", "actions", 200)] * 3,
        ("DELETE", "empty", 202),
        ("PATCH", order, 204),
    ]


async def test_page_allows_nothing_but_its_style(imin: Imin) -> None:
    """The page's content security policy allows only the style in the page."""
    async with imin.http.get(imin.server.make_url("/sandbox"), headers={"Accept": BROWSER}) as response:
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
        assert response.headers["Vary"] == "Accept"


async def test_page_escapes() -> None:
    """The page escapes values that contain HTML."""
    app = create_sandbox(SandboxSettings(api_key="<b>&"))
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(headers={"Accept": BROWSER}) as http,
        http.get(server.make_url("/sandbox")) as response,
    ):
        page = await response.text()

    assert "X-API-KEY: &lt;b&gt;&amp;</code>" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (BROWSER, "text/html"),
        ("text/html", "text/html"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json, text/html", "application/json"),
        ("text/plain", "application/json"),
    ],
)
async def test_media_type(imin: Imin, accept: str, content_type: str) -> None:
    """A client that prefers HTML gets the page, every other client JSON."""
    async with imin.http.get(imin.server.make_url("/sandbox"), headers={"Accept": accept}) as response:
        assert (response.status, response.content_type) == (200, content_type)


async def test_root(imin: Imin) -> None:
    """The root leads to the list: a redirect for a browser, its path for other clients."""
    url = imin.server.make_url("/")

    async with imin.http.get(url, headers={"Accept": BROWSER}, allow_redirects=False) as response:
        redirect = (response.status, response.headers["Location"])

    assert redirect == (302, "/sandbox")
    assert await imin.call("GET", "/", headers={}) == (200, {"sandbox": "/sandbox"})


def _application(imin: Imin) -> web.Application:
    server = imin.server
    assert isinstance(server, TestServer)
    return server.app
