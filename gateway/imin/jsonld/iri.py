"""Names of things and terms: IRIs, compact IRIs and bare names."""

from functools import lru_cache

from gateway.hints import pure

_CACHE_SIZE = 4_096


@pure
@lru_cache(_CACHE_SIZE)
def iri_tail(text: str) -> str:
    """Last segment of an IRI, compact IRI or bare name: `https://schema.org/Female` → `Female`."""
    text = text.strip(" /")
    return text[max(text.rfind("/"), text.rfind("#"), text.rfind(":")) + 1 :]
