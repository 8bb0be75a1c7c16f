"""Metrics for operators, in Prometheus' format.

Requests are counted as they end. Requests to imin are counted in plain integers first; those, and the
counters that other parts keep themselves (transport, cache, execution), are copied once a second, because a
Prometheus counter costs more than the rest of a request's bookkeeping. Workers write to a shared directory,
so that any of them can report for all.
"""

import asyncio
import hashlib
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
_PREFIX = "gateway-metrics-"
_MAX_OPERATIONS = 200
_MAX_LABEL_VALUES = 4_096
_COPY_SECONDS = 1.0
_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_CALL_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 4)

Source = Callable[[], Mapping[str, Mapping[str, float]]]
"""Returns counts so far: metric name → label value → count."""

COUNTED = {
    "imin_attempts": ("endpoint", "Requests sent to imin, including retries."),
    "imin_turned_away": ("endpoint", "Requests to imin that were refused before being sent."),
    "cache_reads": ("result", "Reads by cache result."),
    "executions": ("way", "Operations and values by how they were executed."),
    "cancellations": ("outcome", "Cancellations by outcome."),
    "changes": ("outcome", "Other changes, by mutation and whether their outcome is known."),
    "cancellations_unavailable": ("cause", "Cancellations with the outcome Unavailable, by what failed."),
}
MEASURED = {
    "imin_in_flight": ("endpoint", "Requests to imin in flight.", "livesum"),
    "imin_waiting": ("endpoint", "Requests to imin that are queued.", "livesum"),
    "imin_limit": ("endpoint", "Requests to imin that may be in flight at once.", "livemin"),
    "imin_breaker": ("endpoint", "0 closed, 1 letting a probe through, 2 open.", "livemax"),
    "cache_bytes": ("kind", "Memory of cached responses.", "livesum"),
    "redis_up": ("kind", "1 if the Redis shared by replicas answers.", "livemin"),
}


@dataclass(slots=True)
class _Tally:
    """Requests to imin since the last copy, and the size of their responses in bytes."""

    times: int = 0
    size: int = 0


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        registry = self._registry
        self._requests = Counter(
            "gateway_requests", "GraphQL requests.", ["operation", "outcome"], registry=registry
        )
        self._request_seconds = Histogram(
            "gateway_request_seconds",
            "Time of a request.",
            buckets=_REQUEST_SECONDS,
            registry=registry,
        )
        self._calls = Counter(
            "gateway_imin_calls", "Responses from imin.", ["endpoint", "outcome"], registry=registry
        )
        self._call_seconds = Histogram(
            "gateway_imin_seconds",
            "Time of a response from imin.",
            ["endpoint"],
            buckets=_CALL_SECONDS,
            registry=registry,
        )
        self._call_bytes = Counter(
            "gateway_imin_bytes", "Bytes of responses, decompressed.", ["endpoint"], registry=registry
        )
        self._counted = {
            name: Counter(f"gateway_{name}", text, [label], registry=registry)
            for name, (label, text) in COUNTED.items()
        }
        self._measured = {
            name: Gauge(f"gateway_{name}", text, [label], registry=registry, multiprocess_mode=mode)  # type: ignore[arg-type]  # one of its literals
            for name, (label, text, mode) in MEASURED.items()
        }
        self._requests_of = lru_cache(_MAX_LABEL_VALUES)(self._requests.labels)
        self._calls_since: defaultdict[tuple[str, str], _Tally] = defaultdict(_Tally)
        self._seconds_of = lru_cache(_MAX_LABEL_VALUES)(self._call_seconds.labels)
        self._copied: dict[tuple[str, str], float] = {}
        self._sources: list[Source] = []
        self._operations: dict[str, str] = {}

    def add_source(self, source: Source) -> None:
        """Export the counters of another part."""
        self._sources.append(source)

    def request(self, text: str, outcome: str, seconds: float) -> None:
        """Count a finished request. outcome: `ok`, or the first of its error codes."""
        self._requests_of(self._operation(text), outcome).inc()
        self._request_seconds.observe(seconds)

    def call(self, endpoint: str, outcome: str, seconds: float, size: int) -> None:
        """Count a request to imin. outcome: its HTTP status, or the kind of failure."""
        tally = self._calls_since[endpoint, outcome]
        tally.times += 1
        tally.size += size
        self._seconds_of(endpoint).observe(seconds)

    def render(self) -> bytes:
        """All metrics of all workers, in Prometheus' text format."""
        self.copy()
        if not in_metrics_directory():
            return generate_latest(self._registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # ships no types here
        return generate_latest(together)

    async def copy_for_ever(self) -> None:
        """Copy the counters every second, so that other workers see them. Copies once more when cancelled."""
        try:
            while True:
                self.copy()
                await asyncio.sleep(_COPY_SECONDS)
        finally:
            self.copy()

    def copy(self) -> None:
        """Copy all plain counters into Prometheus' metrics."""
        for (endpoint, outcome), tally in self._calls_since.items():
            self._calls.labels(endpoint, outcome).inc(tally.times)
            self._call_bytes.labels(endpoint).inc(tally.size)
        self._calls_since.clear()
        for source in self._sources:
            for name, values in source().items():
                for label, value in values.items():
                    if name in self._measured:
                        self._measured[name].labels(label).set(value)
                    else:
                        before = self._copied.get((name, label), 0.0)
                        self._counted[name].labels(label).inc(max(0.0, value - before))
                        self._copied[name, label] = value

    def _operation(self, text: str) -> str:
        """Short hash of a document; beyond _MAX_OPERATIONS documents, `other`."""
        digest = self._operations.get(text)
        if digest is None:
            if len(self._operations) >= _MAX_OPERATIONS:
                return "other"
            digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()
            self._operations[text] = digest
        return digest


def in_metrics_directory() -> bool:
    """Whether this process already counts into a directory shared by workers."""
    return _DIRECTORY in os.environ


@contextmanager
def metrics_directory() -> Iterator[None]:
    """A directory in which all workers count. The process replaces itself to have it in its environment.

    prometheus_client reads the variable when it is imported, which has already happened.
    """
    if not in_metrics_directory():
        os.environ[_DIRECTORY] = tempfile.mkdtemp(prefix=_PREFIX)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # ourselves
    try:
        yield
    finally:
        directory = os.environ[_DIRECTORY]
        if Path(directory).name.startswith(_PREFIX):
            shutil.rmtree(directory, ignore_errors=True)


def forget_process(pid: int) -> None:
    """Remove a dead worker's gauges; its counters still count."""
    if in_metrics_directory():
        with suppress(OSError):
            multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]  # ships no types here
