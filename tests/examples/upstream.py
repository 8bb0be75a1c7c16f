"""A gateway over a server that responds, byte for byte, with what a test provides in place of imin."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp
from aiohttp import web
from graphql import GraphQLSchema, build_client_schema, get_introspection_query
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.examples.full_query import FullQuery
from tests.support.waiting import PLENTY


@dataclass
class Upstream:
    """imin as far as these tests need it. bodies: by path; every other path is not found."""

    bodies: dict[str, bytes] = field(default_factory=dict)

    def serve_page(self, *items: Any, **envelope: Any) -> None:
        """Serve these as a page of orders, and of upcoming items."""
        page = {"imin:totalItems": len(items), "imin:item": list(items), **envelope}
        self.serve(json.dumps(page).encode())

    def serve(self, body: bytes) -> None:
        """Serve this body as every page."""
        self.bodies = {"/orders": body, "/order-items": body}

    async def answer(self, request: web.Request) -> web.Response:
        if request.path not in self.bodies:
            return web.json_response({"type": "UnknownOrderError"}, status=404)
        return web.Response(body=self.bodies[request.path], content_type="application/json")


@dataclass
class Reader:
    """A client of a gateway. schema: from introspection. upstream: what stands in for imin."""

    url: str
    http: aiohttp.ClientSession
    schema: GraphQLSchema
    upstream: Upstream = field(default_factory=Upstream)

    async def answer(self, query: str, **variables: Any) -> Any:
        """The response, with exact numbers."""
        body = {"query": query, "variables": variables}
        async with self.http.post(f"{self.url}/graphql", json=body) as response:
            return json.loads(await response.read(), parse_float=Decimal)

    async def data(self, query: str, **variables: Any) -> Any:
        """The data of a response without errors."""
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def orders(self, selection: str | None = None) -> Any:
        """The response to a query for the ten newest orders; by default, with every field."""
        operation = "{ viewer { orders { totalCount nodes %s } } }"
        if selection is None:
            return await self.answer(FullQuery(self.schema).fill(operation, "Order"))
        return await self.answer(operation % selection)

    async def order(self, document: Any, selection: str) -> Any:
        """The selection of an order that is alone on its page, read without an error."""
        self.upstream.serve_page({"identifier": "1", **document})
        answer = await self.orders(selection)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]["viewer"]["orders"]["nodes"][0]

    async def item(self, document: Any, selection: str) -> Any:
        """The selection of the only item of an order, read without an error."""
        item = {"identifier": "1", **document} if isinstance(document, dict) else document
        order = await self.order({"orderedItem": [item]}, f"{{ items {selection} }}")
        return order["items"][0]

    async def session(self, document: Any, selection: str) -> Any:
        """The selection of a booked session, read without an error."""
        return (await self.item({"orderedItem": document}, f"{{ session {selection} }}"))["session"]


def before_all_examples() -> datetime:
    """A time at which every item could still be cancelled."""
    return datetime(2018, 1, 1, tzinfo=UTC)


BOUNDLESS: Any = {
    "limit_document_bytes": 10**6,
    "limit_tokens": 10**5,
    "limit_pairs": 10**5,
    "limit_fields": 10**6,
}
"""Settings with which queries for every field, down to the sub-events of sub-events, are accepted."""


@asynccontextmanager
async def reader_over(imin: str) -> AsyncIterator[Reader]:
    """A gateway over imin at that address."""
    settings = Settings(
        port=0,
        cache_enabled=False,
        imin_base_url=imin,
        imin_api_key=SecretStr("sandbox-key"),
        imin_timeout_seconds=PLENTY,
        **BOUNDLESS,
    )
    running = gateway_listening(settings, demo_caller, before_all_examples)
    async with running as url, aiohttp.ClientSession() as http:
        async with http.post(f"{url}/graphql", json={"query": get_introspection_query()}) as response:
            schema = build_client_schema((await response.json())["data"])
        yield Reader(url, http, schema)


@asynccontextmanager
async def reader_of_bodies() -> AsyncIterator[Reader]:
    """A gateway over an Upstream, which tests give bodies to serve."""
    upstream = Upstream()
    app = web.Application()
    app.router.add_get("/{tail:.*}", upstream.answer)
    async with listening(app, "127.0.0.1") as imin, reader_over(imin) as reader:
        reader.upstream = upstream
        yield reader
