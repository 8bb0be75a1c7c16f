"""A soak test: one gateway at half load. Its memory must not grow, and nothing may fail.

python -m tests.endurance.soak --minutes 20
"""

import argparse
import asyncio
import itertools
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.support.commands import KEY, Serving, serving
from tests.support.issuer import claims, token

CUSTOMERS = ("1234", "small", "empty", "facility", "virtual", "group", "receipts", "statuses", "abc")
QUERIES = (
    "{ viewer { orders(first: 10) { totalCount nodes { orderNumber items { status session { name } } } } } }",
    "{ viewer { orders(first: 50) { nodes { orderNumber seller { name } } } } }",
    "{ viewer { orders(last: 5) { nodes { identifier } } givenName } }",
    "{ viewer { upcomingOrderItems { nodes { status cancellableUntil order { orderNumber } } } } }",
)
_MEASURE_SECONDS = 3.0
_WARM_SHARE = 0.2


@dataclass
class Result:
    """memory: KiB, sampled every five seconds."""

    answered: int = 0
    failed: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)


async def send(gateway: Serving, http: aiohttp.ClientSession, number: int, result: Result) -> None:
    customer = CUSTOMERS[number % len(CUSTOMERS)]
    headers = {"Authorization": f"Bearer {TOKENS[customer]}"}
    query = {"query": QUERIES[number // len(CUSTOMERS) % len(QUERIES)]}
    try:
        async with http.post(f"{gateway.url}/graphql", json=query, headers=headers) as response:
            answer = await response.json()
    except (aiohttp.ClientError, TimeoutError) as error:
        result.failed.append(repr(error))
        return
    result.answered += 1
    if "errors" in answer or response.status != 200:
        result.failed.append(str(answer)[:200])


TOKENS = {customer: token(KEY, claims(customer, exp=int(time.time()) + 86_400)) for customer in CUSTOMERS}


async def capacity(gateway: Serving, http: aiohttp.ClientSession) -> float:
    """Requests a second that the gateway can answer."""
    result, numbers = Result(), itertools.count()
    until = time.monotonic() + _MEASURE_SECONDS

    async def client() -> None:
        while time.monotonic() < until:
            await send(gateway, http, next(numbers), result)

    await asyncio.gather(*(client() for _ in range(8)))
    return result.answered / _MEASURE_SECONDS


async def soak(minutes: float) -> tuple[float, Result]:
    """Send half of what the gateway can answer; return the rate and the result."""
    result = Result()
    async with (
        serving("--workers=1", GATEWAY_RATE_LIMITED="false", GATEWAY_LOG_LEVEL="ERROR") as gateway,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50)) as http,
    ):
        rate = await capacity(gateway, http) / 2
        began = last = time.monotonic()
        running: set[asyncio.Task[None]] = set()
        for number in range(int(rate * minutes * 60)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            task = asyncio.ensure_future(send(gateway, http, number, result))
            running.add(task)
            task.add_done_callback(running.discard)
            if time.monotonic() - last > 5:
                last = time.monotonic()
                result.memory.append(memory_of(gateway.process.pid))
                async with http.delete(f"{gateway.sandbox_url}/sandbox/ledger"):
                    pass
        await asyncio.gather(*running)
    return rate, result


def memory_of(pid: int) -> int:
    """Resident memory in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def main() -> None:
    """Soak, report, and exit with 1 if memory grew by more than 5 % or a request failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    minutes = parser.parse_args().minutes
    rate, result = asyncio.run(soak(minutes))
    warm = result.memory[int(len(result.memory) * _WARM_SHARE) :]
    third = max(1, len(warm) // 3)
    before, after = statistics.median(warm[:third]), statistics.median(warm[-third:])
    growth = after / before - 1
    sys.stdout.write(
        f"{minutes:g} min at {rate:.0f} requests/s: {result.answered} answered, {len(result.failed)} failed; "
        f"memory {before / 1024:.1f} → {after / 1024:.1f} MiB ({growth:+.1%}), "
        f"range after warm-up {min(warm) / 1024:.1f} to {max(warm) / 1024:.1f}\n"
    )
    for failure in result.failed[:5]:
        sys.stdout.write(f"  {failure}\n")
    sys.exit(bool(result.failed) or abs(growth) > 0.05)


if __name__ == "__main__":
    main()
