"""The cache of prepared documents: what it stores, and how much."""

import pytest

from gateway.execution.documents import DocumentCache
from gateway.execution.limits import Limits
from gateway.graph.schema import build_schema

NO_LIMITS = Limits(
    **{name: 5 if name == "errors" else 1_000_000 for name in Limits.__dataclass_fields__},
)


def document_cache(**options: int) -> DocumentCache:
    schema = build_schema()._schema  # noqa: SLF001  # as the executor finds it
    return DocumentCache(schema, NO_LIMITS, with_introspection=True, suggestions=True, **options)


def test_prepared_once() -> None:
    """A text is prepared once for each operation of it that runs."""
    cache = document_cache()
    text = "query A { viewer { id } } query B { viewer { identifier } }"

    first, other = cache.prepare(text, "A"), cache.prepare(text, "B")

    assert cache.prepare(text, "A") is first
    assert cache.prepare(text, "B") is other
    assert (first.name, other.name) == ("A", "B")


def test_errors_without_tracebacks() -> None:
    """A cached error holds no frame of the request that caused it."""
    prepared = document_cache().prepare("{ viewer { id", None)

    assert [error.__traceback__ for error in prepared.errors] == [None]


@pytest.mark.parametrize("max_bytes", [1_000_000, 50_000_000])
def test_bounds(max_bytes: int) -> None:
    """However many valid and invalid documents come, the cache stays within its bytes and its entries."""
    cache = document_cache(max_bytes=max_bytes)
    first = cache.prepare("{ viewer { id } }", None)

    for number in range(1_200):
        prepared = cache.prepare(f"{{ viewer {{ a{number}: id{'s' * (number % 3)} }} }}", None)
        assert bool(prepared.errors) == bool(number % 3)
        assert cache.estimated_bytes <= max_bytes

    assert len(cache) <= 1_000
    assert cache.estimated_bytes > max_bytes * 0.9 or len(cache) == 1_000
    assert cache.prepare("{ viewer { id } }", None) is not first


def test_too_large_to_cache() -> None:
    """A document larger than the whole cache is prepared, and not cached."""
    cache = document_cache(max_bytes=100_000)
    text = f"{{ viewer {{ {' '.join(f'a{number}: id' for number in range(100))} }} }}"

    assert not cache.prepare(text, None).errors
    assert cache.estimated_bytes == 0
