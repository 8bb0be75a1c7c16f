"""Prepared documents: what is kept of them, and how much."""

import pytest

from gateway.execution.documents import DocumentCache
from gateway.execution.limits import Limits
from gateway.graph.schema import build_schema

LIMITS = Limits(
    **{
        name: 1_000_000 if name != "errors" else 5 for name in Limits.__dataclass_fields__
    }  # none that matters
)


def preparation(**options: int) -> DocumentCache:
    schema = build_schema()._schema  # noqa: SLF001  # as the executor finds it
    return DocumentCache(schema, LIMITS, with_introspection=True, suggestions=True, **options)


def test_once() -> None:
    """A text is prepared once, for each operation that is chosen of it."""
    kept = preparation()
    text = "query A { viewer { id } } query B { viewer { identifier } }"

    first, other = kept.prepare(text, "A"), kept.prepare(text, "B")

    assert kept.prepare(text, "A") is first
    assert kept.prepare(text, "B") is other
    assert (first.name, other.name) == ("A", "B")


@pytest.mark.parametrize("most_bytes", [1_000_000, 50_000_000])
def test_bounds(most_bytes: int) -> None:
    """However many documents come, sound or not, what is kept stays within its bytes and its number."""
    kept = preparation(most_bytes=most_bytes)
    first = kept.prepare("{ viewer { id } }", None)

    for number in range(1_200):
        prepared = kept.prepare(f"{{ viewer {{ a{number}: id{'s' * (number % 3)} }} }}", None)
        assert bool(prepared.errors) == bool(number % 3)
        assert kept.bytes_held <= most_bytes

    assert kept.held <= 1_000
    assert kept.bytes_held > most_bytes * 0.9 or kept.held == 1_000
    assert kept.prepare("{ viewer { id } }", None) is not first


def test_too_large_to_keep() -> None:
    """A document larger than all that may be kept is prepared, and not kept."""
    kept = preparation(most_bytes=100_000)
    text = f"{{ viewer {{ {' '.join(f'a{number}: id' for number in range(100))} }} }}"

    assert not kept.prepare(text, None).errors
    assert kept.bytes_held == 0
