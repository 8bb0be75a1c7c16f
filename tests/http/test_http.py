"""GraphQL over HTTP: methods, media types, status codes, JSON for every error."""

import json
from typing import Any

import pytest

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
QUERY = "{ viewer { identifier } }"
DATA = {"data": {"viewer": {"identifier": "1234"}}}


async def send(gateway: Gateway, **request: Any) -> tuple[int, str, Any]:
    """Status, media type and JSON of a response."""
    method = request.pop("method", "POST")
    path = request.pop("path", "/graphql")
    async with gateway.http.request(method, gateway.url + path, allow_redirects=False, **request) as response:
        return response.status, response.content_type, json.loads(await response.read())


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        (JSON, JSON),
        ("application/*;q=0.5", JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}, {JSON}", RESPONSE),
        (f"{JSON}, {RESPONSE}", JSON),
        (f"text/event-stream, {JSON}", JSON),
        ("multipart/mixed, application/graphql-response+json; charset=utf-8, application/json", RESPONSE),
        (f"{JSON};q=0.9, {RESPONSE};q=0.8", JSON),
        (f"{JSON};q=0.8, {RESPONSE};q=0.9", RESPONSE),
        (f"{JSON};q=0.5, {RESPONSE}", RESPONSE),
        (f"{RESPONSE}; Q=0.25, {JSON} ; q = 0.5", JSON),
        (f"{JSON};q=0.5, {RESPONSE};q=0.500", JSON),
        (f"{RESPONSE};charset=utf-8;q=0.1, */*;q=0.2", JSON),
        (f"{JSON};q=0.1, */*", RESPONSE),
        (f"{JSON};q=0, */*", RESPONSE),
        (f"{JSON};q=0, application/*;q=0.1", RESPONSE),
        (f"{RESPONSE};q=0, */*", JSON),
        (f"{RESPONSE};q=0, {JSON};q=0.001", JSON),
        ("application/*;q=0, */*;q=0, application/json", JSON),
        (f"*/*;q=0.1, {RESPONSE}, {JSON}", RESPONSE),
        (f"*/*, {RESPONSE}", JSON),
        (f"{RESPONSE}, */*", RESPONSE),
        (f"{RESPONSE};q=0.000, text/html, {JSON};q=1.000", JSON),
        (f"{JSON};q=2, {RESPONSE};q=nan", JSON),
        (f"{JSON};q=-1, {RESPONSE};q=", JSON),
        (f"{JSON};q=0.5, {JSON}, {RESPONSE};q=0.9", JSON),
    ],
)
async def test_media_types(gateway: Gateway, accept: str | None, media_type: str) -> None:
    """The response has the media type that the client prefers; of equal ones, the first it lists."""
    headers = {"Accept": accept} if accept else {}

    assert await send(gateway, json={"query": QUERY}, headers=headers) == (200, media_type, DATA)


@pytest.mark.parametrize(
    "accept",
    [
        "text/csv",
        "*/*;q=0",
        f"{JSON};q=0",
        f"{JSON};q=0, {RESPONSE};q=0.0, */*",
        "text/*, application/*;q=0",
        "text/event-stream;q=0",
    ],
)
async def test_not_acceptable(gateway: Gateway, accept: str) -> None:
    """A client that accepts neither JSON media type gets 406."""
    status, media_type, answer = await send(gateway, json={"query": QUERY}, headers={"Accept": accept})

    assert (status, media_type) == (406, JSON)
    assert answer["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        ("{ nope", 400, "BAD_REQUEST", "The body must be JSON."),
        ("", 400, "BAD_REQUEST", "The body must be JSON."),
        ("null", 400, "BAD_REQUEST", "The body must be a JSON object."),
        ('"text"', 400, "BAD_REQUEST", "The body must be a JSON object."),
        (
            "[]",
            400,
            "BAD_REQUEST",
            "Batching is not supported: the body must be one JSON object, got a list.",
        ),
        ("{}", 400, "BAD_REQUEST", "query is missing."),
        ('{"query": 1}', 400, "BAD_REQUEST", "query must be a string."),
        ('{"query": "{a}", "variables": []}', 400, "BAD_REQUEST", "variables must be a JSON object."),
        ('{"query": "{a}", "variables": "{}"}', 400, "BAD_REQUEST", "variables must be a JSON object."),
        ('{"query": "{a}", "extensions": 1}', 400, "BAD_REQUEST", "extensions must be a JSON object."),
        ('{"query": "{a}", "operationName": 1}', 400, "BAD_REQUEST", "operationName must be a string."),
        (b'{"query": "\xff"}', 400, "BAD_REQUEST", "The body must be JSON."),
        ("[" * 50_000, 400, "BAD_REQUEST", "The body must be JSON."),
        (
            '{"query": "' + "x" * 70_000 + '"}',
            413,
            "LIMIT_EXCEEDED",
            "The body must be 65536 bytes at most, got 70013.",
        ),
    ],
)
async def test_bad_bodies(gateway: Gateway, body: str | bytes, status: int, code: str, message: str) -> None:
    """A body that is not a GraphQL request gets a coded error in JSON."""
    answer = await send(gateway, data=body, headers={"Content-Type": JSON})

    assert answer == (status, JSON, {"errors": [{"message": message, "extensions": {"code": code}}]})


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/graphql", "multipart/form-data; boundary=x"]
)
async def test_content_types(gateway: Gateway, content_type: str) -> None:
    """Only JSON is accepted, and not what a form on another site can send."""
    status, _, answer = await send(
        gateway, data=json.dumps({"query": QUERY}), headers={"Content-Type": content_type}
    )

    assert status == 415
    assert answer["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ viewer { ", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { node(id: $id) { id } }", "BAD_USER_INPUT"),
        ("query A { viewer { id } } query B { viewer { id } }", "OPERATION_RESOLUTION_FAILURE"),
        ("fragment F on Query { viewer { id } }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_request_errors(gateway: Gateway, query: str, code: str) -> None:
    """The response to an invalid document has no data: 400 with the newer media type, 200 with plain JSON."""
    older = await send(gateway, json={"query": query})
    newer = await send(gateway, json={"query": query}, headers={"Accept": RESPONSE})

    assert [(status, media_type) for status, media_type, _ in (older, newer)] == [
        (200, JSON),
        (400, RESPONSE),
    ]
    for _, _, answer in (older, newer):
        assert list(answer) == ["errors"]
        assert [error["extensions"] for error in answer["errors"]] == [{"code": code}]


async def test_get(gateway: Gateway) -> None:
    """A query may be sent by GET, with its variables as JSON."""
    params = {
        "query": "query ($i: ID!) { customer(identifier: $i) { identifier } }",
        "variables": '{"i": "abc"}',
    }

    assert await send(gateway, method="GET", params=params) == (
        200,
        JSON,
        {"data": {"customer": {"identifier": "abc"}}},
    )


async def test_get_never_changes(gateway: Gateway, sandbox: Sandbox) -> None:
    """A mutation by GET is refused, and nothing is sent to imin."""
    query = (
        'mutation { cancelOrderItems(input: {orderId: "x", orderItemIds: ["x"]}) { result { __typename } } }'
    )

    status, _, answer = await send(gateway, method="GET", params={"query": query})

    assert status == 405
    assert answer == {
        "errors": [
            {"message": "Only queries may be sent by GET; use POST.", "extensions": {"code": "BAD_REQUEST"}}
        ]
    }
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/receipts/x", 404), ("/health", 404)])
async def test_unknown_paths(gateway: Gateway, path: str, status: int) -> None:
    """An unknown path gets 404 in JSON."""
    answered, media_type, answer = await send(gateway, method="GET", path=path)

    assert (answered, media_type) == (status, JSON)
    assert list(answer) == ["errors"]


async def test_wrong_method(gateway: Gateway) -> None:
    """Methods other than POST and GET are refused in JSON."""
    status, media_type, answer = await send(gateway, method="DELETE")

    assert (status, media_type, list(answer)) == (405, JSON, ["errors"])


async def test_health(gateway: Gateway, sandbox: Sandbox) -> None:
    """Health checks send nothing to imin."""
    ready = {"status": "ok", "failingEndpoints": [], "redis": "off"}
    for path, answer in (("/health/live", {"status": "ok"}), ("/health/ready", ready)):
        assert await send(gateway, method="GET", path=path) == (200, JSON, answer)
    assert sandbox.request_log.entries == []


async def test_request_id(gateway: Gateway) -> None:
    """A plain request id is used; any other is replaced."""
    for given, is_used in (("abcdefgh-1", True), ("x\ty" * 10, False), ("a", False)):
        headers = {"X-Request-Id": given}
        async with gateway.http.post(
            f"{gateway.url}/graphql", json={"query": QUERY}, headers=headers
        ) as response:
            assert (response.headers["X-Request-Id"] == given) is is_used


async def test_cors(settings: Settings, gateway: Gateway) -> None:
    """Only pages of the configured origins may read responses; origins must match exactly."""
    allowed = settings.but(cors_origins="https://app.example.com")
    async with gateway_listening(allowed, demo_caller) as url:
        for origin, expected in (
            ("https://app.example.com", "https://app.example.com"),
            ("https://app.example.com.evil.example", None),
            ("http://app.example.com", None),
            ("null", None),
        ):
            headers = {"Origin": origin}
            async with gateway.http.post(
                f"{url}/graphql", json={"query": QUERY}, headers=headers
            ) as response:
                assert response.headers.get("Access-Control-Allow-Origin") == expected
                assert "Origin" in response.headers["Vary"]
            headers["Access-Control-Request-Method"] = "POST"
            async with gateway.http.options(f"{url}/graphql", headers=headers) as response:
                assert response.status == 204
                assert response.headers.get("Access-Control-Allow-Origin") == expected


async def test_production(settings: Settings, gateway: Gateway) -> None:
    """In production there is no explorer, introspection, query by GET or suggestion of other names."""
    async with gateway_listening(settings.but(profile="production"), demo_caller) as url:
        production = Gateway(url, gateway.http)
        page = await send(production, method="GET", headers={"Accept": "text/html"})
        by_get = await send(production, method="GET", params={"query": QUERY})
        introspection = await production.answer("{ __schema { types { name } } }")
        misspelt = await production.answer("{ viewr { id } }")
        assert await production.answer(QUERY) == DATA

    assert (page[0], by_get[0]) == (406, 405)
    assert introspection["errors"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert misspelt["errors"][0]["message"] == "Cannot query field 'viewr' on type 'Query'."


async def test_unauthenticated(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A request without a caller gets 401 in JSON, and nothing is sent to imin."""

    async def no_caller(_request: object) -> Caller | None:
        return None

    async with gateway_listening(settings, no_caller) as url:
        anonymous = Gateway(url, gateway.http)
        query = await send(anonymous, json={"query": "{ viewer { orders { totalCount } } }"})
        receipt = await send(anonymous, method="GET", path="/receipts/x")

    expected = {"errors": [{"message": "Please sign in.", "extensions": {"code": "UNAUTHENTICATED"}}]}
    assert query == receipt == (401, JSON, expected)
    assert sandbox.request_log.entries == []
