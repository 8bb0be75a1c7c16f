"""A sandbox with a pinned clock for each test."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import BaseTestServer, TestServer

from gateway.sandbox import SANDBOX, Sandbox, SandboxSettings, create_sandbox
from gateway.sandbox.data.pictures import PICTURES

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
BOOK = "https://book.imin.co/api/v2"
DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"
PENDING = "https://openactive.io/CustomerCancellationPending"
CANCELLED = "https://openactive.io/CustomerCancelled"
CONFIRMED = "https://openactive.io/OrderItemConfirmed"


@dataclass
class Imin:
    """A running sandbox: its state, its server and a client."""

    sandbox: Sandbox
    server: BaseTestServer
    http: aiohttp.ClientSession

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        """(status, body) of one request. The body is parsed JSON, or bytes when it is not JSON.

        URLs of pictures are as in the sandbox's own documents, without its address.
        """
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        options.setdefault("headers", {"X-API-KEY": "sandbox-key"})
        async with self.http.request(method, self.server.make_url(path), data=data, **options) as response:
            raw = await response.read()
            if response.content_type == "application/json" and raw:
                pictures = str(self.server.make_url("/pictures")).encode()
                return response.status, json.loads(raw.replace(pictures, PICTURES.encode()))
            return response.status, raw

    async def get(self, path: str) -> Any:
        """The document at a path of imin's API; fails when the status is not 200."""
        status, document = await self.call("GET", f"/api/v2{path}")
        assert status == 200
        return document

    async def orders(self, customer: str = "1234", page: int = 1) -> Any:
        """A page of orders."""
        return await self.get(f"/orders?customerIdentifier={customer}&page={page}")

    async def cancel(self, order: str, *items: Any, **extra: Any) -> tuple[int, Any]:
        """(status, body) of a cancellation of these items, given as ids or as documents."""
        requested = [item if isinstance(item, dict) else cancelled_item(item) for item in items]
        body = {"@context": "https://openactive.io/", "type": "Order", "orderedItem": requested}
        return await self.call("PATCH", f"/api/v2/orders/{order}", body | extra)


def cancelled_item(identifier: Any) -> dict[str, Any]:
    """The member of a cancellation for one item."""
    return {"type": "OrderItem", "id": identifier, "orderItemStatus": CANCELLED}


@pytest.fixture
async def imin() -> AsyncIterator[Imin]:
    """A new sandbox with its clock pinned at NOW."""
    app = create_sandbox(SandboxSettings(now=NOW))
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        yield Imin(app[SANDBOX], server, http)
