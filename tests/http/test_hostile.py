"""Arbitrary input causes no 5xx, discloses nothing of other customers, and sends nothing to imin about them.

2,000 requests in all, 20,000 in `make fuzz`; HOSTILE_REQUESTS changes the number.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp
import pytest
import yarl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, nodes, queries

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.graph.schema import build_schema
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.disclosure import disclosed
from tests.support.waiting import HANGS_AFTER, PLENTY

# Thousands of random values: tracing lines would double the time.
pytestmark = pytest.mark.no_cover

T = TypeVar("T")

REQUESTS = int(os.environ.get("HOSTILE_REQUESTS", "2000"))
MINE, THEIRS = "abc", "small"
IDENTITY = """{ customer(identifier: %s) { id orders(first: 100) {
  nodes { id identifier orderNumber items { id } receipts { id url } } } } }"""
SDL = build_schema().as_str()
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    name: st.text(max_size=9).map(nodes.String)
    for name in ("Date", "DateTime", "Decimal", "Duration", "URL", "Time")
}
INJECTIONS = [
    "../receipts/1",
    "..%2freceipts%2f1",
    "1?customerIdentifier=small",
    "1#",
    "1\r\nX-Evil: 1",
    "1\n",
    "\x00",
    "",
    "%",
    "http://127.0.0.1:1/",
    "a" * 3_000,
    "1;DROP TABLE",
    "{{7*7}}",
    "ﬁ",
]

OPERATIONS = (
    "query ($a: ID!, $b: ID!) { node(id: $a) { __typename id } order(identifier: $b) { identifier } }",
    "query ($a: ID!, $b: ID!) { nodes(ids: [$a, $b]) { id ... on Order { identifier receipts { url } } } }",
    """query ($a: ID!, $b: ID!) { customer(identifier: $a) { name orders { nodes { identifier } } }
      node(id: $b) { ... on Customer { email orders { nodes { id } } } } }""",
    "query ($a: String, $b: String) { viewer { orders(after: $a, before: $b) { nodes { identifier } } } }",
    """mutation ($a: ID!, $b: ID!) {
      cancelOrderItems(input: {orderId: $a, orderItemIds: [$b]}) { result { __typename } } }""",
)


def examples(share: float) -> settings:
    """A share of all requests, the same ones in each run."""
    return settings(
        max_examples=round(REQUESTS * share),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@dataclass
class Target:
    """A gateway with customer `abc` as its caller; ids of that customer and of another one."""

    url: str
    http: aiohttp.ClientSession
    loop: asyncio.AbstractEventLoop
    sandbox: Sandbox
    mine: list[str]
    theirs: list[str]
    secrets: list[str]
    statuses: Counter[int] = field(default_factory=Counter)
    executed: int = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run in the event loop and wait, in hypothesis's thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(HANGS_AFTER)

    async def send(self, method: str, path: str, **request: Any) -> None:
        """Send one request, and check all that must hold of its response."""
        self.sandbox.request_log.clear()
        url = yarl.URL(self.url + path, encoded=True)
        try:
            async with self.http.request(method, url, allow_redirects=False, **request) as response:
                status, content = response.status, await response.read()
        except aiohttp.ClientConnectionError:
            return  # closed, because it is not valid HTTP
        self.statuses[status] += 1
        self.executed += content.startswith(b'{"data"') or b',"data":' in content
        assert status < 500, (status, content[:500])
        shown = content.decode()
        sent = f"{path}{request}"  # the response may repeat what the caller sent
        assert [secret for secret in disclosed(shown, *self.secrets) if secret not in sent] == []
        foreign = [
            entry
            for entry in self.sandbox.request_log.entries
            if "unknown" in entry.route
            or entry.query.get("customerIdentifier", MINE) != MINE
            or entry.method == "PATCH"
        ]
        assert foreign == []
        assert method == "HEAD" or not content or json.loads(content) is not None or status == 304


@pytest.fixture
async def target(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> AsyncIterator[Target]:
    mine, theirs = [await _ids(gateway, customer) for customer in (MINE, THEIRS)]
    numbers = await gateway.data(IDENTITY % json.dumps(THEIRS))
    orders = numbers["customer"]["orders"]["nodes"]
    secrets = [*theirs, *(order["identifier"] for order in orders)]

    async def me(_request: object) -> Caller:
        return Caller(MINE)

    lenient = settings.but(rate_limited=False, imin_timeout_seconds=PLENTY, request_timeout_seconds=PLENTY)
    async with gateway_listening(lenient, me, sandbox.clock.now) as url:
        yield Target(url, gateway.http, asyncio.get_running_loop(), sandbox, mine, theirs, secrets)


async def _ids(gateway: Gateway, customer: str) -> list[str]:
    """Global ids of a customer, and of the customer's orders, items and receipts."""
    found = (await gateway.data(IDENTITY % json.dumps(customer)))["customer"]
    ids = [found["id"]]
    for order in found["orders"]["nodes"]:
        ids += [
            order["id"],
            *(item["id"] for item in order["items"]),
            *(receipt["id"] for receipt in order["receipts"]),
        ]
    return ids


def post(target: Target, body: Any, **headers: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    target.run(
        target.send("POST", "/graphql", data=content, headers={"Content-Type": "application/json", **headers})
    )


async def test_queries_of_the_schema(target: Target) -> None:
    """Any query that fits the schema, or that fails to by little."""

    @examples(0.1)
    @given(
        query=queries(SDL, custom_scalars=SCALARS) | queries(SDL, custom_scalars=SCALARS, mode=Mode.NEGATIVE)
    )
    def check(query: str) -> None:
        # Half of them run: hypothesis-graphql likes to select more than the limits allow.
        post(target, {"query": query})

    await asyncio.to_thread(check)

    assert target.executed >= REQUESTS * 0.02


async def test_ids(target: Target) -> None:
    """Any id in any argument: the caller's, another customer's, a corrupted or an invented one."""
    names = [
        "small",
        "1234",
        "abc",
        *target.mine[:20],
        *target.theirs[:20],
        *target.secrets[-5:],
        *INJECTIONS,
    ]
    corrupted = st.builds(
        lambda name, at, letter: name[:at] + letter + name[at + 1 :],
        st.sampled_from(target.theirs[:20]),
        st.integers(0, 100),
        st.characters(codec="utf-8"),
    )
    ids = st.sampled_from(names) | corrupted | st.text(max_size=40)
    operation = st.sampled_from(OPERATIONS)

    @examples(0.3)
    @given(query=operation, a=ids, b=ids)
    def check(query: str, a: str, b: str) -> None:
        if query.startswith("mutation") and (a in target.mine or a == "abc"):
            return  # that is allowed
        post(target, {"query": query, "variables": {"a": a, "b": b}})

    await asyncio.to_thread(check)


async def test_bodies(target: Target) -> None:
    """Any bytes and any JSON, with any content type and encoding."""
    json_value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=8,
    )
    parts = st.fixed_dictionaries(
        {},
        optional={
            "query": json_value | st.sampled_from(["{ viewer { id } }", "{", "query A { viewer { id } }"]),
            "variables": json_value,
            "operationName": json_value,
            "extensions": json_value | st.just({"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}),
            "documentId": json_value,
        },
    )
    bodies = st.binary(max_size=200) | parts | json_value
    types = st.sampled_from(["application/json", "application/json; charset=utf-16", "text/plain", "x", ""])
    encodings = st.sampled_from(["identity", "gzip", "deflate", "br", "gzip, gzip"])

    @examples(0.2)
    @given(body=bodies, content_type=types, encoding=encodings)
    def check(body: Any, content_type: str, encoding: str) -> None:
        post(target, body, **{"Content-Type": content_type, "Content-Encoding": encoding})
        post(target, body)

    await asyncio.to_thread(check)


async def test_paths(target: Target) -> None:
    """Any method, path and query."""
    visible = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#")
    names = [*target.theirs[:30], *INJECTIONS]
    receipts = st.sampled_from(names).map(lambda name: f"/receipts/{quote(name, safe='')}")
    paths = receipts | st.text(visible, max_size=30).map(lambda text: f"/{text}") | st.just("/graphql")
    parameters = st.text(visible, max_size=60).map(lambda text: f"?query={text}") | st.just("")
    methods = st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])

    @examples(0.3)
    @given(method=methods, path=paths, query=parameters)
    def check(method: str, path: str, query: str) -> None:
        if "graphiql" not in path and path not in {"/", "//"} and "metrics" not in path:
            target.run(target.send(method, path + query))

    await asyncio.to_thread(check)
