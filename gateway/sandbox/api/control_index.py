"""Describe the sandbox to developers: its API key, customers, control requests, faults and assumptions."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from gateway.sandbox.api.control_request import ControlRequests
from gateway.sandbox.api.imin_examples import imin_examples
from gateway.sandbox.assumptions import ASSUMPTIONS
from gateway.sandbox.data.customers import CUSTOMERS
from gateway.sandbox.data.vocabulary import API_PATH
from gateway.sandbox.faults.faults import FAULT_KINDS, ROUTES
from gateway.sandbox.state.sandbox import Sandbox


def index(sandbox: Sandbox, requests: ControlRequests, return_url: str) -> dict[str, Any]:
    """The description as a JSON object.

    return_url: where the examples of checkout send the customer back to.
    customers: identifier to number of generated orders. example_identifiers: what the commands on the page
    name, by the kind of thing in their path.
    """
    customer = CUSTOMERS[0].identifier
    return {
        "description": "A simulated imin booking API with invented data.",
        "api": {
            "path": API_PATH,
            "headers": {"X-API-KEY": sandbox.settings.api_key},
            "routes": list(ROUTES),
            "examples": imin_examples(sandbox, customer, return_url),
        },
        "now": sandbox.clock.now().isoformat(),
        "customers": {customer.identifier: len(customer.numbers) for customer in CUSTOMERS},
        "example_identifiers": {
            "customers": customer,
            "orders": sandbox.store.identifiers(customer)[0],
        },
        "control": [request.as_document() for request in requests],
        "faults": FAULT_KINDS,
        "assumptions": [asdict(assumption) for assumption in ASSUMPTIONS],
    }


def prefers_html(request: web.Request) -> bool:
    """Whether the client is a browser: its Accept header names text/html before application/json."""
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("Accept", "").split(",")]
    return "text/html" in accepted and "application/json" not in accepted[: accepted.index("text/html")]
