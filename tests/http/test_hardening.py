"""Hardening of HTTP: malformed requests, compressed bodies, requests from other sites, response headers."""

import gzip
import json
import zlib
from typing import Any

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.raw_http import QUERY, post, raw

JSON = {"Content-Type": "application/json"}
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /graphql HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", 400),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 300 + b"\r\n", 400),
        (b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{", 400),
        (
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0",
            400,
        ),
        (post(QUERY, b"Transfer-Encoding: gzip"), 400),
        (b"POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
)
async def test_not_http(
    gateway: Gateway, capfd: pytest.CaptureFixture[str], request_: bytes, status: int
) -> None:
    """Malformed HTTP gets a 4xx in JSON that does not name the server, and one line in the log."""
    answered, headers, content = await raw(gateway, request_)

    assert (answered, headers["Content-Type"]) == (status, "application/json; charset=utf-8")
    assert json.loads(content)["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert "Server" not in headers
    assert len("".join(capfd.readouterr())) < 2_048


def _raw_deflate(text: bytes) -> bytes:
    """Without the zlib header that HTTP requires."""
    compress = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compress.compress(text) + compress.flush()


def _with_dictionary(text: bytes) -> bytes:
    """Readable only with the same dictionary."""
    compress = zlib.compressobj(zdict=b'{"query": "{ viewer')
    return compress.compress(text) + compress.flush()


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", gzip.compress(QUERY), 200),
        ("deflate", zlib.compress(QUERY), 200),
        ("GZIP", gzip.compress(QUERY), 200),
        ("identity", QUERY, 200),
        ("gzip", QUERY, 400),
        ("gzip", gzip.compress(QUERY)[:-9], 400),
        ("deflate", b"\xff" * 50, 400),
        ("gzip", b"", 400),
        ("gzip", gzip.compress(QUERY) + gzip.compress(b" "), 400),
        ("gzip", gzip.compress(QUERY[:9]) + gzip.compress(QUERY[9:]), 400),
        ("gzip", gzip.compress(QUERY) + b"\0", 400),
        ("gzip", gzip.compress(b"") * 1_000 + gzip.compress(QUERY), 400),
        ("gzip", gzip.compress(QUERY)[:-8] + b"\0" * 8, 400),
        ("gzip", zlib.compress(QUERY), 400),
        ("deflate", gzip.compress(QUERY), 400),
        ("deflate", zlib.compress(QUERY) + zlib.compress(b" "), 400),
        ("deflate", _raw_deflate(QUERY), 400),
        ("deflate", _raw_deflate(b" " * 50_000_000), 400),
        ("deflate", _with_dictionary(QUERY), 400),
        ("", QUERY, 415),
        ("zstd", QUERY, 415),
        ("identity, gzip", gzip.compress(QUERY), 415),
        ("br", QUERY, 415),
        ("gzip, gzip", gzip.compress(gzip.compress(QUERY)), 415),
        ("gzip", gzip.compress(b" " * 50_000_000), 413),
        ("deflate", zlib.compress(b"[" * 50_000_000), 413),
    ],
)
async def test_compressed_bodies(gateway: Gateway, encoding: str, body: bytes, status: int) -> None:
    """A body may be compressed; a corrupt one is refused, and so is one beyond the limit of a plain one."""
    headers = JSON | {"Content-Encoding": encoding}
    async with gateway.http.post(f"{gateway.url}/graphql", data=body, headers=headers) as response:
        answer = await response.json()

    assert response.status == status
    assert list(answer) == (["data"] if status == 200 else ["errors"])


async def test_two_encodings(gateway: Gateway) -> None:
    """A repeated Content-Encoding is refused: two programs could read two different bodies."""
    for first, second in ((b"identity", b"gzip"), (b"gzip", b"identity"), (b"gzip", b"gzip")):
        headers = (b"Content-Encoding: " + first, b"Content-Encoding: " + second)
        for body in (QUERY, gzip.compress(QUERY)):
            assert (await raw(gateway, post(body, *headers)))[0] in {400, 415}


async def test_surrogates(gateway: Gateway) -> None:
    """Lone surrogates are a client's error wherever they occur."""
    for body in (
        b'{"query": "{ node(id: \\"\\ud800\\") { id } }"}',
        b'{"query": "query($i: ID!) { node(id: $i) { id } }", "variables": {"i": "\\ud800"}}',
        b'{"query": "{ viewer { id } }", "operationName": "\\udfff"}',
    ):
        async with gateway.http.post(f"{gateway.url}/graphql", data=body, headers=JSON) as response:
            assert response.status in {200, 400}
            assert "INTERNAL" not in await response.text()


async def test_security_headers(gateway: Gateway) -> None:
    """Every response has the security headers, and none names the server."""
    for method, path in (
        ("POST", "/graphql"),
        ("GET", "/nowhere"),
        ("DELETE", "/graphql"),
        ("GET", "/receipts/x"),
        ("GET", "/health/live"),
        ("OPTIONS", "/graphql"),
    ):
        async with gateway.http.request(method, gateway.url + path) as response:
            assert "Server" not in response.headers
            headers = {name: response.headers.get(name) for name in SECURITY}
            assert headers == SECURITY, (method, path)


async def test_page_policy(gateway: Gateway) -> None:
    """GraphiQL runs only our scripts, and cannot be framed."""
    async with gateway.http.get(f"{gateway.url}/graphql", headers={"Accept": "text/html"}) as response:
        policy = response.headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "Server" not in response.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://app.example.com", "Sec-Fetch-Site": "cross-site"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Apollo-Require-Preflight": "1"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "GraphQL-Require-Preflight": "1"}, 200),
    ],
)
async def test_get_from_other_sites(
    settings: Settings, gateway: Gateway, headers: dict[str, str], status: int
) -> None:
    """A page of another site cannot query by GET unless CORS lets it send a header."""
    async with gateway_listening(settings.but(cors_origins="https://app.example.com"), demo_caller) as url:
        params = {"query": "{ viewer { identifier } }"}
        async with gateway.http.get(f"{url}/graphql", params=params, headers=headers) as response:
            assert response.status == status


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_forms(gateway: Gateway, sandbox: Sandbox, content_type: str) -> None:
    """The content types that a form of another site can post are refused."""
    mutation = (
        b'{"query": "mutation { cancelOrderItems(input: {orderId: 1, orderItemIds: [1]}) { __typename } }"}'
    )
    headers = {"Content-Type": content_type}
    async with gateway.http.post(f"{gateway.url}/graphql", data=mutation, headers=headers) as response:
        assert response.status == 415
    assert sandbox.request_log.entries == []


async def test_repeated_parameters(gateway: Gateway) -> None:
    """A repeated parameter is refused: two programs could read two different values."""
    params = [("query", "{ viewer { id } }"), ("query", "{ viewer { identifier } }")]
    async with gateway.http.get(f"{gateway.url}/graphql", params=params) as response:
        assert (response.status, (await response.json())["errors"][0]["message"]) == (
            400,
            "query must be given once.",
        )


async def test_development_tools_in_production(settings: Settings, gateway: Gateway) -> None:
    """In production GraphiQL and introspection can be turned on."""
    enabled = settings.but(profile="production", graphiql_enabled=True, introspection_enabled=True)
    async with gateway_listening(enabled, demo_caller) as url:
        async with gateway.http.get(f"{url}/graphql", headers={"Accept": "text/html"}) as response:
            assert response.content_type == "text/html"
        answer: dict[str, Any] = await Gateway(url, gateway.http).answer(
            "{ __schema { queryType { name } } }"
        )
    assert answer == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


async def test_redirects_are_not_followed(gateway: Gateway, sandbox: Sandbox) -> None:
    """A redirect by imin counts as an unreadable response, so that the key goes nowhere else."""
    sandbox.faults.add(Fault("GET /orders", "redirect", times=None))

    answer = await gateway.answer("{ viewer { orders { totalCount } } }")

    assert answer["errors"][0]["extensions"] == {"code": "UPSTREAM_INVALID"}
    assert set(sandbox.request_log.counts()) == {"GET /orders"}


async def test_legacy_websocket(gateway: Gateway) -> None:
    """The legacy subprotocol graphql-ws, whose handshake was exploited in other servers, is not supported."""
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "graphql-ws",
    }
    async with gateway.http.get(f"{gateway.url}/graphql", headers=headers) as response:
        assert response.headers.get("Sec-WebSocket-Protocol") is None
        assert response.status != 101
