"""Names of things and terms: IRIs, compact IRIs and bare names."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from gateway.hints import pure

_CACHE_SIZE = 4_096

_IRI = re.compile(
    r"[A-Za-z][\w+.-]*://\S"  # a URL, even with a space in it
    r"|(?:[A-Za-z][\w+.-]*|_):\S+\Z"  # urn:…, imin:…, a blank node
    r"|www\.\S+\Z"
    r"|/\S*\Z|#(?:/|[A-Za-z])\S*\Z"  # relative to the document, or in it
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@pure
@lru_cache(_CACHE_SIZE)
def iri_tail(text: str) -> str:
    """Last segment of an IRI, compact IRI or bare name: `https://schema.org/Female` → `Female`."""
    text = text.strip(" /")
    return text[max(text.rfind("/"), text.rfind("#"), text.rfind(":")) + 1 :]


@pure
@lru_cache(_CACHE_SIZE)
def is_iri(text: str) -> bool:
    """Whether a text is an IRI, absolute, compact or relative, and not words: `#4 Mill Lane` is none."""
    return _IRI.match(text.strip()) is not None


def is_same_iri(iri: str | None, other: str | None) -> bool:
    """Whether two IRIs are the same, in whichever of its equal forms each is written.

    Slashes at the end, a default port, and the case of scheme and host make no difference. A blank text is no
    IRI. Source: RFC 3986, section 6.
    """
    if iri is None or other is None or not iri.strip():
        return False
    return iri == other or _comparable(iri) == _comparable(other)


@lru_cache(_CACHE_SIZE)
def _comparable(iri: str) -> str:
    text = iri.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    if not parts.hostname:
        return text
    is_default = port is None or port == _DEFAULT_PORTS.get(parts.scheme)
    user = parts.netloc.rpartition("@")[0]
    host = f"{user}@" * bool(user) + parts.hostname + ("" if is_default else f":{port}")
    return parts._replace(netloc=host).geturl()
