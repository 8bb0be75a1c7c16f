"""Random histories: an order by imin's number is the one that its global id and the list give."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import SANDBOX, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.histories import day, order_document
from tests.support.waiting import PLENTY

EXAMPLES = int(os.environ.get("HISTORY_EXAMPLES", "4"))
LIST = "{ viewer { orders(first: 50) { nodes { id identifier items { identifier } } } } }"
BOTH = """query ($number: ID!, $id: ID!) {
  byNumber: order(identifier: $number) { ...Shown }
  byId: node(id: $id) { ...Shown } }
fragment Shown on Order { id identifier items { identifier } }"""

dates = st.one_of(
    st.none(),
    st.integers(1, 3).map(day),
    st.integers(1, 3_000).map(day),
    st.sampled_from(["2001-01-02T10:00:00Z", "2001-01-02T12:00:00+02:00", "soon", "", 7]),
)
emails = st.sampled_from([None, "ann@example.com", "Ann@example.com", "bob@example.com"])


@dataclass
class House:
    """A sandbox and a gateway that serve all examples; each has a customer of its own."""

    sandbox: Sandbox
    gateway: Gateway
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def see(self, customer: str, query: str, **variables: Any) -> Any:
        """The data of a response that must have no errors."""
        body, headers = {"query": query, "variables": variables}, {"X-Customer": customer}
        async with self.gateway.http.post(
            f"{self.gateway.url}/graphql", json=body, headers=headers
        ) as response:
            answer = await response.json()
        assert list(answer) == ["data"], answer
        return answer["data"]


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    async def caller(request: Any) -> Caller:
        return Caller(request.headers["X-Customer"])

    app = create_sandbox(SandboxSettings(now=datetime(2026, 11, 1, 9, tzinfo=UTC)))
    async with listening(app, "127.0.0.1") as imin, aiohttp.ClientSession() as http:
        settings_ = Settings(
            port=0,
            imin_base_url=f"{imin}/api/v2",
            imin_api_key=SecretStr("sandbox-key"),
            imin_timeout_seconds=PLENTY,
            request_timeout_seconds=PLENTY,
            cache_enabled=False,
            rate_limited=False,
        )
        async with gateway_listening(settings_, caller) as url:
            yield House(app[SANDBOX], Gateway(url, http))


async def check(house: House, history: list[tuple[Any, str | None]], *, is_busy: bool) -> None:
    """Compare the three ways to each order. history: orderDate and e-mail address of each, newest first."""
    customer = f"customer-{next(house.numbers)}"
    for place, (date, email) in reversed([*enumerate(history)]):
        house.sandbox.put_order(customer, order_document(f"{customer}-{place}", date, email))
    listed = (await house.see(customer, LIST))["viewer"]["orders"]["nodes"]
    assert len(listed) == len(history)
    # Each page that is read makes a busy history longer, so only a few of its orders are looked for.
    sought = listed[:: len(listed) // 4 + 1] if is_busy else listed
    house.sandbox.style.books_while_read = is_busy

    found = [await house.see(customer, BOTH, number=one["identifier"], id=one["id"]) for one in sought]

    house.sandbox.style.books_while_read = False
    assert found == [{"byNumber": order, "byId": order} for order in sought]


def test_any_history() -> None:
    """Each order is found, with any dates and persons, also while bookings follow each page."""
    with asyncio.Runner() as runner:
        running = house()
        one = runner.run(running.__aenter__())

        @settings(max_examples=EXAMPLES, deadline=None)
        @given(st.lists(st.tuples(dates, emails), min_size=1, max_size=40), st.booleans())
        def any_history(history: list[tuple[Any, str | None]], is_busy: bool) -> None:  # noqa: FBT001  # drawn by hypothesis
            runner.run(check(one, history, is_busy=is_busy))

        try:
            any_history()
        finally:
            runner.run(running.__aexit__(None, None, None))
