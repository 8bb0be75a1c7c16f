"""OpenTelemetry traces, if the extra `otel` is installed and `GATEWAY_TRACES_ENABLED` is set.

One span for each GraphQL request and each file, and below it one for each request to imin. Spans contain
endpoints, outcomes and sizes, but no document, argument, address, header or name. OpenTelemetry's own
variables, for example OTEL_EXPORTER_OTLP_ENDPOINT, choose where they are sent.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.imin.transport.endpoint_guard import Observe

_NANOSECONDS = 1_000_000_000

_SPANS = {"graphql": "graphql", "receipts": "receipt", "passes": "pass", "calendar": "calendar"}
"""Names of spans by the first part of the path; other requests have none."""


class TracesMissing(Exception):
    """Traces are enabled, but the extra `otel` is not installed."""


class Tracing:
    """Creates spans. Raises TracesMissing if OpenTelemetry is not installed."""

    def __init__(self) -> None:
        try:
            from opentelemetry import propagate, trace  # noqa: PLC0415  # an extra that need not be there
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415  # as above
                OTLPSpanExporter,
            )
            from opentelemetry.sdk.resources import (  # noqa: PLC0415  # as above
                OTELResourceDetector,
                Resource,
            )
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  # as above
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  # as above
        except ImportError as error:
            raise TracesMissing("needs the extra `otel`: pip install '.[otel]'") from error
        self._propagate = propagate
        self._kind = trace.SpanKind
        # Attributes that are passed in would override OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES.
        configured = OTELResourceDetector().detect().attributes.get("service.name")
        resource = Resource.create({"service.name": configured or "imin-gateway"})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("gateway")

    def middleware(self) -> Middleware:
        """Middleware that opens a span around each request, as a child of the caller's span if any."""

        @web.middleware
        async def trace_request(request: web.Request, handler: Handler) -> web.StreamResponse:
            name = _SPANS.get(request.path.lstrip("/").partition("/")[0])
            if name is None:
                return await handler(request)
            above = self._propagate.extract(dict(request.headers))
            with self._tracer.start_as_current_span(name, above, self._kind.SERVER) as span:
                response = await handler(request)
                span.set_attribute("http.response.status_code", response.status)
                return response

        return trace_request

    def with_calls(self, observe: Observe) -> Observe:
        """The observer, extended by a span for each request to imin, created when the request has ended."""

        def traced(endpoint: str, outcome: str, seconds: float, size: int) -> None:
            observe(endpoint, outcome, seconds, size)
            ended = time.time_ns()
            span = self._tracer.start_span(
                endpoint,
                kind=self._kind.CLIENT,
                attributes={"imin.outcome": outcome, "imin.bytes": size},
                start_time=ended - int(seconds * _NANOSECONDS),
            )
            span.end(ended)

        return traced

    def context(self) -> Callable[[web.Application], AsyncIterator[None]]:
        """Cleanup context that sends the remaining spans when the application stops."""

        async def flush_spans(_app: web.Application) -> AsyncIterator[None]:
            yield
            await _in_thread(self._provider.shutdown)

        return flush_spans


async def _in_thread(call: Callable[[], Any]) -> None:
    await asyncio.to_thread(call)
