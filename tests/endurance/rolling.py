"""Two replicas are restarted in turn, again and again, under load. No request may be lost.

python -m tests.endurance.rolling --minutes 5 [--redis]

With --redis the replicas share a Redis, which fails over before each restart.
The client behaves like a load balancer: if one replica refuses the connection, it tries the other, but it
never sends a request twice. Every other request opens a new connection.
"""

import argparse
import asyncio
import itertools
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp

from tests.support.commands import ANSWER, KEY, QUERY, serve_environment, started
from tests.support.issuer import claims, token
from tests.support.redis_pair import RedisPair, redis_pair

PER_SECOND = 50
_REST_SECONDS = 1.0
_MAX_UNANSWERED = 50
_HEADERS = {"Authorization": f"Bearer {token(KEY, claims('1234', exp=int(time.time()) + 86_400))}"}


class RunInvalid(Exception):
    """A process ended for another reason than a restart, so lost requests prove nothing."""


@dataclass
class Result:
    """answered: requests with the right answer; the others are in one of the lists."""

    answered: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    restarts: int = 0

    def __str__(self) -> str:
        return (
            f"{self.restarts} restarts: {self.answered} answered, {len(self.lost)} lost, "
            f"{len(self.wrong)} wrong answers"
        )


class Address:
    """One address behind the load balancer, and the replica that serves it at present."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment | {"GATEWAY_RATE_LIMITED": "false", "GATEWAY_LOG_LEVEL": "ERROR"}
        # Bound but not listening, so that the system does not reuse the port while no replica runs.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", 0))
        self.port = self._reserved.getsockname()[1]
        self._running = AsyncExitStack()
        self.process: Process | None = None

    async def start(self) -> None:
        """Start a replica."""
        replica = started("serve", f"--port={self.port}", **self._environment)
        self.process, _ = await self._running.enter_async_context(replica)

    async def stop(self) -> None:
        """Stop the replica, and wait until it has ended."""
        self.process = None
        await self._running.aclose()

    async def close(self) -> None:
        """Stop, and free the port."""
        await self.stop()
        self._reserved.close()


async def roll(minutes: float, restarts: int = 0, *, with_redis: bool = False) -> Result:
    """Load both replicas while they are restarted in turn, for that long and at least so many restarts.

    with_redis: they share a Redis, which fails over before each restart. Raises RunInvalid.
    """
    result = Result()
    async with AsyncExitStack() as running:
        sandbox, lines = await running.enter_async_context(started("sandbox", "--port", "0"))
        environment = serve_environment(lines[-1].removeprefix("ready "))
        redis = await running.enter_async_context(redis_pair()) if with_redis else None
        if redis is not None:
            environment |= {"GATEWAY_REDIS_URL": redis.url, "GATEWAY_REDIS_TIMEOUT_SECONDS": "0.05"}
        addresses = [Address(environment), Address(environment)]
        for address in addresses:
            running.push_async_callback(address.close)
            await address.start()
        restarting = asyncio.ensure_future(_restart_in_turn(addresses, redis, result))
        try:
            await _load(
                lambda seconds: seconds >= minutes * 60 and result.restarts >= restarts,
                [address.port for address in addresses],
                result,
                lambda: _check(restarting, sandbox, addresses),
            )
        finally:
            restarting.cancel()
            await asyncio.gather(restarting, return_exceptions=True)
    return result


async def _restart_in_turn(addresses: list[Address], redis: RedisPair | None, result: Result) -> None:
    """Restart one replica after the other; each is ready before the next is stopped."""
    for address in itertools.cycle(addresses):
        if redis is not None:
            await redis.fail_over()
        await address.stop()
        await address.start()
        result.restarts += 1
        await asyncio.sleep(_REST_SECONDS)


def _check(restarting: asyncio.Future[None], sandbox: Process, addresses: list[Address]) -> None:
    """Raise RunInvalid if the run proves nothing any more."""
    if restarting.done():
        raise RunInvalid(f"a replica did not come back: {restarting.exception()}")
    processes = [sandbox, *(address.process for address in addresses)]
    ended = [process.returncode for process in processes if process and process.returncode is not None]
    if ended:
        raise RunInvalid(f"a process ended by itself, with {ended[0]}")


async def _load(
    is_enough: Callable[[float], bool], ports: list[int], result: Result, check: Callable[[], None]
) -> None:
    """Send requests over reused and new connections, at the rate unless the replicas cannot keep up.

    is_enough: whether to stop after that many seconds.
    """
    new = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession() as reusing, aiohttp.ClientSession(connector=new) as fresh:
        began = time.monotonic()
        requests: list[asyncio.Future[None]] = []
        slots = asyncio.Semaphore(_MAX_UNANSWERED)
        for number in itertools.count():
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
            if is_enough(time.monotonic() - began):
                break
            check()
            await slots.acquire()
            session = fresh if number // 2 % 2 else reusing
            in_turn = ports[::-1] if number % 2 else ports
            requests.append(asyncio.ensure_future(_send(in_turn, session, result)))
            requests[-1].add_done_callback(lambda _: slots.release())
        await asyncio.gather(*requests)


async def _send(ports: list[int], http: aiohttp.ClientSession, result: Result) -> None:
    for port in ports:
        try:
            async with http.post(
                f"http://127.0.0.1:{port}/graphql", json=QUERY, headers=_HEADERS
            ) as response:
                answer = await response.json()
        except aiohttp.ClientConnectorError:
            continue
        except (aiohttp.ClientError, TimeoutError) as error:
            result.lost.append(repr(error))
            return
        if answer == ANSWER:
            result.answered += 1
        else:
            result.wrong.append(str(answer)[:200])
        return
    result.lost.append("neither replica took the connection")


def main() -> None:
    """Restart, report, and exit with 1 if a request was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--redis", action="store_true")
    arguments = parser.parse_args()
    minutes: float = arguments.minutes
    try:
        result = asyncio.run(roll(minutes, with_redis=arguments.redis))
    except RunInvalid as reason:
        sys.exit(f"The run proves nothing: {reason}.")
    sys.stdout.write(f"{minutes:g} min, {result}\n")
    for failure in [*result.lost, *result.wrong][:5]:
        sys.stdout.write(f"  {failure}\n")
    sys.exit(bool(result.lost or result.wrong))


if __name__ == "__main__":
    main()
