"""Two replicas that are restarted in turn, again and again, under load. No request may be lost.

python -m tests.endurance.rolling --minutes 5

The client does what a load balancer does: where a replica refuses the connection, it takes the other;
what it has sent it does not send again. Every other request opens a connection of its own.
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

from tests.server.test_command_line import ANSWER, QUERY, started
from tests.server.test_workers import KEY, environment_over
from tests.support.issuer import claims, token

PER_SECOND = 50
_REST_SECONDS = 1.0
_HEADERS = {"Authorization": f"Bearer {token(KEY, claims('1234', exp=int(time.time()) + 86_400))}"}


class Disturbed(Exception):
    """A process ended that nobody here told to: what was lost then is not a restart's fault."""


@dataclass
class Course:
    """What happened. Every request is in one of the two lists, or was answered rightly."""

    answered: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    restarts: int = 0

    def __str__(self) -> str:
        return (
            f"{self.restarts} restarts: {self.answered} answered, {len(self.lost)} lost, "
            f"{len(self.wrong)} answered wrongly"
        )


class Place:
    """One of the addresses behind the load balancer, and the replica that serves there just now."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment | {"GATEWAY_RATE_LIMITED": "false", "GATEWAY_LOG_LEVEL": "ERROR"}
        # Bound, but not listening: while no replica runs, the system gives its port to nobody else.
        self._kept = socket.socket()
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._kept.bind(("127.0.0.1", 0))
        self.port = self._kept.getsockname()[1]
        self._running = AsyncExitStack()
        self.process: Process | None = None

    async def start(self) -> None:
        """Begin to serve."""
        replica = started("serve", f"--port={self.port}", **self._environment)
        self.process, _ = await self._running.enter_async_context(replica)

    async def stop(self) -> None:
        """Tell the replica to end, and wait until it has."""
        self.process = None
        await self._running.aclose()

    async def close(self) -> None:
        """Give the port up too."""
        await self.stop()
        self._kept.close()


async def roll(minutes: float) -> Course:
    """Load for so many minutes, while the replicas are restarted in turn. Raises Disturbed."""
    course = Course()
    async with AsyncExitStack() as running:
        sandbox, lines = await running.enter_async_context(started("sandbox", "--port", "0"))
        environment = environment_over(lines[-1].removeprefix("ready "))
        places = [Place(environment), Place(environment)]
        for place in places:
            running.push_async_callback(place.close)
            await place.start()
        turning = asyncio.ensure_future(_turn(places, course))
        try:
            await _load(
                minutes, [place.port for place in places], course, lambda: _check(turning, sandbox, places)
            )
        finally:
            turning.cancel()
            await asyncio.gather(turning, return_exceptions=True)
    return course


async def _turn(places: list[Place], course: Course) -> None:
    """Restart one replica after the other, each time when the other is there."""
    for place in itertools.cycle(places):
        await place.stop()
        await place.start()
        course.restarts += 1
        await asyncio.sleep(_REST_SECONDS)


def _check(turning: asyncio.Future[None], sandbox: Process, places: list[Place]) -> None:
    """Raise Disturbed where the run tells nothing any more."""
    if turning.done():
        raise Disturbed(f"a replica did not come back: {turning.exception()}")
    processes = [sandbox, *(place.process for place in places)]
    ended = [process.returncode for process in processes if process and process.returncode is not None]
    if ended:
        raise Disturbed(f"a process ended by itself, with {ended[0]}")


async def _load(minutes: float, ports: list[int], course: Course, check: Callable[[], None]) -> None:
    """Ask at the rate, whether or not answers come, over kept connections and new ones in turn."""
    new = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession() as kept, aiohttp.ClientSession(connector=new) as fresh:
        began = time.monotonic()
        asking = []
        for number in range(int(minutes * 60 * PER_SECOND)):
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
            check()
            session = fresh if number // 2 % 2 else kept
            in_turn = ports[::-1] if number % 2 else ports
            asking.append(asyncio.ensure_future(_ask(in_turn, session, course)))
        await asyncio.gather(*asking)


async def _ask(ports: list[int], http: aiohttp.ClientSession, course: Course) -> None:
    for port in ports:
        try:
            async with http.post(
                f"http://127.0.0.1:{port}/graphql", json=QUERY, headers=_HEADERS
            ) as response:
                answer = await response.json()
        except aiohttp.ClientConnectorError:
            continue
        except (aiohttp.ClientError, TimeoutError) as error:
            course.lost.append(repr(error))
            return
        if answer == ANSWER:
            course.answered += 1
        else:
            course.wrong.append(str(answer)[:200])
        return
    course.lost.append("neither replica took the connection")


def main() -> None:
    """Roll, report, and fail where a request was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    minutes = parser.parse_args().minutes
    try:
        course = asyncio.run(roll(minutes))
    except Disturbed as reason:
        sys.exit(f"The run tells nothing: {reason}.")
    sys.stdout.write(f"{minutes:g} min, {course}\n")
    for failure in [*course.lost, *course.wrong][:5]:
        sys.stdout.write(f"  {failure}\n")
    sys.exit(bool(course.lost or course.wrong))


if __name__ == "__main__":
    main()
