"""Two customers at once, while imin fails at random: neither ever sees a value of the other."""

import asyncio
import itertools
import json
import os
from collections import Counter
from typing import Any

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, FaultKind, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway

REQUESTS = int(os.environ.get("BLEED_REQUESTS", "1000"))
AT_ONCE = 50
CUSTOMERS = ("abc", "small")
FAULTS: tuple[FaultKind, ...] = (
    "503",
    "reset",
    "html_200",
    "truncate",
    "429",
    "502_html",
    "empty_200",
    "wrong_order",
)
LISTS = """{ viewer { identifier id email name
  orders(first: 30) { nodes { id identifier customer { identifier } items { id } } }
  upcomingOrderItems(first: 10) { nodes { id order { identifier } } } } }"""
LOOK = """query ($o: ID!, $n: ID!, $c: ID!) { order(identifier: $o) { id identifier } node(id: $n) { id }
  customer(identifier: $c) { orders { totalCount nodes { id } } } }"""

BELONGINGS = """query ($c: ID!) { customer(identifier: $c) { id
  orders(first: 100) { nodes { identifier id items { id } } } } }"""


async def _belongings(gateway: Gateway, customer: str) -> tuple[list[str], list[str]]:
    """Identifiers and global ids that belong to one customer only."""
    data = (await gateway.data(BELONGINGS, c=customer))["customer"]
    orders = data["orders"]["nodes"]
    ids = [
        data["id"],
        *(order["id"] for order in orders),
        *(item["id"] for order in orders for item in order["items"]),
    ]
    return [order["identifier"] for order in orders], ids


async def test_no_bleed(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """Concurrent requests of both over a shared cache and broken connections: 0 foreign values."""
    own = {customer: await _belongings(gateway, customer) for customer in CUSTOMERS}
    codes: Counter[str] = Counter()
    bled: list[str] = []
    turns = itertools.count()

    async def by_header(request: Any) -> Caller:
        return Caller(request.headers["X-Customer"])

    async def ask(url: str, turn: int) -> None:
        mine, other = CUSTOMERS[turn % 2], CUSTOMERS[(turn + 1) % 2]
        numbers, ids = own[other] if turn % 3 else own[mine]
        variables = {"o": numbers[turn % len(numbers)], "n": ids[turn % len(ids)], "c": other}
        body = {"query": LOOK, "variables": variables} if turn % 2 == turn // 2 % 2 else {"query": LISTS}
        headers = {"X-Customer": mine}
        async with gateway.http.post(f"{url}/graphql", json=body, headers=headers) as response:
            answer = await response.text()
            codes[str(response.status)] += 1
        foreign = [*own[other][0], *own[other][1], f'"identifier":"{other}"']
        bled.extend(value for value in foreign if value in answer)
        codes.update(error["extensions"]["code"] for error in json.loads(answer).get("errors", []))

    async def client(url: str) -> None:
        while (turn := next(turns)) < REQUESTS:
            if turn % 20 == 0:
                kind = FAULTS[turn // 20 % len(FAULTS)]
                sandbox.faults.add(Fault("*", kind, times=3))
            await ask(url, turn)

    shared = settings.but(cache_enabled=True, cache_fresh_seconds=0.05, rate_limited=False)
    async with gateway_listening(shared, by_header, sandbox.clock.now) as url:
        await asyncio.gather(*(client(url) for _ in range(AT_ONCE)))

    assert bled == []
    assert sum(count for code, count in codes.items() if code.isdigit()) == REQUESTS
    assert set(codes) <= {"200", "UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_INVALID"}
    assert codes["UPSTREAM_UNAVAILABLE"] + codes["UPSTREAM_INVALID"] >= 1
