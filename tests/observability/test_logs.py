"""Logs: one JSON line per request without personal data, whatever was requested and whatever failed."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
import yarl
from graphql import GraphQLError

from gateway.imin.errors import UpstreamUnavailable
from gateway.observability.logging import log_failures
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.support.commands import REQUIRED, started
from tests.support.disclosure import disclosed
from tests.support.issuer import claims, rsa_key, token
from tests.support.waiting import HANGS_AFTER

SECRETS = [
    "jo.doe@example.com",
    "customer-of-ours",
    "0bac05e5-b207-4794-80b8-6c94211643c5",
    "sandbox-key",
    "literal-in-the-query",
    "variable-of-the-query",
]
KEY = rsa_key()


def hostile_requests() -> list[tuple[dict[str, str], bytes]]:
    """Headers and bodies with the secrets in every possible position."""
    everything = " ".join(SECRETS)
    literal = json.dumps("literal-in-the-query jo.doe@example.com")
    bodies: list[Any] = [
        {"query": f"{{ order(identifier: {literal}) {{ id }} }}"},
        {"query": "query ($i: ID!) { order(identifier: $i) { id } }", "variables": {"i": everything}},
        {"query": "query ($i: Int!) { nodes(ids: $i) { id } }", "variables": {"i": everything}},
        {"query": f"{{ nope(a: {literal}) }}"},
        {"query": f"{{ viewer(a: {literal} "},
        {"query": "{ viewer { orders { totalCount } name email } }", "operationName": everything},
        {"query": f"{{ viewer {{ orders(after: {literal}) {{ totalCount }} name }} }}"},
        {"query": "query jo_doe { viewer { id } }", "extensions": {"persistedQuery": everything}},
        {"query": "{ " + "a: viewer { id } " * 5_000 + "}"},
        {"query": everything * 300},
        {everything: everything},
        [everything] * 500,
    ]
    plain = {"Content-Type": "application/json"}
    odd = {
        "X-Request-Id": f"{everything}",
        "User-Agent": everything,
        "Referer": everything,
        "Cookie": everything,
    }
    return [
        *((plain, json.dumps(body).encode()) for body in bodies),
        *((plain | odd, json.dumps(body).encode()) for body in bodies[:2]),
        (plain | {"Authorization": f"Bearer {everything}"}, b"{}"),
        ({"Content-Type": everything}, everything.encode()),
        (plain | {"Content-Encoding": "gzip"}, everything.encode()),
    ]


async def test_nothing_personal() -> None:
    """Each request has one JSON log line, 2 KB at most, without variables, literals, tokens or customers."""
    bearer = token(KEY, claims("customer-of-ours", email="jo.doe@example.com"))
    environment = REQUIRED | {"GATEWAY_AUTH_PUBLIC_KEY": KEY.as_pem(private=False).decode()}
    async with started("sandbox", "--port", "0") as (_, sandbox_lines):
        upstream = sandbox_lines[-1].removeprefix("ready ")
        environment |= {"GATEWAY_IMIN_BASE_URL": f"{upstream}/api/v2", "GATEWAY_STATE_PATH": ":memory:"}
        async with started("serve", "--port=0", **environment) as (process, lines):
            url = yarl.URL(lines[-1].removeprefix("ready "))
            count = await _send_all(url, bearer)
            process.terminate()
            assert process.stderr
            logged = (await asyncio.wait_for(process.stderr.read(), HANGS_AFTER)).decode()

    entries = [json.loads(line) for line in logged.splitlines()]
    requests = [entry for entry in entries if entry["event"] == "request"]
    assert len(requests) == count
    assert all(len(line) <= 2_048 for line in logged.splitlines())
    assert len(entries) - len(requests) <= 3
    assert disclosed(logged, *SECRETS, bearer, bearer.split(".")[2]) == []
    assert {"status", "place", "operation", "digest", "caller", "cost", "calls", "ms"} <= requests[0].keys()
    assert {entry["caller"] for entry in requests if entry["caller"]} != {"customer-of-ours"}


async def _send_all(url: yarl.URL, bearer: str) -> int:
    """Send each hostile request over a connection of its own. Returns their number."""
    count = 0
    for headers, body in hostile_requests():
        reader, writer = await asyncio.open_connection(url.host, url.port)
        sent = {
            "Host": "x",
            "Connection": "close",
            "Content-Length": str(len(body)),
            "Authorization": f"Bearer {bearer}",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in (sent | headers).items())
        writer.write(f"POST /graphql?secret=jo.doe@example.com HTTP/1.1\r\n{head}\r\n".encode() + body)
        assert (await asyncio.wait_for(reader.read(), HANGS_AFTER)).startswith(b"HTTP/1.1 ")
        writer.close()
        count += 1
    return count


@pytest.mark.parametrize(
    ("level", "events"), [("INFO", ["request", "imin failed", "request"]), ("WARNING", ["imin failed"])]
)
async def test_levels(sandbox: Sandbox, settings: Settings, level: str, events: list[str]) -> None:
    """Requests are logged at INFO only; failures are logged at every level."""
    sandbox.faults.add(Fault("GET /order-items", "500", times=None))
    environment = {
        "GATEWAY_LOG_LEVEL": level,
        "GATEWAY_IMIN_BASE_URL": settings.imin_base_url,
        "GATEWAY_IMIN_API_KEY": "sandbox-key",
    }
    async with started("demo", "--port=0", "--sandbox-port=0", **environment) as (process, lines):
        url = f"{lines[-1].removeprefix('ready ')}/graphql"
        async with aiohttp.ClientSession() as http:
            for query in ("{ viewer { id } }", "{ viewer { upcomingOrderItems { totalCount } } }"):
                async with http.post(url, json={"query": query}) as response:
                    assert response.status == 200
        process.terminate()
        assert process.stderr
        logged = (await asyncio.wait_for(process.stderr.read(), HANGS_AFTER)).decode()

    assert [json.loads(line)["event"] for line in logged.splitlines()] == events


@pytest.mark.parametrize("name", ["a\nb", 'x","level":"error', "\x1b[2J"])
async def test_forged_lines(
    gateway: Any, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Nothing that a client sends can begin a log line."""
    sandbox.faults.add(Fault("GET /orders", "503", times=None))
    body = {"query": "{ viewer { orders { totalCount } } }", "operationName": name}
    headers = {"X-Request-Id": "forged-id"}

    async with gateway.http.post(f"{gateway.url}/graphql", json=body, headers=headers) as response:
        assert response.status == 200

    written = "".join(capsys.readouterr())
    assert name not in written
    assert len(written.splitlines()) == 1


async def test_shared_failure() -> None:
    """One request logs a failure that it shares with another, which still runs and then continues."""
    failure, event = UpstreamUnavailable("GET /orders answered 503"), asyncio.Event()

    async def other_request() -> str:
        try:
            raise failure
        except UpstreamUnavailable:
            await event.wait()
        return "continued"

    other = asyncio.create_task(other_request())
    await asyncio.sleep(0)
    log_failures([GraphQLError("failed", original_error=failure)], "a-request")
    event.set()

    assert await other == "continued"
    assert failure.__traceback__ is None
