"""imin's webhook drops the cached data of one customer, and requires its own key."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway

DOCUMENTED = Path(__file__).parents[1] / "examples/imin-docs/webhook_customer_detail_change_request.json"
LISTS = """{ mine: customer(identifier: "abc") { orders { totalCount } }
  other: customer(identifier: "small") { orders { totalCount } } }"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.but(cache_enabled=True, cache_fresh_seconds=60, imin_webhook_key=SecretStr("agreed"))


async def call(gateway: Gateway, key: str, body: bytes) -> tuple[int, Any]:
    url, headers = f"{gateway.url}/webhooks/customer-accounts", {"X-Api-Key": key}
    async with gateway.http.post(url, data=body, headers=headers) as response:
        return response.status, await response.json() if response.status != 204 else None


async def test_customer_changed(gateway: Gateway, sandbox: Sandbox) -> None:
    """Only the data of the customer that imin names is fetched again."""
    await gateway.data(LISTS)
    sandbox.request_log.clear()

    answer = await call(gateway, "agreed", DOCUMENTED.read_bytes())
    await gateway.data(LISTS)

    assert answer == (204, None)
    assert [entry.query["customerIdentifier"] for entry in sandbox.request_log.entries] == ["abc"]


@pytest.mark.parametrize(
    ("key", "body", "status", "code"),
    [
        ("", DOCUMENTED.read_bytes(), 401, "UNAUTHENTICATED"),
        ("agreed?", DOCUMENTED.read_bytes(), 401, "UNAUTHENTICATED"),
        ("sandbox-key", DOCUMENTED.read_bytes(), 401, "UNAUTHENTICATED"),
        ("agreed", b"", 400, "BAD_REQUEST"),
        ("agreed", b"[]", 400, "BAD_REQUEST"),
        ("agreed", b'{"identifier": 7}', 400, "BAD_REQUEST"),
        ("agreed", b" " * 70_000, 413, "LIMIT_EXCEEDED"),
    ],
)
async def test_refused(  # noqa: PLR0913, PLR0917  # the columns of the table
    gateway: Gateway, sandbox: Sandbox, key: str, body: bytes, status: int, code: str
) -> None:
    """A call without the key, or with an unreadable body, is refused and drops nothing."""
    await gateway.data(LISTS)
    sandbox.request_log.clear()

    answered, answer = await call(gateway, key, body)
    await gateway.data(LISTS)

    assert (answered, answer["errors"][0]["extensions"]) == (status, {"code": code})
    assert sandbox.request_log.entries == []


async def test_turned_off(settings: Settings, gateway: Gateway) -> None:
    """Without a configured key there is no webhook."""
    async with gateway_listening(settings.but(imin_webhook_key=None), demo_caller) as url:
        status, _ = await call(Gateway(url, gateway.http), "", DOCUMENTED.read_bytes())

    assert status == 404
