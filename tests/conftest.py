"""Fixtures: a real sandbox and a real gateway over it, on loopback."""

import gc
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import SANDBOX, Sandbox, SandboxSettings, create_sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.support.clocks import PinnedBootClock
from tests.support.waiting import PLENTY

# An example may take as long as this machine needs.
hypothesis_settings.register_profile("any speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any speed")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: compressed ones hold the time, and a test keeps its id."""
    return argname if isinstance(val, bytes) else None


@dataclass
class Gateway:
    """A running gateway, and a client for it."""

    url: str
    http: aiohttp.ClientSession

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole response to a query, with its errors."""
        body = {"query": query, "variables": variables}
        async with self.http.post(f"{self.url}/graphql", json=body) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def data(self, query: str, **variables: Any) -> Any:
        """The data of a response that must have no errors."""
        answer = await self.answer(query, **variables)
        assert list(answer) == ["data"], answer
        return answer["data"]


@pytest.fixture(autouse=True)
def freeze_earlier_objects() -> None:
    """Exclude objects of earlier tests from garbage collection, which would take a second each time.

    They stay alive because aiohttp caches each application's handlers, which refer to the application.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
async def imin() -> AsyncIterator[tuple[Sandbox, str]]:
    """A sandbox at nine o'clock on a Sunday morning, and its address."""
    app = create_sandbox(SandboxSettings(now=datetime(2026, 11, 1, 9, tzinfo=UTC)))
    async with listening(app, "127.0.0.1") as url:
        yield app[SANDBOX], f"{url}/api/v2"


@pytest.fixture
def sandbox(imin: tuple[Sandbox, str]) -> Sandbox:
    return imin[0]


@pytest.fixture
def settings(imin: tuple[Sandbox, str], request: pytest.FixtureRequest) -> Settings:
    """The cache is off, so that the sandbox sees every read; tests of the cache turn it on.

    No timeout is ever reached; a test that waits for one sets it with `@pytest.mark.settings(...)`.
    """
    changes = request.node.get_closest_marker("settings")
    return Settings(
        port=0,
        imin_base_url=imin[1],
        imin_api_key=SecretStr("sandbox-key"),
        imin_timeout_seconds=PLENTY,
        imin_cancel_timeout_seconds=PLENTY,
        request_timeout_seconds=PLENTY,
        header_timeout_seconds=PLENTY,
        body_timeout_seconds=PLENTY,
        write_timeout_seconds=PLENTY,
        follow_init_seconds=PLENTY,
        redis_timeout_seconds=PLENTY,
        cache_enabled=False,
        cancel_deadline_seconds=PLENTY,
        follow_first_seconds=0.02,
        follow_longest_seconds=0.1,
    ).but(**(changes.kwargs if changes else {}))


@pytest.fixture
def boot_clock() -> PinnedBootClock:
    """Measures how long imin may still act on a cancellation; it stands still unless a test moves it."""
    return PinnedBootClock()


@pytest.fixture
async def gateway(
    settings: Settings, sandbox: Sandbox, boot_clock: PinnedBootClock
) -> AsyncIterator[Gateway]:
    """A gateway over the sandbox, with the sandbox's clock."""
    running = gateway_listening(settings, demo_caller, sandbox.clock.now, boot_clock=boot_clock)
    async with running as url, aiohttp.ClientSession() as http:
        yield Gateway(url, http)


@pytest.fixture
async def production(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway with the production profile; customer 1234 is the caller."""

    async def customer(_request: object) -> Caller:
        return Caller("1234")

    running = gateway_listening(settings.but(profile="production"), customer, sandbox.clock.now)
    async with running as url:
        yield Gateway(url, gateway.http)
