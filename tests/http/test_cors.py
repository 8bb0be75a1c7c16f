"""Pages of other origins: what they may send and read, and what the log says of those that are refused."""

import re
from typing import Any

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.demo_identities import demo_extras
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.subscriptions import PROTOCOL

APP = "https://app.example.com"
OTHER = "https://other.example.com:8443"
OF_CLIENTS = [
    *("authorization", "content-type", "x-request-id", "accept", "x-requested-with"),
    *("graphql-require-preflight", "apollo-require-preflight"),
    *("apollographql-client-name", "apollographql-client-version"),
    *("x-apollo-operation-name", "x-apollo-operation-id"),
    *("traceparent", "tracestate", "baggage"),
]
QUERY = {"query": "{ viewer { identifier } }"}


async def preflight(
    gateway: Gateway, origin: str, *headers: str, path: str = "/graphql"
) -> aiohttp.ClientResponse:
    """The response to what a browser asks before it sends a request with these headers."""
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    if headers:
        asked["Access-Control-Request-Headers"] = ",".join(headers)
    async with gateway.http.options(f"{gateway.url}{path}", headers=asked) as response:
        return response


def names(response: aiohttp.ClientResponse, header: str) -> set[str]:
    """The names that a header lists, in lower case."""
    return {name.strip().lower() for name in response.headers[header].split(",")}


@pytest.mark.settings(cors_origins=APP)
@pytest.mark.parametrize("path", ["/graphql", "/receipts/x", "/passes/x", "/health/ready", "/nowhere"])
async def test_preflight(gateway: Gateway, path: str) -> None:
    """A page may send, to every path, the headers that GraphQL clients send."""
    response = await preflight(gateway, APP, *OF_CLIENTS, path=path)

    assert response.status == 204
    assert response.headers["Access-Control-Allow-Origin"] == APP
    assert names(response, "Access-Control-Allow-Headers") == set(OF_CLIENTS)
    assert names(response, "Access-Control-Allow-Methods") == {"get", "post"}
    assert response.headers["Access-Control-Max-Age"] == "3600"
    assert "Origin" in response.headers["Vary"]


@pytest.mark.settings(cors_origins=APP, cors_allowed_headers="X-Tenant, sentry-trace")
async def test_more_headers(gateway: Gateway) -> None:
    """A setting adds headers that pages may send."""
    response = await preflight(gateway, APP, "x-tenant", "sentry-trace")

    assert names(response, "Access-Control-Allow-Headers") == {*OF_CLIENTS, "x-tenant", "sentry-trace"}


@pytest.mark.settings(cors_origins=APP, rate_cost_per_second=0.001, rate_burst_cost=1)
@pytest.mark.parametrize("headers", [{}, {"TE": "trailers"}], ids=["fast path", "aiohttp"])
async def test_readable_headers(production: Gateway, headers: dict[str, str]) -> None:
    """A page can read when it may send again, its rate limit, and the request's id."""
    url, sent = f"{production.url}/graphql", headers | {"Origin": APP}
    responses = []
    for _ in range(2):
        async with production.http.post(url, json=QUERY, headers=sent) as response:
            responses.append(response)

    assert [response.status for response in responses] == [200, 429]
    for response in responses:
        assert response.headers["Access-Control-Allow-Origin"] == APP
        exposed = names(response, "Access-Control-Expose-Headers")
        assert exposed == {
            *("x-request-id", "retry-after", "ratelimit", "ratelimit-policy"),
            *("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
        }
        assert {"x-request-id", "ratelimit", "ratelimit-policy"} <= {
            name.lower() for name in response.headers
        }
    assert "Retry-After" in responses[1].headers


@pytest.mark.settings(cors_origins=APP)
@pytest.mark.parametrize("origin", [APP, "https://elsewhere.example"])
async def test_same_headers(gateway: Gateway, origin: str) -> None:
    """The fast path and aiohttp allow the same."""
    responses = []
    for headers in ({}, {"TE": "trailers"}):
        sent = headers | {"Origin": origin}
        async with gateway.http.post(f"{gateway.url}/graphql", json=QUERY, headers=sent) as response:
            responses.append(
                {
                    name: value
                    for name, value in response.headers.items()
                    if name.startswith("Access-Control") or name == "Vary"
                }
            )

    assert responses[0] == responses[1]
    assert ("Access-Control-Allow-Origin" in responses[0]) == (origin == APP)


# Dev servers

LOOPBACK = [
    "http://localhost:5173",
    "http://127.0.0.1:3000",
    "http://[::1]:8080",
    "http://localhost",
    "https://localhost:4321",
]
NOT_LOOPBACK = [
    "http://localhost.example.com:5173",
    "http://localhost:5173.example.com",
    "http://127.0.0.1.example.com",
    "http://127.0.0.1@example.com",
    "http://192.168.1.10:5173",
    "http://[::2]:5173",
    "http://localhost:5173/",
    "HTTP://LOCALHOST:5173",
    "ftp://localhost",
    "null",
]


async def seen_by(gateway: Gateway, origin: str) -> dict[str, Any]:
    """What pages of this origin may do: read responses on both paths, query by GET, open a WebSocket."""
    url, sent = f"{gateway.url}/graphql", {"Origin": origin}
    allowed = []
    for response in (
        await preflight(gateway, origin, "authorization", "content-type"),
        await gateway.http.post(url, json=QUERY, headers=sent),
        await gateway.http.post(url, json=QUERY, headers=sent | {"TE": "trailers"}),
        await gateway.http.get(f"{gateway.url}/receipts/x", headers=sent),
    ):
        response.release()
        allowed.append(response.headers.get("Access-Control-Allow-Origin"))
    async with gateway.http.get(url, params=QUERY, headers=sent) as response:
        by_get = response.status
    try:
        async with gateway.http.ws_connect(url, protocols=[PROTOCOL], origin=origin):
            opened = 101
    except aiohttp.WSServerHandshakeError as refusal:
        opened = refusal.status
    return {"allowed": allowed, "by_get": by_get, "opened": opened}


@pytest.mark.parametrize("origin", LOOPBACK)
async def test_dev_server(settings: Settings, origin: str) -> None:
    """Pages that this machine serves may call the demo, also through a proxy that changes the Host."""
    extras = demo_extras("http://127.0.0.1:1/sandbox", with_tokens=False)
    async with (
        gateway_listening(settings.but(cors_origins=APP), demo_caller, demo_extras=extras) as url,
        aiohttp.ClientSession() as http,
    ):
        for allowed in (origin, APP):
            seen = await seen_by(Gateway(url, http), allowed)
            assert seen == {"allowed": [allowed] * 4, "by_get": 200, "opened": 101}


@pytest.mark.parametrize("origin", NOT_LOOPBACK)
async def test_no_dev_server(settings: Settings, origin: str) -> None:
    """No other page may."""
    extras = demo_extras("http://127.0.0.1:1/sandbox", with_tokens=False)
    async with (
        gateway_listening(settings, demo_caller, demo_extras=extras) as url,
        aiohttp.ClientSession() as http,
    ):
        seen = await seen_by(Gateway(url, http), origin)

    assert seen == {"allowed": [None] * 4, "by_get": 403, "opened": 403}


@pytest.mark.parametrize("profile", ["serve", "production"])
async def test_strict(settings: Settings, profile: str) -> None:
    """Pages of this machine are like all others without the demo, and in one of the production profile."""
    extras = demo_extras("http://127.0.0.1:1/sandbox", with_tokens=False) if profile == "production" else None
    changed = settings.but(profile="production" if extras else "development")
    async with (
        gateway_listening(changed, demo_caller, demo_extras=extras) as url,
        aiohttp.ClientSession() as http,
    ):
        seen = await seen_by(Gateway(url, http), LOOPBACK[0])

    assert seen == {"allowed": [None] * 4, "by_get": 405 if extras else 403, "opened": 403}


# The log


def refusals(capfd: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of the log about refused origins and headers, without their times."""
    return [
        re.sub(r"^\S+ \S+ \[warning\s*\] ", "", line).strip()
        for line in capfd.readouterr().out.splitlines()
        if " refused " in line
    ]


ORIGIN_REFUSED = r"origin refused +origin=https://other\.example\.com:8443 setting=GATEWAY_CORS_ORIGINS\Z"


@pytest.mark.parametrize("allowed", ["", APP])
async def test_preflight_refused(settings: Settings, capfd: pytest.CaptureFixture[str], allowed: str) -> None:
    """The log names the origin and the setting, once for many preflight requests."""
    running = gateway_listening(settings.but(cors_origins=allowed), demo_caller)
    async with running as url, aiohttp.ClientSession() as http:
        responses = [await preflight(Gateway(url, http), OTHER, "content-type") for _ in range(3)]
    lines = refusals(capfd)

    assert {response.status for response in responses} == {204}
    assert not any("Access-Control-Allow-Origin" in response.headers for response in responses)
    assert len(lines) == 1
    assert re.match(ORIGIN_REFUSED, lines[0])


@pytest.mark.settings(cors_origins=APP)
async def test_other_refusals(gateway: Gateway, capfd: pytest.CaptureFixture[str]) -> None:
    """So it does when a WebSocket, a query by GET or a plain request is refused."""
    url = gateway.url
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await gateway.http.ws_connect(f"{url}/graphql", protocols=[PROTOCOL], origin="https://a.example")
    headers = {"Origin": "https://b.example"}
    async with gateway.http.get(f"{url}/graphql", params=QUERY, headers=headers) as response:
        assert response.status == 403
    headers = {"Origin": "https://c.example", "Sec-Fetch-Site": "cross-site"}
    async with gateway.http.get(f"{url}/receipts/x", headers=headers) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
    lines = refusals(capfd)

    assert [re.findall(r"origin=(\S+) setting=GATEWAY_CORS_ORIGINS", line) for line in lines] == [
        ["https://a.example"],
        ["https://b.example"],
        ["https://c.example"],
    ]


@pytest.mark.settings(cors_origins=APP)
async def test_nothing_refused(gateway: Gateway, capfd: pytest.CaptureFixture[str]) -> None:
    """Allowed origins, the gateway's own pages and programs are not logged."""
    for headers in ({"Origin": APP}, {"Origin": gateway.url, "Sec-Fetch-Site": "same-origin"}, {}):
        async with gateway.http.post(f"{gateway.url}/graphql", json=QUERY, headers=headers) as response:
            assert response.status == 200
    await preflight(gateway, APP, "content-type")

    assert refusals(capfd) == []


@pytest.mark.settings(cors_origins=APP)
async def test_header_refused(gateway: Gateway, capfd: pytest.CaptureFixture[str]) -> None:
    """The log names a request header that a page may not send, and the setting that allows it."""
    await preflight(gateway, APP, "content-type", "x-tenant", "jo.doe@example.com")

    (line,) = refusals(capfd)
    assert re.match(r"request header refused +header=x-tenant setting=GATEWAY_CORS_ALLOWED_HEADERS\Z", line)


@pytest.mark.settings(cors_origins=APP)
async def test_hostile_origins(gateway: Gateway, capfd: pytest.CaptureFixture[str]) -> None:
    """What is no origin is not repeated in the log, and floods of origins fill a few lines."""
    for origin in ("https://jo@example.com", "https://a.example/jo.doe", "a b", "https://" + "a" * 500):
        await preflight(gateway, origin)
    for number in range(50):
        await preflight(gateway, f"https://n{number}.example")
    lines = refusals(capfd)

    assert len(lines) == 20
    assert re.match(r"origin refused +origin=\(malformed\) setting=GATEWAY_CORS_ORIGINS\Z", lines[0])
    assert not any("jo" in line for line in lines)
