"""Traces, as a collector receives them over HTTP, without personal data."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gateway.server.listen import listening
from tests.support.commands import serving
from tests.support.disclosure import disclosed
from tests.support.waiting import HANGS_AFTER

QUERY = "query Secret { viewer { identifier orders(first: 7, after: null) { totalCount } } }"


@pytest.mark.parametrize(
    ("variables", "service"),
    [
        ({}, "imin-gateway"),
        ({"OTEL_SERVICE_NAME": "bookings"}, "bookings"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=bookings,deployment.environment=test"}, "bookings"),
        ({"OTEL_SERVICE_NAME": "one", "OTEL_RESOURCE_ATTRIBUTES": "service.name=two"}, "one"),
    ],
)
async def test_traces(variables: dict[str, str], service: str) -> None:
    """A request has a span, and below it one for the request to imin; neither holds personal data."""
    received: list[bytes] = []
    arrived = asyncio.Event()

    async def collect(request: web.Request) -> web.Response:
        received.append(await request.read())
        arrived.set()
        return web.Response(body=b"", content_type="application/x-protobuf")

    collector = web.Application()
    collector.router.add_post("/v1/traces", collect)
    async with listening(collector, "127.0.0.1") as url:
        environment = variables | {
            "GATEWAY_TRACES_ENABLED": "true",
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }
        async with serving(**environment) as gateway, aiohttp.ClientSession(headers=gateway.headers) as http:
            for path in ("receipts/none", "passes/none", "calendar/none.ics", "health/live", "none"):
                async with http.get(f"{gateway.url}/{path}") as response:
                    assert response.status in {200, 404}
            async with http.post(f"{gateway.url}/graphql", json={"query": QUERY}) as response:
                assert (await response.json())["data"]["viewer"]["orders"] == {"totalCount": 1917}
            await asyncio.wait_for(arrived.wait(), HANGS_AFTER)

    resources = [
        resource.resource
        for body in received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
    ]
    names = {
        attribute.value.string_value
        for resource in resources
        for attribute in resource.attributes
        if attribute.key == "service.name"
    }
    assert names == {service}
    spans = [
        span
        for body in received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    by_name = {span.name: span for span in spans}
    assert set(by_name) == {"graphql", "GET /orders", "receipt", "pass", "calendar"}
    assert by_name["GET /orders"].parent_span_id == by_name["graphql"].span_id
    keys = {attribute.key for span in spans for attribute in span.attributes}
    assert keys == {"http.response.status_code", "imin.outcome", "imin.bytes"}
    assert disclosed(str(spans), "1234", "Secret", "127.0.0.1", "customerIdentifier") == []
