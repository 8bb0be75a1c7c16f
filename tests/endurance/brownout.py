"""A brownout: one endpoint of imin never answers while the others work. What do other queries notice?

python -m tests.endurance.brownout --seconds 20
"""

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass

import aiohttp

from tests.support.commands import Serving, serving

HEALTHY = "{ viewer { orders(first: 10) { totalCount nodes { orderNumber } } } }"
SICK = "{ viewer { upcomingOrderItems { totalCount } } }"
PER_SECOND = 30


@dataclass(frozen=True)
class Request:
    """A request that has ended. Times on the monotonic clock."""

    query: str
    began: float
    ended: float
    is_ok: bool

    @property
    def took(self) -> float:
        return self.ended - self.began


@dataclass(frozen=True)
class Figures:
    """Times in seconds. healthy, sick: queries to the endpoints that work and to the other one.

    attempts: requests to imin per GraphQL request. later_refusal: median once the breaker is open.
    """

    calm_p99: float
    brown_p99: float
    healthy_failed: int
    slowest_refusal: float
    later_refusal: float
    recovered_after: float
    attempts: float

    def __str__(self) -> str:
        return (
            f"healthy p99 {self.calm_p99 * 1000:.0f} ms, {self.brown_p99 * 1000:.0f} ms in the brownout, "
            f"{self.healthy_failed} failed; the sick ones refused within {self.slowest_refusal:.2f} s, "
            f"later within {self.later_refusal * 1000:.0f} ms; answered again {self.recovered_after:.2f} s "
            f"after the repair; {self.attempts:.2f} requests to imin a request"
        )


async def brownout(calm: float, brown: float, repaired: float) -> Figures:
    """Send thirty requests a second, every third to the endpoint that stops answering. Times in seconds."""
    done: list[Request] = []
    async with (
        serving(
            "--workers=1",
            GATEWAY_CACHE_ENABLED="false",
            GATEWAY_RATE_LIMITED="false",
            GATEWAY_LOG_LEVEL="ERROR",
            GATEWAY_IMIN_TIMEOUT_SECONDS="1.5",  # the default
            GATEWAY_REQUEST_TIMEOUT_SECONDS="5",
        ) as gateway,
        aiohttp.ClientSession(headers=gateway.headers) as http,
    ):
        imin = gateway.sandbox_url
        await _load(1.0, gateway, http, [])
        await _load(calm, gateway, http, done)
        fault = {"route": "GET /order-items", "kind": "black_hole", "times": None}
        async with http.post(f"{imin}/sandbox/faults", json=fault):
            began = time.monotonic()
        late = asyncio.ensure_future(_load(brown, gateway, http, done))
        await asyncio.sleep(brown)
        async with http.delete(f"{imin}/sandbox/faults"):
            repair = time.monotonic()
        await _load(repaired, gateway, http, done)
        await late
        async with http.get(f"{imin}/sandbox/ledger") as response:
            counts = (await response.json())["counts"]
    return _figures(done, began, repair, sum(counts.values()) / (len(done) + PER_SECOND))


async def _load(seconds: float, gateway: Serving, http: aiohttp.ClientSession, done: list[Request]) -> None:
    """Send requests at the rate, whether or not they are answered."""
    began = time.monotonic()
    running = []
    for number in range(int(seconds * PER_SECOND)):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
        query = SICK if number % 3 == 0 else HEALTHY
        running.append(asyncio.ensure_future(_send(gateway, http, query, done)))
    await asyncio.gather(*running)


async def _send(gateway: Serving, http: aiohttp.ClientSession, query: str, done: list[Request]) -> None:
    began = time.monotonic()
    async with http.post(f"{gateway.url}/graphql", json={"query": query}) as response:
        answer = await response.json()
    done.append(Request(query, began, time.monotonic(), "errors" not in answer))


def _figures(done: list[Request], began: float, repair: float, attempts: float) -> Figures:
    healthy = [one for one in done if one.query == HEALTHY]
    refused = [one for one in done if one.query == SICK and not one.is_ok]
    # The first requests wait for their time-out; after that the breaker is open.
    first_end = min(one.ended for one in refused)
    later = [one.took for one in refused if one.began > first_end + 1 and one.took < 1]
    return Figures(
        calm_p99=_p99([one.took for one in healthy if one.began < began]),
        brown_p99=_p99([one.took for one in healthy if began <= one.began < repair]),
        healthy_failed=sum(not one.is_ok for one in healthy),
        slowest_refusal=max(one.took for one in refused),
        later_refusal=sorted(later)[len(later) // 2] if later else float("inf"),
        recovered_after=min(
            one.ended for one in done if one.query == SICK and one.is_ok and one.began > began
        )
        - repair,
        attempts=attempts,
    )


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def main() -> None:
    """Measure, print, and exit with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="of calm, and of brownout")
    seconds = parser.parse_args().seconds
    figures = asyncio.run(brownout(seconds, seconds, 5.0))
    sys.stdout.write(f"{figures}\n")
    is_sound = (
        figures.brown_p99 <= max(2 * figures.calm_p99, figures.calm_p99 + 0.05)
        and figures.healthy_failed == 0
        and figures.slowest_refusal <= 2
        and figures.recovered_after <= 2
        and figures.attempts <= 1.2
    )
    sys.exit(not is_sound)


if __name__ == "__main__":
    main()
