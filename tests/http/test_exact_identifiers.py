"""Numbers as values of ID variables: exactly the digits that were sent, or refused; over every transport."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.subscriptions import event, socket_of

QUERY = "query ($v: ID!) { order(identifier: $v) { id } }"
CANCEL = """mutation ($v: ID!, $items: [ID!]!) {
  cancelOrderItems(input: {orderId: $v, orderItemIds: $items}) { result { __typename } } }"""
INPUT = """mutation ($input: CancelOrderItemsInput!) {
  cancelOrderItems(input: $input) { result { __typename } } }"""
NO_ORDER = {"data": {"order": None}}

BIG = 2**64 + 1
EXACT = ["0", "-1", "9007199254740993", str(2**63), str(BIG), str(-BIG), "9" * 100]
INEXACT = {"1.0": "1.0", "1e3": "1000.0", "1.5": "1.5", "-0": "-0.0", "-0.0": "-0.0", "1E2": "100.0"}
REFUSED = {**INEXACT, "true": "True", "false": "False", "[1]": "[1]", "{}": "{}"}
UNREADABLE = ["1e400", "-1e400", "9" * 5_000]

Send = Callable[[Gateway, str], Awaitable[Any]]


def body(number: str, query: str = QUERY) -> str:
    return written({"query": query, "variables": {"v": "@"}}, number)


def written(value: Any, *literals: str) -> str:
    """JSON of the value, with these literals in place of the texts `@`, which lose their quotation marks."""
    first, *others = json.dumps(value).split('"@"')
    return first + "".join(literal + rest for literal, rest in zip(literals, others, strict=True))


async def post(gateway: Gateway, text: str, accept: str = "application/json") -> Any:
    headers = {"Content-Type": "application/json", "Accept": accept}
    async with gateway.http.post(f"{gateway.url}/graphql", data=text, headers=headers) as response:
        if response.content_type == "text/event-stream":
            return json.loads((await event(response)).split(b"data: ", 1)[1])
        return await response.json()


async def by_post(gateway: Gateway, number: str) -> Any:
    return await post(gateway, body(number))


async def by_get(gateway: Gateway, number: str) -> Any:
    params = {"query": QUERY, "variables": written({"v": "@"}, number)}
    async with gateway.http.get(f"{gateway.url}/graphql", params=params) as response:
        return await response.json()


async def by_socket(gateway: Gateway, number: str) -> Any:
    message = written({"id": "1", "type": "subscribe", "payload": "@"}, body(number))
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.ws.send_str(message)
        received = await socket.receive()
    if isinstance(received, dict) and received["type"] == "error":
        return {"errors": received["payload"]}
    return received["payload"] if isinstance(received, dict) else received


async def by_events(gateway: Gateway, number: str) -> Any:
    return await post(gateway, body(number), "text/event-stream")


async def by_hash(gateway: Gateway, number: str) -> Any:
    digest = hashlib.sha256(QUERY.encode()).hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    await post(gateway, json.dumps({"query": QUERY, "variables": {"v": ""}, "extensions": extensions}))
    return await post(gateway, written({"variables": {"v": "@"}, "extensions": extensions}, number))


TRANSPORTS: dict[str, Send] = {
    "POST": by_post,
    "GET": by_get,
    "WebSocket": by_socket,
    "event stream": by_events,
    "persisted document": by_hash,
}


def without_extensions(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name != "extensions"}


def requested(sandbox: Sandbox) -> list[str]:
    return [one.path.removeprefix("/api/v2") for one in sandbox.request_log.entries]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_exact(gateway: Gateway, sandbox: Sandbox, transport: str) -> None:
    """A whole number of any size names the order whose identifier has these digits."""
    answers = [without_extensions(await TRANSPORTS[transport](gateway, number)) for number in EXACT]

    assert answers == [NO_ORDER] * len(EXACT)
    assert requested(sandbox) == [f"/orders/{number}" for number in EXACT if not number.startswith("-")]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_refused(gateway: Gateway, sandbox: Sandbox, transport: str) -> None:
    """Anything else than a text and a whole number is refused, as it is as a literal."""
    answers = [await TRANSPORTS[transport](gateway, value) for value in REFUSED]

    message = "Variable '$v' has invalid value: ID cannot represent value: %s"
    errors = [error for answer in answers for error in answer["errors"]]
    assert [error["message"] for error in errors] == [message % shown for shown in REFUSED.values()]
    assert [error["extensions"] for error in errors] == [{"code": "BAD_USER_INPUT"}] * len(REFUSED)
    assert not any(answer.get("data") for answer in answers)
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_unreadable(gateway: Gateway, sandbox: Sandbox, transport: str) -> None:
    """A number that no computer can hold is refused, also one of 5,000 digits."""
    answers = [
        await TRANSPORTS[transport](gateway, number)
        for number in UNREADABLE[: 2 if transport == "GET" else 3]
    ]

    reason = "must be JSON with numbers that are not out of range"
    expected: Any = {
        "errors": [{"message": f"The body {reason}.", "extensions": {"code": "BAD_REQUEST"}}],
    }
    if transport == "GET":
        expected["errors"][0]["message"] = f"variables {reason}."
    if transport == "WebSocket":
        expected = (4400, f"Messages {reason}")
    assert answers == [expected] * len(answers)
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize("number", EXACT)
async def test_as_literals(gateway: Gateway, sandbox: Sandbox, number: str) -> None:
    """A variable and a literal of the same digits cause the same request."""
    await gateway.data(f"{{ order(identifier: {number}) {{ id }} }}")
    as_literal = requested(sandbox)
    sandbox.request_log.entries.clear()

    await by_post(gateway, number)

    assert requested(sandbox) == as_literal


async def test_inside_others(gateway: Gateway, sandbox: Sandbox) -> None:
    """In lists and input objects too, each number is exact, or refused with its place."""
    lists = "query ($v: [ID!]!) { nodes(ids: $v) { id } }"
    input_ = {"query": INPUT, "variables": {"input": {"orderId": "@", "orderItemIds": "@"}}}
    mixed = {"query": CANCEL, "variables": {"v": "@", "items": "@"}}

    answers = [
        await post(gateway, body('[1, 1.0, "x", 2e0]', lists)),
        await post(gateway, body("1.0", lists)),
        await post(gateway, written(input_, "1.0", "[1, 2.0]")),
        await post(gateway, written(input_, "1", "2.0")),
        await post(gateway, written(mixed, "-0", "[-0]")),
    ]
    refused = sandbox.request_log.counts()
    accepted = [
        await post(gateway, body(f'[{BIG}, "x"]', lists)),
        await post(gateway, written(input_, str(BIG), f"[{BIG}]")),
        await post(gateway, written(mixed, str(BIG + 1), str(BIG))),
    ]

    assert [[error["message"] for error in answer["errors"]] for answer in answers] == [
        [
            "Variable '$v' has invalid value at [1]: ID cannot represent value: 1.0",
            "Variable '$v' has invalid value at [3]: ID cannot represent value: 2.0",
        ],
        ["Variable '$v' has invalid value: ID cannot represent value: 1.0"],
        [
            "Variable '$input' has invalid value at .orderId: ID cannot represent value.",
            "Variable '$input' has invalid value at .orderItemIds[1]: ID cannot represent value.",
        ],
        ["Variable '$input' has invalid value at .orderItemIds: ID cannot represent value."],
        [
            "Variable '$v' has invalid value: ID cannot represent value: -0.0",
            "Variable '$items' has invalid value at [0]: ID cannot represent value: -0.0",
        ],
    ]
    assert {error["extensions"]["code"] for answer in answers for error in answer["errors"]} == {
        "BAD_USER_INPUT"
    }
    assert refused == {}
    found = {"data": {"cancelOrderItems": {"result": {"__typename": "OrderNotFoundError"}}}}
    assert [without_extensions(one) for one in accepted] == [{"data": {"nodes": [None, None]}}, found, found]
    assert set(requested(sandbox)) == {f"/orders/{BIG}", f"/orders/{BIG + 1}"}


async def test_other_types(gateway: Gateway) -> None:
    """An Int still takes 2.0 and -0 for whole numbers, as the specification allows."""
    query = "query ($v: Int) { viewer { orders(first: $v) { nodes { orderNumber } } } }"

    answers = [await post(gateway, body(number, query)) for number in ("2", "2.0", "2e0", "-0", str(BIG))]

    assert [len(one["data"]["viewer"]["orders"]["nodes"]) for one in answers[:3]] == [2, 2, 2]
    assert answers[3]["errors"][0]["message"] == "first must be 1 to 100, got 0."
    assert answers[4]["errors"][0]["message"] == (
        f"Variable '$v' has invalid value: Int cannot represent non 32-bit signed integer value: {BIG}"
    )


async def test_text_with_minus_zero(gateway: Gateway, sandbox: Sandbox) -> None:
    """A text is never changed, whatever it contains."""
    assert await by_post(gateway, '"A-0"') == NO_ORDER
    assert await by_post(gateway, '"a-0", "w": -0') == NO_ORDER
    assert requested(sandbox) == ["/orders/A-0", "/orders/a-0"]


@pytest.mark.parametrize("blank", ["", " ", "\\t", "\\n ", "\\u00a0", "\\u200b", "\\u0000"])
async def test_blank(gateway: Gateway, sandbox: Sandbox, blank: str) -> None:
    """A blank text is no identifier: what it names is not found, and no request is sent."""
    query = """query ($v: ID!) { order(identifier: $v) { id } customer(identifier: $v) { id }
      node(id: $v) { id } nodes(ids: [$v]) { id } }"""
    variables = {"v": "@", "items": ["@"]}
    text = f'"{blank}"'

    found = await post(gateway, body(text, query))
    cancelled = await post(gateway, written({"query": CANCEL, "variables": variables}, text, text))

    assert without_extensions(found) == {
        "data": {"order": None, "customer": None, "node": None, "nodes": [None]}
    }
    assert without_extensions(cancelled) == {
        "data": {"cancelOrderItems": {"result": {"__typename": "OrderNotFoundError"}}}
    }
    assert sandbox.request_log.entries == []
