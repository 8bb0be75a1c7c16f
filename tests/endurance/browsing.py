"""Customers browse their bookings: how many requests reach imin, with and without caches and Redis?

python -m tests.endurance.browsing

A session is a list, a booking, back, another booking, more of the list, back to the top, the upcoming
items, and a refresh, with one to four seconds between two clicks. With two replicas, clicks alternate
between them.
"""

import argparse
import asyncio
import itertools
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.support.commands import KEY, serve_environment, started
from tests.support.issuer import claims, token
from tests.support.redis_server import redis_running

CUSTOMERS = ("1234", "facility", "virtual", "group", "receipts", "statuses", "abc", "small")

LIST = """query ($after: String) { viewer { orders(first: 10, after: $after) {
  totalCount pageInfo { endCursor } nodes { id orderNumber orderDate totalPaymentDue { amount } } } } }"""
ORDER = """query ($id: ID!) { node(id: $id) { ... on Order { orderNumber seller { name } receipts { url }
  items { status session { name startDate venue { name } } } } } }"""
UPCOMING = "{ viewer { upcomingOrderItems(first: 10) { nodes { id status order { orderNumber } } } } }"
CLICKS = ("top", "open 0", "top", "open 1", "top", "more", "open 0", "more", "top", "upcoming", "top", "top")


@dataclass(frozen=True)
class Case:
    """How the gateway runs."""

    name: str
    replicas: int = 1
    has_cache: bool = True
    has_redis: bool = False


CASES = (
    Case("one gateway, no cache", has_cache=False),
    Case("one gateway", replicas=1),
    Case("two replicas, each alone", replicas=2),
    Case("two replicas and Redis", replicas=2, has_redis=True),
)


@dataclass(frozen=True)
class Figures:
    """Of one case. calls: requests to imin. hits: share of reads that did not wait for imin."""

    clicks: int
    calls: int
    hits: float


class Session:
    """One customer who clicks. Each click goes to the next replica."""

    def __init__(self, customer: str, urls: list[str], http: aiohttp.ClientSession) -> None:
        self._headers = {"Authorization": f"Bearer {token(KEY, claims(customer))}"}
        self._urls = itertools.cycle(urls)
        self._http = http
        self._shown: list[str] = []
        self._end: str | None = None
        self.clicks = 0

    async def click(self, what: str) -> None:
        """Send the query that a front end sends for that click."""
        if what == "upcoming":
            await self._send(UPCOMING)
        elif what.startswith("open"):
            index = int(what.removeprefix("open "))
            if index < len(self._shown):
                await self._send(ORDER, id=self._shown[index])
        else:
            await self._list(self._end if what == "more" else None)

    async def _list(self, after: str | None) -> None:
        orders = (await self._send(LIST, after=after))["viewer"]["orders"]
        self._shown = [node["id"] for node in orders["nodes"]]
        if after is None:
            self._end = orders["pageInfo"]["endCursor"]

    async def _send(self, query: str, **variables: Any) -> Any:
        self.clicks += 1
        body = {"query": query, "variables": variables}
        url = f"{next(self._urls)}/graphql"
        async with self._http.post(url, json=body, headers=self._headers) as response:
            answer = await response.json()
        if "errors" in answer:
            raise RuntimeError(str(answer)[:200])
        return answer["data"]


async def measure(
    case: Case, customers: tuple[str, ...], pauses: tuple[float, float], **environment: str
) -> Figures:
    """The figures of a case. pauses: seconds between two clicks, minimum and maximum."""
    async with _running(case, environment) as (imin, urls), aiohttp.ClientSession() as http:
        sessions = [Session(customer, urls, http) for customer in customers]
        await asyncio.gather(*(_browse(one, Random(seed), pauses) for seed, one in enumerate(sessions)))  # noqa: S311  # a repeatable draw
        async with http.get(f"{imin}/sandbox/ledger") as response:
            calls = sum((await response.json())["counts"].values())
        reads: Counter[str] = Counter()
        for url in urls:
            reads.update(await _cache_reads(url, http))
    total = reads["fresh"] + reads["miss"] + reads["joined"]
    hits = (reads["fresh"] + reads["stale"]) / total if total else 0.0
    return Figures(sum(one.clicks for one in sessions), calls, hits)


async def _browse(session: Session, random: Random, pauses: tuple[float, float]) -> None:
    for what in CLICKS:
        await session.click(what)
        await asyncio.sleep(random.uniform(*pauses))


@asynccontextmanager
async def _running(case: Case, extra: dict[str, str]) -> AsyncIterator[tuple[str, list[str]]]:
    """The sandbox and the gateways of a case; their addresses."""
    async with AsyncExitStack() as stack:
        _, lines = await stack.enter_async_context(started("sandbox", "--port", "0"))
        imin = lines[-1].removeprefix("ready ")
        environment = serve_environment(imin) | extra
        environment |= {"GATEWAY_LOG_LEVEL": "ERROR", "GATEWAY_CACHE_ENABLED": str(case.has_cache)}
        if case.has_redis:
            environment["GATEWAY_REDIS_URL"] = (await stack.enter_async_context(redis_running())).url
        urls = []
        for _ in range(case.replicas):
            _, lines = await stack.enter_async_context(started("serve", "--port=0", **environment))
            urls.append(lines[-1].removeprefix("ready "))
        yield imin, urls


async def _cache_reads(url: str, http: aiohttp.ClientSession) -> dict[str, int]:
    async with http.get(f"{url}/metrics") as response:
        text = await response.text()
    return {
        sample.labels["result"]: int(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "gateway_cache_reads_total"
    }


async def _measure_all(pauses: tuple[float, float]) -> list[Figures]:
    return await asyncio.gather(*(measure(case, CUSTOMERS, pauses) for case in CASES))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--pauses", type=float, nargs=2, default=(1.0, 4.0), help="seconds between two clicks"
    )
    began = time.monotonic()
    found = asyncio.run(_measure_all(tuple(parser.parse_args().pauses)))
    plain = found[0].calls
    for case, figures in zip(CASES, found, strict=True):
        sys.stdout.write(
            f"{case.name:26} {figures.clicks} clicks, {figures.calls} requests to imin "
            f"({1 - figures.calls / plain:.0%} saved), {figures.hits:.0%} of the reads from the cache\n"
        )
    sys.stdout.write(f"{len(CUSTOMERS)} customers, {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
