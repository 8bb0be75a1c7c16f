"""Two gateways that live the same life, one of which reuses finished answers and the other does not."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from pydantic import SecretStr

from gateway.auth import Caller, HasHeaders
from gateway.commands import gateway_listening
from gateway.sandbox import SANDBOX, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.support.clocks import PinnedBootClock
from tests.support.waiting import PLENTY, until

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
LINK_SECONDS = 300
CALLERS = {
    "ann": Caller("1234"),
    "ben": Caller("abc"),
    "service": Caller(None, may_name_any_customer=True, name="service shop"),
    "ann-service": Caller("1234", may_name_any_customer=True),
}
_LINK = re.compile(r"ends=(\d+)&signature=[0-9a-f]{32}")
_EXPIRY = re.compile(r'(xpiresAt":")([^"]+)(")')
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")
_COUNTS = re.compile(r"^gateway_(?:requests|cache_reads|imin_attempts)_total\{.*$", re.MULTILINE)


@dataclass
class World:
    """A sandbox with its clock, and a gateway over it that has no other clock."""

    sandbox: Sandbox
    gateway_url: str
    http: aiohttp.ClientSession
    aiohttp_http: aiohttp.ClientSession
    """Its connections have left the gateway's fast path."""
    boot_clock: PinnedBootClock
    seen: int = 0

    async def ask(
        self, caller: str, body: dict[str, Any], accept: str = "*/*", *, with_rate: bool = True
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and body of a response, but for what differs from one request to the next.

        accept: with a media type, aiohttp's server reads the request, otherwise the fast path.
        with_rate: whether the headers include what the rate limit has left.
        """
        headers = {"X-Caller": caller, "Accept": accept}
        http = self.http if accept == "*/*" else self.aiohttp_http
        async with http.post(f"{self.gateway_url}/graphql", json=body, headers=headers) as response:
            shown = {
                name: value for name, value in response.headers.items() if name.lower() not in _PER_REQUEST
            }
            if with_rate:
                shown["RateLimit"] = response.headers.get("RateLimit", "").rpartition(";t=")[0]
            text = self._with_links_checked(await response.text())
            return response.status, shown, _with_sorted_errors(text)

    async def call_webhook(self, kind: str, body: dict[str, Any]) -> int:
        """Send imin's webhook about a customer or an order; its status."""
        path, key = {
            "customer": ("customer-accounts", "agreed-customers"),
            "order": ("orders", "agreed-orders"),
        }[kind]
        url, headers = f"{self.gateway_url}/webhooks/{path}", {"X-Api-Key": key}
        async with self.aiohttp_http.post(url, json=body, headers=headers) as response:
            return response.status

    def advance(self, seconds: float) -> None:
        self.sandbox.clock.advance(seconds)
        self.boot_clock.advance(max(0.0, seconds))

    def requests(self) -> list[str]:
        """What imin has received since the last call, in a fixed order: those sent together have none."""
        entries = self.sandbox.request_log.entries
        new, self.seen = entries[self.seen :], len(entries)
        return sorted(f"{entry.method} {entry.path} {entry.query} {json.dumps(entry.body)}" for entry in new)

    async def settle(self) -> None:
        """Until no request to imin is under way, and what came of the last ones is stored."""

        async def is_quiet() -> bool:
            return re.search(r"imin_in_flight\{.*\} [1-9]", await self._metrics()) is None

        await until(is_quiet)
        await self._metrics()

    async def counts(self) -> list[str]:
        """The metrics of requests, and of reads through the cache."""
        return _COUNTS.findall(await self._metrics())

    async def reused(self) -> int:
        match = re.search(r'way="reused"\} (\d+)', await self._metrics())
        return int(match[1]) if match else 0

    async def _metrics(self) -> str:
        async with self.aiohttp_http.get(f"{self.gateway_url}/metrics") as response:
            return await response.text()

    def _with_links_checked(self, text: str) -> str:
        """The text without expiries, once they were found to be acceptable."""
        now = self.sandbox.clock.now()
        latest = int(now.timestamp()) + LINK_SECONDS
        for ends in {*_LINK.findall(text)}:
            assert latest - LINK_SECONDS / 2 <= int(ends) <= latest, (ends, latest)
        for _, expiry, _ in _EXPIRY.findall(text):
            left = datetime.fromisoformat(expiry) - now
            assert timedelta(seconds=LINK_SECONDS / 2 - 1) <= left <= timedelta(seconds=LINK_SECONDS), left
        text = _EXPIRY.sub(r"\1soon\3", _LINK.sub("ends=soon&signature=valid", text))
        return _REQUEST_ID.sub("request", text)


def _with_sorted_errors(text: str) -> str:
    """The same answer if its errors, which have no order, are not alone in it."""
    if not text.startswith('{"errors":'):
        return text
    answer = json.loads(text)
    answer["errors"].sort(key=json.dumps)
    return json.dumps(answer)


_PER_REQUEST = {"date", "x-request-id", "ratelimit"}


@asynccontextmanager
async def paired_worlds(**changes: Any) -> AsyncIterator[tuple[World, World]]:
    """A world with reuse and one without, otherwise the same. changes: of settings."""
    async with AsyncExitStack() as running:
        with_reuse = await running.enter_async_context(_world(cache_answers_enabled=True, **changes))
        without = await running.enter_async_context(_world(cache_answers_enabled=False, **changes))
        yield with_reuse, without


@asynccontextmanager
async def _world(**changes: Any) -> AsyncIterator[World]:
    app = create_sandbox(SandboxSettings(now=START))
    sandbox, boot_clock = app[SANDBOX], PinnedBootClock()
    async with (
        listening(app, "127.0.0.1") as url,
        aiohttp.ClientSession() as http,
        aiohttp.ClientSession(headers={"TE": "trailers"}) as aiohttp_http,
    ):
        settings = Settings(
            port=0,
            public_url="http://gateway.example",
            imin_base_url=f"{url}/api/v2",
            imin_api_key=SecretStr("sandbox-key"),
            imin_webhook_key=SecretStr("agreed-customers"),
            imin_order_webhook_key=SecretStr("agreed-orders"),
            imin_timeout_seconds=PLENTY,
            request_timeout_seconds=PLENTY,
            cancel_deadline_seconds=1,
            receipt_link_seconds=LINK_SECONDS,
            # No reading in the background: it would follow the real time.
            follow_first_seconds=PLENTY,
            follow_longest_seconds=PLENTY,
            rate_cost_per_second=0.001,
            rate_burst_cost=1_000_000,
        ).but(**changes)
        gateway = gateway_listening(
            settings,
            _caller,
            sandbox.clock.now,
            boot_clock=boot_clock,
            cache_clock=lambda: sandbox.clock.now().timestamp(),
        )
        async with gateway as gateway_url:
            yield World(sandbox, gateway_url, http, aiohttp_http, boot_clock)


async def _caller(request: HasHeaders) -> Caller | None:
    return CALLERS.get(request.headers.get("X-Caller", ""))
