"""Every fault of imin in every operation: there is a response, with the right code, and nothing leaks."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import aiohttp
import pytest

from gateway.sandbox import Fault, FaultKind, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.disclosure import disclosed
from tests.support.waiting import HANGS_AFTER

SECRETS = ("sandbox-key", "127.0.0.1", "http", "1234")
DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"
PATCH = "PATCH /orders/:id"

DOWN, LATE, INVALID = "UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_INVALID"
PENDING, UNKNOWN, CUT_OFF = "CANCELLATION_PENDING", "CANCELLATION_UNCONFIRMED", "CUT_OFF"
STATUS_OF = {INVALID: 502, DOWN: 503, LATE: 504}
CANCEL = """mutation ($order: ID!, $items: [ID!]!) {
  cancelOrderItems(input: {orderId: $order, orderItemIds: $items}) {
    result { __typename ... on CancellationPending { code } ... on Error { code message } } } }"""
CODES: dict[str, set[str]] = {
    "delay": set(),
    "black_hole": {LATE},
    "half_open": {LATE},
    "late": {LATE, DOWN},
    "429": {DOWN},
    "500": {DOWN},
    "502_html": {DOWN},
    "503": {DOWN},
    "kong_401": {DOWN},
    "express_400": {INVALID},
    "reset": {DOWN},
    "reset_after": {DOWN},
    "status_after": {DOWN},
    "truncate": {DOWN, INVALID},
    "cut_json": {INVALID},
    "html_200": {INVALID},
    "empty_200": {INVALID},
    "huge": {INVALID},
    "redirect": {INVALID},
    "wrong_page": {INVALID},
    "wrong_order": {INVALID},
    "slow_drip": {LATE},
    "gzip_bomb": {INVALID},
    "nan": {INVALID},
}
HARMLESS = {
    ("wrong_page", "GET /customer-accounts/:id"),
    ("wrong_page", "GET /orders/:id"),
    ("nan", "GET /customer-accounts/:id"),
    ("slow_drip", "GET /customer-accounts/:id"),
    ("nan", "GET /receipts/:id"),
    ("cut_json", "GET /receipts/:id"),
    ("slow_drip", "GET /receipts/:id"),
    ("wrong_page", "GET /entitlements"),
    ("nan", "GET /entitlements"),
    ("slow_drip", "GET /entitlements"),
    ("wrong_page", "GET /customer-accounts/:id/linked-accounts"),
    ("nan", "GET /customer-accounts/:id/linked-accounts"),
    ("wrong_page", "GET /events-api/v2/scheduled-sessions/:id"),
    ("wrong_page", "GET /facilities-api/v2/slots/:id"),
}
"""Faults that do not affect such a response, or too little to matter: half a PDF is complete to HTTP."""

ALSO_ALLOWED: dict[tuple[str, str], set[str]] = {
    ("truncate", "GET /receipts/:id"): {DOWN, INVALID, CUT_OFF},
    ("huge", "GET /receipts/:id"): {INVALID, CUT_OFF},
    ("gzip_bomb", "GET /receipts/:id"): {INVALID, CUT_OFF},
    ("cut_json", "GET /receipts/:id"): {INVALID, CUT_OFF},
    ("slow_drip", "GET /receipts/:id"): {LATE, CUT_OFF},
    ("slow_drip", "GET /customer-accounts/:id"): {LATE},
    ("wrong_page", "GET /receipts/:id"): {DOWN},
}
"""Other codes that are right: a receipt may have begun before the fault; slow responses may be in time."""

OUTCOMES: dict[str, str] = {
    **dict.fromkeys(("429", "500", "502_html", "503", "kong_401", "express_400"), DOWN),
    **dict.fromkeys(("html_200", "redirect"), DOWN),
    **dict.fromkeys(("black_hole", "reset", "empty_200", "gzip_bomb"), UNKNOWN),
    **dict.fromkeys(("delay", "half_open", "late", "reset_after", "status_after"), PENDING),
    **dict.fromkeys(("truncate", "cut_json", "huge", "slow_drip"), PENDING),
    **dict.fromkeys(("wrong_page", "wrong_order", "nan"), PENDING),
}
"""The code of a cancellation whose PATCH meets the fault while the order can be read."""


@dataclass
class Booking:
    """Ids of an order and its items, the URL of a receipt, and what Search has, read before the fault."""

    order: str
    items: list[str]
    receipt: str
    session: str
    slot: str


@dataclass
class Outcome:
    """What an operation gave. codes: of its errors. value: besides the errors. errors: as text."""

    codes: set[str]
    value: Any
    errors: str


Operation = Callable[[Gateway, Booking], Awaitable[Outcome]]


def query(text: str, path: str) -> Operation:
    """A query that may use $order, $number, $session and $slot. path: of the field that the fault affects."""

    async def run(gateway: Gateway, booking: Booking) -> Outcome:
        variables = {"order": booking.order, "number": DOCUMENTED}
        variables |= {"session": booking.session, "slot": booking.slot}
        return _outcome(await gateway.answer(text, **variables), path.split("."))

    return run


def _outcome(answer: dict[str, Any], path: list[str]) -> Outcome:
    errors, value = answer.get("errors", []), answer.get("data")
    for name in path:
        value = value and value[name]
    # An event stream that cannot begin fails as a whole.
    assert all(error.get("path", path)[: len(path)] == path for error in errors), errors
    return Outcome({error["extensions"]["code"] for error in errors}, value, json.dumps(errors))


async def subscribe(gateway: Gateway, booking: Booking) -> Outcome:
    """The first event of a subscription."""
    text = "subscription ($order: ID!) { orderChanged(id: $order) { orderNumber } }"
    body = {"query": text, "variables": {"order": booking.order}}
    headers = {"Accept": "text/event-stream"}
    async with gateway.http.post(f"{gateway.url}/graphql", json=body, headers=headers) as response:
        event = await response.content.readuntil(b"\n\n")
        answer = json.loads(event.partition(b"data: ")[2])
    return _outcome(answer, ["orderChanged"])


async def open_receipt(gateway: Gateway, booking: Booking) -> Outcome:
    """The download of a receipt. A transfer that breaks off is an error that every client notices."""
    async with gateway.http.get(booking.receipt) as response:
        try:
            content = await response.read()
        except aiohttp.ClientPayloadError:
            return Outcome({CUT_OFF}, None, "")
    if response.status == 200:
        return Outcome(set(), content, "")
    codes = {error["extensions"]["code"] for error in json.loads(content)["errors"]}
    assert {STATUS_OF[code] for code in codes} == {response.status}
    return Outcome(codes, None, content.decode())


async def cancel_unreadable_order(gateway: Gateway, booking: Booking) -> Outcome:
    """A cancellation whose order cannot be read."""
    result = await cancel(gateway, booking)
    codes = set() if result["code"] == PENDING else {result["code"]}
    return Outcome(codes, None if codes else result, json.dumps(result) if codes else "")


async def cancel(gateway: Gateway, booking: Booking) -> dict[str, Any]:
    data = await gateway.data(CANCEL, order=booking.order, items=booking.items)
    result: dict[str, Any] = data["cancelOrderItems"]["result"]
    return result


READ = "GET /orders/:id"
OPERATIONS: dict[str, dict[str, Operation]] = {
    "GET /orders": {
        "orders": query("{ viewer { identifier orders { totalCount } } }", "viewer.orders"),
    },
    "GET /order-items": {
        "upcomingOrderItems": query(
            "{ viewer { identifier upcomingOrderItems { totalCount } } }", "viewer.upcomingOrderItems"
        ),
    },
    "GET /customer-accounts/:id": {
        "givenName": query("{ viewer { identifier givenName } }", "viewer.givenName"),
    },
    READ: {
        "order": query("query ($number: ID!) { order(identifier: $number) { orderNumber } }", "order"),
        "node": query("query ($order: ID!) { node(id: $order) { ... on Order { orderNumber } } }", "node"),
        "orderChanged": subscribe,
        "cancelOrderItems": cancel_unreadable_order,
    },
    "GET /receipts/:id": {"receipt": open_receipt},
    "GET /entitlements": {
        "entitlements": query("{ entitlements { prefLabel } viewer { identifier } }", "entitlements"),
    },
    "GET /customer-accounts/:id/linked-accounts": {
        "linkedAccounts": query(
            "{ viewer { identifier linkedAccounts { accountNumber } } }", "viewer.linkedAccounts"
        ),
    },
    "GET /events-api/v2/scheduled-sessions/:id": {
        "opportunity of a session": query(
            "query ($session: ID!) { opportunity(type: SCHEDULED_SESSION, identifier: $session) { name } }",
            "opportunity",
        ),
    },
    "GET /facilities-api/v2/slots/:id": {
        "opportunity of a slot": query(
            "query ($slot: ID!) { opportunity(type: SLOT, identifier: $slot) { name } }", "opportunity"
        ),
    },
}
"""Operations by the endpoint of imin that they depend on."""

SAME_CODE = {"cancelOrderItems": {kind: {DOWN} for kind in CODES}}
"""Operations that have the same code for every fault."""


NEVER_WHOLE = ("black_hole", "half_open", "slow_drip")
"""Faults that end in a timeout, for which the test waits."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    search = settings.imin_base_url.replace("/api/v2", "/search")
    return settings.but(search_base_url=search, imin_linked_accounts_path="linked-accounts")


@pytest.fixture
async def booking(gateway: Gateway, sandbox: Sandbox) -> Booking:
    data = await gateway.data(
        "{ viewer { orders(first: 1) { nodes { id items { id } receipts { url } } } } }"
    )
    (order,) = data["viewer"]["orders"]["nodes"]
    found = {one["type"]: one["identifier"] for one in sandbox.opportunities()}
    items = [item["id"] for item in order["items"]]
    return Booking(order["id"], items, order["receipts"][0]["url"], found["ScheduledSession"], found["Slot"])


def test_every_kind() -> None:
    """Every fault of the sandbox is tested."""
    assert set(CODES) == set(OUTCOMES) == set(get_args(FaultKind))


def memory_mib() -> float:
    """Memory of this process, which runs gateway and sandbox."""
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            marks=[pytest.mark.settings(imin_timeout_seconds=1.5, cancel_deadline_seconds=4)]
            if kind in NEVER_WHOLE
            else [],
        )
        for kind in CODES
    ],
)
async def test_fault(gateway: Gateway, sandbox: Sandbox, booking: Booking, kind: Any) -> None:
    """A fault at one endpoint fails only what depends on it, with the right code.

    After a timeout the request is not repeated: the time includes the retry. Only a cancellation reads its
    order again, until its own deadline.
    """
    before = memory_mib()
    for route, operations in OPERATIONS.items():
        sandbox.request_log.clear()
        sandbox.faults.add(Fault(route, kind, times=None, megabytes=16))
        async with asyncio.timeout(HANGS_AFTER):
            results = await asyncio.gather(*(run(gateway, booking) for run in operations.values()))
        sandbox.faults.clear()
        for name, outcome in zip(operations, results, strict=True):
            check(outcome, kind, route, name)
        reads_again = "cancelOrderItems" in operations
        assert kind not in NEVER_WHOLE or sandbox.request_log.count(route) <= len(operations) + reads_again

    assert memory_mib() - before < 50


def check(outcome: Outcome, kind: str, route: str, name: str) -> None:
    """Where a value is missing there is the right code."""
    is_harmless = (kind, route) in HARMLESS or not CODES[kind]
    codes = set() if is_harmless else SAME_CODE.get(name, CODES)[kind]
    assert outcome.codes <= ALSO_ALLOWED.get((kind, route), codes), name
    assert outcome.codes or is_harmless, name
    assert (outcome.value is None) == bool(outcome.codes), name
    assert disclosed(outcome.errors, *SECRETS) == []


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
@pytest.mark.parametrize("kind", CODES)
async def test_cancellation(gateway: Gateway, sandbox: Sandbox, booking: Booking, kind: Any) -> None:
    """Whatever goes wrong with the PATCH, it is sent once, and there is a response that is true."""
    before = memory_mib()
    sandbox.faults.add(Fault(PATCH, kind, times=None, megabytes=16))
    async with asyncio.timeout(HANGS_AFTER):
        result = await cancel(gateway, booking)

    assert result["code"] == OUTCOMES[kind]
    assert sandbox.request_log.count(PATCH) == 1
    assert len(sandbox.cancellations.accepted) == (result["code"] == PENDING)
    assert disclosed(json.dumps(result), *SECRETS) == []
    assert memory_mib() - before < 50
