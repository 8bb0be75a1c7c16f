"""Two replicas that are restarted in turn, again and again, under load. No request may be lost.

python -m tests.endurance.rolling --minutes 5

The client does what a load balancer does: where a replica refuses the connection, it takes the other.
"""

import argparse
import asyncio
import itertools
import signal
import socket
import sys
import time
from dataclasses import dataclass, field

import aiohttp

from tests.test_command_line import ANSWER, QUERY
from tests.test_workers import Serving, sandbox_url, serving

PER_SECOND = 50
_REST_SECONDS = 1.0


@dataclass
class Course:
    """What happened."""

    answered: int = 0
    lost: list[str] = field(default_factory=list)
    restarts: int = 0


async def ask(ports: tuple[int, int], gateway: Serving, http: aiohttp.ClientSession, course: Course) -> None:
    for port in ports:
        url = f"http://127.0.0.1:{port}/graphql"
        try:
            async with http.post(url, json=QUERY, headers=gateway.headers) as response:
                answer = await response.json()
        except aiohttp.ClientConnectorError:
            continue
        except (aiohttp.ClientError, TimeoutError) as error:
            course.lost.append(repr(error))
            return
        if answer != ANSWER:
            course.lost.append(str(answer)[:200])
        course.answered += 1
        return
    course.lost.append("neither replica took the connection")


async def restart(port: int, environment: dict[str, str], done: asyncio.Event, course: Course) -> None:
    """Run a replica on that port, and another in its place when it is told to end, until it is done."""
    while not done.is_set():
        async with serving(f"--port={port}", **environment) as replica:
            TURN[port] = replica
            READY[port].set()
            if done.is_set():
                return
            await replica.process.wait()
        course.restarts += 1


READY: dict[int, asyncio.Event] = {}
TURN: dict[int, Serving] = {}


async def roll(minutes: float) -> Course:
    """Load for so many minutes, while the replicas are restarted in turn."""
    course, done = Course(), asyncio.Event()
    ports = [_free_port(), _free_port()]
    READY.update({port: asyncio.Event() for port in ports})
    async with serving() as first, aiohttp.ClientSession() as http:
        environment = {
            "GATEWAY_IMIN_BASE_URL": f"{await sandbox_url(first)}/api/v2",
            "GATEWAY_RATE_LIMITED": "false",
            "GATEWAY_LOG_LEVEL": "ERROR",
        }
        running = [asyncio.ensure_future(restart(port, environment, done, course)) for port in ports]
        await asyncio.gather(*(READY[port].wait() for port in ports))
        turning = asyncio.ensure_future(_turn(ports))
        began = time.monotonic()
        asking = []
        for number in itertools.count():
            if time.monotonic() - began > minutes * 60:
                break
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
            asking.append(asyncio.ensure_future(ask(_in_turn(ports, number), first, http, course)))
        await asyncio.gather(*asking)
        done.set()
        turning.cancel()
        for port in ports:
            if TURN[port].process.returncode is None:
                TURN[port].process.send_signal(signal.SIGTERM)
        # One that is just being started again ends as soon as it is up.
        await asyncio.gather(*(asyncio.wait_for(task, 30) for task in running), return_exceptions=True)
    return course


async def _turn(ports: list[int]) -> None:
    """Tell one replica after the other to end, each time when the other is there."""
    for port in itertools.cycle(ports):
        READY[port].clear()
        TURN[port].process.send_signal(signal.SIGTERM)
        await READY[port].wait()
        await asyncio.sleep(_REST_SECONDS)


def _in_turn(ports: list[int], number: int) -> tuple[int, int]:
    return ports[number % 2], ports[1 - number % 2]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def main() -> None:
    """Roll, report, and fail where a request was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    minutes = parser.parse_args().minutes
    course = asyncio.run(roll(minutes))
    sys.stdout.write(
        f"{minutes:g} min, {course.restarts} restarts: {course.answered} answered, {len(course.lost)} lost\n"
    )
    for lost in course.lost[:5]:
        sys.stdout.write(f"  {lost}\n")
    sys.exit(bool(course.lost))


if __name__ == "__main__":
    main()
