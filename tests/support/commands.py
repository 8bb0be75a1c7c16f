"""Runs the gateway's commands as processes."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.issuer import AUDIENCE, ISSUER, claims, rsa_key, token
from tests.support.waiting import HANGS_AFTER, PLENTY

PROJECT = Path(__file__).parents[2]
QUERY = {"query": "{ viewer { orders(first: 1) { totalCount nodes { orderNumber } } } }"}
ANSWER = {"data": {"viewer": {"orders": {"totalCount": 1917, "nodes": [{"orderNumber": "1917"}]}}}}
"""The response to QUERY for the sandbox's customer 1234."""

KEY = rsa_key()
"""Signs the tokens that `serving` accepts."""

REQUIRED = {
    "GATEWAY_IMIN_API_KEY": "sandbox-key",
    "GATEWAY_AUTH_PUBLIC_KEY": "{}",
    "GATEWAY_AUTH_ISSUER": ISSUER,
    "GATEWAY_AUTH_AUDIENCE": AUDIENCE,
}
"""The settings that `gateway serve` requires, with an empty key."""


async def start(*arguments: str, **environment: str) -> Process:
    """Start a command, without the developer's settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        *arguments,
        cwd=PROJECT,
        # Port 8000 may be in use by `make run`, and tests must not write into the project.
        env=clean | {"GATEWAY_PORT": "0", "GATEWAY_STATE_PATH": ":memory:"} | environment,
        stdout=PIPE,
        stderr=PIPE,
    )


async def run_command(*arguments: str, **environment: str) -> tuple[int | None, str, str]:
    """Exit status, output and errors of a command that ends by itself."""
    process = await start(*arguments, **environment)
    output, errors = await asyncio.wait_for(process.communicate(), HANGS_AFTER)
    return process.returncode, output.decode(), errors.decode()


@asynccontextmanager
async def started(*arguments: str, **environment: str) -> AsyncIterator[tuple[Process, list[str]]]:
    """A process, and the lines it has printed up to its ready line. Ended with SIGTERM."""
    process = await start(*arguments, **environment)
    try:
        assert process.stdout
        lines: list[str] = []
        while not lines or not lines[-1].startswith("ready "):
            line = await asyncio.wait_for(process.stdout.readline(), HANGS_AFTER)
            assert line, (await process.communicate())[1].decode()
            lines.append(line.decode().strip())
        yield process, lines
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), HANGS_AFTER)


def serve_environment(sandbox_url: str) -> dict[str, str]:
    """Settings of `gateway serve`, for a sandbox at that URL and tokens signed with KEY; long timeouts."""
    return REQUIRED | {
        "GATEWAY_STATE_PATH": ":memory:",
        "GATEWAY_AUTH_PUBLIC_KEY": json.dumps(KEY.as_dict(private=False)),
        "GATEWAY_IMIN_BASE_URL": f"{sandbox_url}/api/v2",
        "GATEWAY_IMIN_TIMEOUT_SECONDS": str(PLENTY),
        "GATEWAY_REQUEST_TIMEOUT_SECONDS": str(PLENTY),
        "GATEWAY_REDIS_TIMEOUT_SECONDS": str(PLENTY),
        "GATEWAY_CANCEL_DEADLINE_SECONDS": str(PLENTY),
    }


@dataclass
class Serving:
    """A running `gateway serve`.

    sandbox_url: of its imin. headers: authenticate customer 1234. seconds_to_start: until it was ready.
    responses: those to `send_query`.
    """

    process: Process
    url: str
    sandbox_url: str
    headers: dict[str, str]
    seconds_to_start: float
    responses: list[Any] = field(default_factory=list)

    async def send_query(self, http: aiohttp.ClientSession) -> None:
        """Send QUERY, and record the response."""
        async with http.post(f"{self.url}/graphql", json=QUERY, headers=self.headers) as response:
            self.responses.append(await response.json())

    async def send_queries_until(self, done: asyncio.Event) -> None:
        """Send QUERY repeatedly over one connection, as a front end's server does."""
        async with aiohttp.ClientSession() as http:
            while not done.is_set():
                await self.send_query(http)

    @property
    def most_seconds_to_stop(self) -> float:
        """Three times as long as this machine took to start it; no shutdown timeout has passed by then."""
        return 3 * self.seconds_to_start

    async def stop(self) -> float:
        """Send SIGTERM and wait for the end; returns how many seconds that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self.process.wait(), HANGS_AFTER)
        return time.monotonic() - began

    def workers(self) -> set[int]:
        """Ids of the child processes."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:  # noqa: PTH123  # a file of the kernel's
            return set(map(int, children.read().split()))


@asynccontextmanager
async def serving(*arguments: str, **environment: str) -> AsyncIterator[Serving]:
    """Run `gateway serve` over a sandbox of its own, or over the imin that `environment` names."""
    async with started("sandbox", "--port", "0") as (_, sandbox):
        settings = serve_environment(sandbox[-1].removeprefix("ready ")) | environment
        began = time.monotonic()
        async with started("serve", "--port=0", *arguments, **settings) as (process, lines):
            seconds = time.monotonic() - began
            assert [re.sub(r"\d+$", "N", line) for line in lines] == ["ready http://127.0.0.1:N"]
            sandbox_url = settings["GATEWAY_IMIN_BASE_URL"].removesuffix("/api/v2")
            headers = {"Authorization": f"Bearer {token(KEY, claims('1234'))}"}
            yield Serving(process, lines[-1].removeprefix("ready "), sandbox_url, headers, seconds)
