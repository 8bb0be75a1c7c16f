"""Which part counts what, as the metrics and the health checks see it."""

from collections.abc import Mapping

from gateway.context import Services

_STATES = {"closed": 0, "half-open": 1, "open": 2}

Counts = Mapping[str, Mapping[str, float]]


def counts_of(services: Services) -> Counts:
    """Everything that traffic control, cache and cancellations count for themselves."""
    endpoints = services.client.endpoint_guards.by_name.values()
    counts: dict[str, Mapping[str, float]] = {
        "imin_attempts": {endpoint.name: endpoint.attempts for endpoint in endpoints},
        "imin_turned_away": {endpoint.name: endpoint.rejected for endpoint in endpoints},
        "imin_in_flight": {endpoint.name: endpoint.running for endpoint in endpoints},
        "imin_waiting": {endpoint.name: endpoint.waiting for endpoint in endpoints},
        "imin_limit": {endpoint.name: endpoint.limit for endpoint in endpoints},
        "imin_breaker": {endpoint.name: _STATES[endpoint.breaker.state] for endpoint in endpoints},
    }
    counts["cancellations"] = services.cancellations.counts
    if services.cache is not None:
        counts["cache_reads"] = services.cache.counts
        counts["cache_bytes"] = {"memory": services.cache.bytes_held}
    if services.redis is not None:
        counts["redis_up"] = {"redis": float(services.redis.is_up)}
    return counts


def failing(services: Services) -> list[str]:
    """Endpoints that are not asked just now, because they fail."""
    endpoints = services.client.endpoint_guards.by_name.values()
    return sorted(endpoint.name for endpoint in endpoints if endpoint.breaker.state != "closed")
