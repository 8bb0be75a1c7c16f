"""Collects the counters of all parts, for metrics and health checks."""

from collections.abc import Mapping

from gateway.context import Services

_STATES = {"closed": 0, "half-open": 1, "open": 2}

Counts = Mapping[str, Mapping[str, float]]


def counts_of(services: Services) -> Counts:
    """The counters of transport, cache, cancellations and Redis."""
    endpoints = services.client.endpoint_guards.by_name.values()
    counts: dict[str, Mapping[str, float]] = {
        "imin_attempts": {endpoint.name: endpoint.attempts for endpoint in endpoints},
        "imin_turned_away": {endpoint.name: endpoint.rejected for endpoint in endpoints},
        "imin_in_flight": {endpoint.name: endpoint.bulkhead.in_flight for endpoint in endpoints},
        "imin_waiting": {endpoint.name: endpoint.bulkhead.waiting for endpoint in endpoints},
        "imin_limit": {endpoint.name: endpoint.bulkhead.limit for endpoint in endpoints},
        "imin_breaker": {endpoint.name: _STATES[endpoint.breaker.state] for endpoint in endpoints},
    }
    counts["cancellations"] = services.cancellations.counts
    counts["changes"] = services.changes.counts
    counts["cancellations_unavailable"] = services.cancellations.causes
    if services.cache is not None:
        counts["cache_reads"] = services.cache.counts
        counts["cache_bytes"] = {"memory": services.cache.bytes_held}
    if services.redis is not None:
        counts["redis_up"] = {"redis": float(services.redis.is_up)}
    return counts


def failing(services: Services) -> list[str]:
    """Endpoints of imin whose circuit breaker is not closed."""
    endpoints = services.client.endpoint_guards.by_name.values()
    return sorted(endpoint.name for endpoint in endpoints if endpoint.breaker.state != "closed")
