"""`/schema.graphql`: the schema, where introspection is on."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.settings.model import Settings
from tests.conftest import Gateway

COMMITTED = (Path(__file__).parents[2] / "schema.graphql").read_text()


async def test_served(gateway: Gateway) -> None:
    """The response is schema.graphql, as text that a browser shows; with its ETag it is 304."""
    url = f"{gateway.url}/schema.graphql"
    async with gateway.http.get(url) as response:
        assert (response.status, await response.text()) == (200, COMMITTED)
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-cache"
        etag = response.headers["ETag"]
    async with gateway.http.get(url, headers={"If-None-Match": etag}) as response:
        assert (response.status, await response.read(), response.headers["ETag"]) == (304, b"", etag)
    async with gateway.http.get(url, headers={"If-None-Match": '"other"'}) as response:
        assert response.status == 200
    async with gateway.http.head(url) as response:
        assert (response.status, response.headers["ETag"]) == (200, etag)


async def test_needs_no_token(gateway: Gateway) -> None:
    """A token is neither needed nor read, so that code generators can fetch the schema."""
    headers = {"Authorization": "Bearer none"}
    async with gateway.http.get(f"{gateway.url}/schema.graphql", headers=headers) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"profile": "production"}, 404),
        ({"introspection_enabled": False}, 404),
        ({"profile": "production", "introspection_enabled": True}, 200),
        ({"graphiql_enabled": False}, 200),
    ],
)
async def test_follows_introspection(settings: Settings, changes: dict[str, Any], status: int) -> None:
    """The schema is served exactly where introspection is on."""
    async with (
        gateway_listening(settings.but(**changes), demo_caller) as url,
        aiohttp.ClientSession() as http,
        http.get(f"{url}/schema.graphql") as response,
    ):
        assert response.status == status
        if status == 404:
            assert (await response.json())["errors"][0]["extensions"]["code"] == "NOT_FOUND"
