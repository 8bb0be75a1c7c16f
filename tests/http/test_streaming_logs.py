"""The log of operations over WebSockets and event streams."""

import asyncio
import json
from typing import Any

import aiohttp

from tests.conftest import Gateway
from tests.support.commands import REQUIRED, started
from tests.support.disclosure import disclosed
from tests.support.issuer import claims, rsa_key, token
from tests.support.subscriptions import socket_of
from tests.support.waiting import HANGS_AFTER

KEY = rsa_key()


async def test_logged() -> None:
    """Each operation over a WebSocket is one line, with the same fields as a request, and no more."""
    bearer = token(KEY, claims("1234", email="jo.doe@example.com"))
    environment = REQUIRED | {"GATEWAY_AUTH_PUBLIC_KEY": KEY.as_pem(private=False).decode()}
    async with started("sandbox", "--port", "0") as (_, sandbox_lines):
        upstream = sandbox_lines[-1].removeprefix("ready ")
        environment |= {"GATEWAY_IMIN_BASE_URL": f"{upstream}/api/v2", "GATEWAY_STATE_PATH": ":memory:"}
        async with started("serve", "--port=0", **environment) as (process, lines):
            async with aiohttp.ClientSession() as http:
                await _run_operations(Gateway(lines[-1].removeprefix("ready "), http), bearer)
            process.terminate()
            assert process.stderr
            logged = (await asyncio.wait_for(process.stderr.read(), HANGS_AFTER)).decode()

    entries = [json.loads(line) for line in logged.splitlines()]
    lines_of_requests = [
        [entry[name] for name in ("request_id", "place", "operation", "status", "cost", "calls", "errors")]
        for entry in entries
        if entry["event"] == "request"
    ]
    assert lines_of_requests == [
        ["socket-1-1", "WS /graphql", "Mine", 200, 1, 1, []],
        ["socket-1-2", "WS /graphql", "", 400, 0, 0, ["GRAPHQL_VALIDATION_FAILED"]],
        ["socket-1-3", "WS /graphql", "", 200, 0, 0, ["PERSISTED_QUERY_NOT_FOUND"]],
        ["socket-1-4", "WS /graphql", "Follow", 200, 1, 0, []],
        ["socket-1", "GET /graphql", "", 101, 0, 0, []],
        ["streamed-1", "POST /graphql", "Follow", 200, 1, 0, []],
    ]
    assert len({entry["caller"] for entry in entries}) == 1
    assert [len(entry["digest"]) for entry in entries] == [16, 16, 0, 16, 0, 16]
    assert disclosed(logged, "1234", "jo.doe", bearer, "literal") == []
    assert all(len(line) <= 2_048 for line in logged.splitlines())


async def _run_operations(gateway: Gateway, bearer: str) -> None:
    """Four operations over a WebSocket, and one as an event stream."""
    follow = {"query": 'subscription Follow { orderChanged(id: "a literal") { id } }'}
    bodies: list[dict[str, Any]] = [
        {"query": "query Mine { viewer { orders { totalCount } } }"},
        {"query": '{ literal(jo: "doe") }'},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
        follow,
    ]
    async with socket_of(gateway, headers={"X-Request-Id": "socket-1"}) as socket:
        await socket.send(type="connection_init", payload={"Authorization": f"Bearer {bearer}"})
        assert await socket.receive() == {"type": "connection_ack"}
        for number, body in enumerate(bodies):
            await socket.send(id=str(number), type="subscribe", payload=body)
            while (await socket.receive())["type"] == "next":
                pass
    headers = {
        "X-Request-Id": "streamed-1",
        "Authorization": f"Bearer {bearer}",
        "Accept": "text/event-stream",
    }
    async with gateway.http.post(f"{gateway.url}/graphql", json=follow, headers=headers) as response:
        assert response.status == 200
        await response.read()
