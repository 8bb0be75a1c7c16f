"""Gateways over a sandbox that sells."""

from collections.abc import AsyncIterator

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.clocks import PinnedBootClock


@pytest.fixture
def settings(settings: Settings, imin: tuple[Sandbox, str]) -> Settings:
    """The sandbox is the broker's checkout too."""
    base = imin[1].removesuffix("/api/v2")
    return settings.but(checkout_base_url=base, search_base_url=f"{base}/search", rate_limited=False)


@pytest.fixture
async def mine(
    settings: Settings, sandbox: Sandbox, gateway: Gateway, boot_clock: PinnedBootClock
) -> AsyncIterator[Gateway]:
    """A gateway whose caller is customer 1234 and no trusted service."""

    async def customer(_request: object) -> Caller:
        return Caller("1234")

    async with gateway_listening(settings, customer, sandbox.clock.now, boot_clock=boot_clock) as url:
        yield Gateway(url, gateway.http)


@pytest.fixture
async def desk(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway whose caller is a trusted service and no customer."""

    async def service(_request: object) -> Caller:
        return Caller(None, may_name_any_customer=True, name="desk")

    async with gateway_listening(settings, service, sandbox.clock.now) as url:
        yield Gateway(url, gateway.http)
