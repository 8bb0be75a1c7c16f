"""Every way in which imin can fail, at every operation: answered, rightly coded, nothing leaked."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import aiohttp
import pytest

from gateway.sandbox import Fault, FaultKind, Sandbox
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
ELSEWHERE_HARMLESS = {
    ("wrong_page", "GET /customer-accounts/:id"),
    ("wrong_page", "GET /orders/:id"),
    ("nan", "GET /customer-accounts/:id"),
    ("slow_drip", "GET /customer-accounts/:id"),
    ("nan", "GET /receipts/:id"),
    ("cut_json", "GET /receipts/:id"),
    ("slow_drip", "GET /receipts/:id"),
}
"""Faults that change nothing in such an answer, or too little to matter; half a PDF is whole to HTTP."""

OTHERWISE: dict[tuple[str, str], set[str]] = {
    ("truncate", "GET /receipts/:id"): {DOWN, INVALID, CUT_OFF},
    ("huge", "GET /receipts/:id"): {INVALID, CUT_OFF},
    ("gzip_bomb", "GET /receipts/:id"): {INVALID, CUT_OFF},
    ("cut_json", "GET /receipts/:id"): {INVALID, CUT_OFF},
    ("slow_drip", "GET /receipts/:id"): {LATE, CUT_OFF},
    ("slow_drip", "GET /customer-accounts/:id"): {LATE},
    ("wrong_page", "GET /receipts/:id"): {DOWN},
}
"""What else may be told: a receipt may have begun when the fault shows; what drips may be in time."""

OUTCOMES: dict[str, str] = {
    **dict.fromkeys(("429", "500", "502_html", "503", "kong_401", "express_400"), DOWN),
    **dict.fromkeys(("html_200", "redirect"), DOWN),
    **dict.fromkeys(("black_hole", "reset", "empty_200", "gzip_bomb"), UNKNOWN),
    **dict.fromkeys(("delay", "half_open", "late", "reset_after", "status_after"), PENDING),
    **dict.fromkeys(("truncate", "cut_json", "huge", "slow_drip"), PENDING),
    **dict.fromkeys(("wrong_page", "wrong_order", "nan"), PENDING),
}
"""What a cancellation answers whose PATCH meets the fault, while the order can be read."""


@dataclass
class Things:
    """A customer's order, its items and a receipt's address, read before anything went wrong."""

    order: str
    items: list[str]
    receipt: str


@dataclass
class Told:
    """What an operation told. codes: of its errors. value: what there was beside them. errors: their text."""

    codes: set[str]
    value: Any
    errors: str


Ask = Callable[[Gateway, Things], Awaitable[Told]]


def query(text: str, path: str) -> Ask:
    """A query with the variable $order or $number, and where in its answer the fault must show."""

    async def ask(gateway: Gateway, things: Things) -> Told:
        return _told(await gateway.answer(text, order=things.order, number=DOCUMENTED), path.split("."))

    return ask


def _told(answer: dict[str, Any], path: list[str]) -> Told:
    errors, value = answer.get("errors", []), answer.get("data")
    for name in path:
        value = value and value[name]
    # An event stream that cannot begin fails as a whole.
    assert all(error.get("path", path)[: len(path)] == path for error in errors), errors
    return Told({error["extensions"]["code"] for error in errors}, value, json.dumps(errors))


async def follow(gateway: Gateway, things: Things) -> Told:
    """The first event of a subscription."""
    text = "subscription ($order: ID!) { orderChanged(id: $order) { orderNumber } }"
    body = {"query": text, "variables": {"order": things.order}}
    headers = {"Accept": "text/event-stream"}
    async with gateway.http.post(f"{gateway.url}/graphql", json=body, headers=headers) as response:
        event = await response.content.readuntil(b"\n\n")
        answer = json.loads(event.partition(b"data: ")[2])
    return _told(answer, ["orderChanged"])


async def open_receipt(gateway: Gateway, things: Things) -> Told:
    """What a browser gets. A transfer that breaks off is an error that every client notices."""
    async with gateway.http.get(things.receipt) as response:
        try:
            content = await response.read()
        except aiohttp.ClientPayloadError:
            return Told({CUT_OFF}, None, "")
    if response.status == 200:
        return Told(set(), content, "")
    codes = {error["extensions"]["code"] for error in json.loads(content)["errors"]}
    assert {STATUS_OF[code] for code in codes} == {response.status}
    return Told(codes, None, content.decode())


async def cancel_blindly(gateway: Gateway, things: Things) -> Told:
    """A cancellation whose order cannot be read."""
    result = await cancel(gateway, things)
    codes = set() if result["code"] == PENDING else {result["code"]}
    return Told(codes, None if codes else result, json.dumps(result) if codes else "")


async def cancel(gateway: Gateway, things: Things) -> dict[str, Any]:
    data = await gateway.data(CANCEL, order=things.order, items=things.items)
    result: dict[str, Any] = data["cancelOrderItems"]["result"]
    return result


READ = "GET /orders/:id"
OPERATIONS: dict[str, dict[str, Ask]] = {
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
        "orderChanged": follow,
        "cancelOrderItems": cancel_blindly,
    },
    "GET /receipts/:id": {"receipt": open_receipt},
}
"""Operations by the endpoint of imin that they need."""

EXPECTED = {"cancelOrderItems": {kind: {DOWN} for kind in CODES}}
"""Codes of operations that tell every failure in the same way."""


NEVER_WHOLE = ("black_hole", "half_open", "slow_drip")
"""Faults that end in a timeout, for which the test waits."""


@pytest.fixture
async def things(gateway: Gateway) -> Things:
    data = await gateway.data(
        "{ viewer { orders(first: 1) { nodes { id items { id } receipts { url } } } } }"
    )
    (order,) = data["viewer"]["orders"]["nodes"]
    return Things(order["id"], [item["id"] for item in order["items"]], order["receipts"][0]["url"])


def test_every_kind() -> None:
    """No way in which the sandbox can fail is left out."""
    assert set(CODES) == set(OUTCOMES) == set(get_args(FaultKind))


def memory_mib() -> float:
    """Memory of this process, in which gateway and sandbox run."""
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind, marks=[pytest.mark.settings(imin_timeout_seconds=1.5)] if kind in NEVER_WHOLE else []
        )
        for kind in CODES
    ],
)
async def test_fault(gateway: Gateway, sandbox: Sandbox, things: Things, kind: Any) -> None:
    """Whatever goes wrong at one endpoint: what needs it fails with a code, and nothing else.

    After a timeout the request is not repeated: the time includes the retry.
    """
    before = memory_mib()
    for route, operations in OPERATIONS.items():
        sandbox.request_log.clear()
        sandbox.faults.add(Fault(route, kind, times=None, megabytes=16))
        async with asyncio.timeout(HANGS_AFTER):
            results = await asyncio.gather(*(ask(gateway, things) for ask in operations.values()))
        sandbox.faults.clear()
        for name, told in zip(operations, results, strict=True):
            check(told, kind, route, name)
        assert kind not in NEVER_WHOLE or sandbox.request_log.count(route) <= len(operations)

    assert memory_mib() - before < 50


def check(told: Told, kind: str, route: str, name: str) -> None:
    """Where something was lost there is a code, the right one, and no value."""
    is_harmless = (kind, route) in ELSEWHERE_HARMLESS or not CODES[kind]
    codes = set() if is_harmless else EXPECTED.get(name, CODES)[kind]
    assert told.codes <= OTHERWISE.get((kind, route), codes), name
    assert told.codes or is_harmless, name
    assert (told.value is None) == bool(told.codes), name
    assert disclosed(told.errors, *SECRETS) == []


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
@pytest.mark.parametrize("kind", CODES)
async def test_cancellation(gateway: Gateway, sandbox: Sandbox, things: Things, kind: Any) -> None:
    """Whatever goes wrong with the PATCH, it is sent once, and the answer comes and is true."""
    before = memory_mib()
    sandbox.faults.add(Fault(PATCH, kind, times=None, megabytes=16))
    async with asyncio.timeout(HANGS_AFTER):
        result = await cancel(gateway, things)

    assert result["code"] == OUTCOMES[kind]
    assert sandbox.request_log.count(PATCH) == 1
    assert len(sandbox.cancellations.accepted) == (result["code"] == PENDING)
    assert disclosed(json.dumps(result), *SECRETS) == []
    assert memory_mib() - before < 50
