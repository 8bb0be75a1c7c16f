"""Types of settings: what a value must be, and in which form it is stored."""

import re
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import NoDecode

from gateway.time_zones import regional_name


def matching(pattern: str, rule: str) -> AfterValidator:
    """Refuse other values with this rule, where pydantic would show the pattern."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(rule)
        return text

    return AfterValidator(check)


HttpUrl = Annotated[
    str,
    matching(r"https?://[^\s/?#@]+(/[^\s?#]*)?", "must be an http(s) URL without user, query or fragment"),
]
HttpsUrl = Annotated[
    str,
    matching(r"https://[^\s/?#@]+(/[^\s#]*)?(\?[^\s#]*)?", "must be an https URL without user or fragment"),
]
HeaderName = Annotated[
    str, matching(r"[A-Za-z0-9_-]+", "must list header names, without wildcards and values")
]
PathSegment = Annotated[str, matching(r"[A-Za-z0-9_-]+", "must consist of letters, digits, - and _")]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, le=300)]
Age = Annotated[float, Field(ge=0, le=86_400)]
Reuse = Annotated[float, Field(ge=0, le=3_600)]


def _zone(text: str) -> str:
    name = regional_name(text)
    if name is None:
        raise ValueError("must be an IANA time zone of a region, for example Europe/London")
    return name


TimeZone = Annotated[str, AfterValidator(_zone)]


def _explain_service_link(value: object) -> object:
    if isinstance(value, str) and value.startswith("tcp://"):
        raise ValueError(
            "Kubernetes sets this variable to an address for a Service named `gateway`; "
            "set `enableServiceLinks: false` in the pod"
        )
    return value


Port = Annotated[int, Field(ge=0, le=65535), BeforeValidator(_explain_service_link)]


def _split(value: object) -> object:
    """The parts of a comma-separated text."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


HeaderNames = Annotated[tuple[HeaderName, ...], NoDecode, BeforeValidator(_split)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]


def _origin(text: str) -> str:
    """An origin as browsers send it: lower case, punycode, no default port. Raises ValueError."""
    if "*" in text:
        raise ValueError("wildcards are not supported; list each origin, for example https://app.example.com")
    try:
        url = AnyHttpUrl(text)
    except ValidationError:
        raise ValueError("an origin is scheme://host[:port], for example https://app.example.com") from None
    if url.path not in {None, "/"} or url.query is not None or url.fragment is not None or url.username:
        raise ValueError("an origin is scheme://host[:port], without a path, a query or a user")
    return str(url).rstrip("/")


Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)]


def _fits_a_header(key: SecretStr) -> SecretStr:
    text = key.get_secret_value()
    if not text.isascii() or not text.isprintable():
        raise ValueError("must consist of printable ASCII characters")
    return key


HeaderKey = Annotated[SecretStr, AfterValidator(_fits_a_header)]


def _is_of_redis(url: SecretStr) -> SecretStr:
    from redis.asyncio.connection import parse_url  # noqa: PLC0415  # most gateways have no Redis

    try:
        parse_url(url.get_secret_value())
    except ValueError:  # its text may contain the password
        raise ValueError(
            "must be redis://, rediss:// or unix:// with an address, for example redis://host:6379/0"
        ) from None
    return url


RedisUrl = Annotated[SecretStr, AfterValidator(_is_of_redis)]
