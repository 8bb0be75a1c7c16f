"""Settings: their documentation, invalid values, and secrets."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.settings.loader import (
    InvalidSettings,
    load_settings,
    missing_for_serve,
    risky_settings,
    unknown_variables,
)
from gateway.settings.model import Settings

TABLE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_readme_lists_every_setting() -> None:
    """The table of docs/settings.md lists every setting with its default and description, and no other."""
    rows = re.findall(r"^\| `(GATEWAY_\w+)` \| (.*?) \| (.*?) \|$", TABLE.read_text(), re.MULTILINE)

    expected = []
    for name, field in Settings.model_fields.items():
        default = ",".join(field.default) if isinstance(field.default, tuple) else field.default
        shown = "" if default in {None, ""} else f"`{default}`"
        expected.append((f"GATEWAY_{name.upper()}", shown, field.description))
    assert rows == expected


def test_secrets_stay_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the API key nor the id secrets appear in a repr."""
    monkeypatch.setenv("GATEWAY_IMIN_API_KEY", "key-of-imin")
    monkeypatch.setenv("GATEWAY_ID_SECRET", "first-secret, second-secret")

    settings = Settings()

    assert [secret.get_secret_value() for secret in settings.id_secret] == ["first-secret", "second-secret"]
    assert not any(
        text in f"{settings!r}{settings}" for text in ("key-of-imin", "first-secret", "second-secret")
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "http"),
        ("IMIN_BASE_URL", "book.imin.co"),
        ("IMIN_BASE_URL", "ftp://book.imin.co"),
        ("IMIN_BASE_URL", "https://book.imin.co/api?x=1"),
        ("IMIN_BASE_URL", "https://user:secret@book.imin.co/api"),
        ("IMIN_TIMEOUT_SECONDS", "0"),
        ("PROFILE", "prod"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "GMT"),
        ("TIME_ZONE", "Etc/GMT-1"),
        ("TIME_ZONE", "../etc/passwd"),
        ("MAP_PROVIDER", "bing"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "app.example.com"),
        ("CORS_ORIGINS", "https://*.example.com"),
        ("CORS_ORIGINS", "https://app.example.com?x"),
        ("CORS_ORIGINS", "https://user@app.example.com"),
        ("CORS_ORIGINS", "null"),
        ("CORS_ALLOWED_HEADERS", "*"),
        ("CORS_ALLOWED_HEADERS", "X-Tenant: a"),
        ("KEEP_ALIVE_SECONDS", "0"),
        ("IMIN_API_KEY", "key\u2028"),
        ("IMIN_WEBHOOK_KEY", "k\u00e9y"),
        ("CORS_ORIGINS", "https://app.example.com/path"),
        ("IMIN_CUSTOMER_ACCOUNTS_PATH", "../orders"),
        ("IMIN_CUSTOMER_ACCOUNTS_PATH", "accounts\nx"),
        ("AUTH_SERVICE_SCOPE", "two scopes"),
        ("TRUSTED_DOCUMENTS_MODE", "only"),
        ("REDIS_URL", "nonsense"),
        ("REDIS_URL", "http://host:6379/0"),
        ("REDIS_URL", "redis://host:port/0"),
        ("REDIS_URL", "redis://host:99999/0"),
    ],
)
def test_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A value that cannot work is refused at startup, with the name of the setting."""
    monkeypatch.setenv(f"GATEWAY_{name}", value)

    with pytest.raises(ValidationError) as refusal:
        Settings()

    assert [error["loc"][0] for error in refusal.value.errors()] == [name.lower()]


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("PORT", "http", "must be a whole number"),
        ("PORT", "80.5", "must be a whole number"),
        ("PORT", "70000", "must be at most 65535"),
        ("WORKERS", "0", "must be at least 1"),
        ("LIMIT_DEPTH", "9" * 5_000, "must be a smaller number"),
        ("CACHE_MAX_BYTES", "0", "must be greater than 0"),
        ("IMIN_TIMEOUT_SECONDS", "1s", "must be a number"),
        ("RATE_LIMITED", "perhaps", "must be true or false"),
        ("LOG_LEVEL", "loud", "must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("PUBLIC_URL", "https://x/?y", "must be an http(s) URL without user, query or fragment"),
        ("IMIN_CUSTOMER_ACCOUNTS_PATH", "a b", "must consist of letters, digits, /, - and _"),
        ("IMIN_API_KEY", "k\u00e9y", "must consist of printable ASCII characters"),
        (
            "TRUSTED_DOCUMENTS_MODE",
            "only",
            "`only` needs GATEWAY_TRUSTED_DOCUMENTS; without it every document is refused",
        ),
        (
            "REDIS_URL",
            "http://:password@host",
            "must be redis://, rediss:// or unix:// with an address, for example redis://host:6379/0",
        ),
    ],
)
def test_rules(monkeypatch: pytest.MonkeyPatch, name: str, value: str, rule: str) -> None:
    """A refusal states the rule in plain words, without the value."""
    monkeypatch.setenv(f"GATEWAY_{name}", value)

    with pytest.raises(InvalidSettings) as refusal:
        load_settings()

    assert str(refusal.value) == f"GATEWAY_{name}: {rule}"


@pytest.mark.parametrize(
    "url", ["redis://host:6379/0", "rediss://:password@host", "unix:///run/redis.sock?db=1"]
)
def test_redis_urls(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Redis is reached over TCP, TLS or a socket file."""
    monkeypatch.setenv("GATEWAY_REDIS_URL", url)

    redis_url = load_settings().redis_url

    assert redis_url
    assert redis_url.get_secret_value() == url


@pytest.mark.parametrize(
    ("secrets", "risks"), [("0123456789abcde", 1), ("0123456789abcdef", 0), ("0123456789abcdef, short", 0)]
)
def test_short_secret(monkeypatch: pytest.MonkeyPatch, secrets: str, risks: int) -> None:
    """A signing secret of fewer than 16 characters is reported. Old ones after it are not."""
    monkeypatch.setenv("GATEWAY_ID_SECRET", secrets)

    assert len(risky_settings(load_settings(), open_files=1_024)) == risks


@pytest.mark.parametrize(
    ("sockets", "open_files", "risks"), [("1000", 1_024, 1), ("1000", 1_200, 0), ("", 1_024, 0)]
)
def test_open_files(monkeypatch: pytest.MonkeyPatch, sockets: str, open_files: int, risks: int) -> None:
    """More WebSockets than the system allows open files are reported, unless they are the default."""
    monkeypatch.setenv("GATEWAY_FOLLOW_SOCKETS", sockets)

    assert len(risky_settings(load_settings(), open_files)) == risks


def test_what_serve_needs() -> None:
    """`gateway serve` requires imin's key, keys to verify tokens, an issuer and an audience."""
    needed = ["IMIN_API_KEY", "AUTH_JWKS_URL", "AUTH_ISSUER", "AUTH_AUDIENCE"]
    whole = Settings(
        imin_api_key="k", auth_jwks_url="https://id.example.com/keys", auth_issuer="i", auth_audience="a"
    )

    assert missing_for_serve(Settings()) == [f"GATEWAY_{name}" for name in needed]
    assert missing_for_serve(whole) == []
    assert missing_for_serve(whole.but(auth_jwks_url=None, auth_public_key="{}")) == []


def test_derived_settings() -> None:
    """A copy with one setting changed keeps the others and is validated again."""
    settings = Settings(imin_base_url="https://imin.example.com/", port=0)

    assert settings.imin_base_url == "https://imin.example.com"
    assert settings.but(port=9).imin_base_url == "https://imin.example.com"
    with pytest.raises(ValidationError):
        settings.but(port=-1)


def test_invalid_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong is reported by the name of each variable, without its value."""
    monkeypatch.setenv("GATEWAY_PROFILE", "prod")
    monkeypatch.setenv("GATEWAY_IMIN_BASE_URL", "https://user:secret@book.imin.co/api")

    with pytest.raises(InvalidSettings) as refusal:
        load_settings()

    lines = str(refusal.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["GATEWAY_PROFILE", "GATEWAY_IMIN_BASE_URL"]
    assert "secret" not in str(refusal.value)
    assert "prod" not in lines[0].split()


def test_unknown_variables() -> None:
    """A variable that is no setting is reported, with the setting that was probably meant."""
    names = ["PATH", "GATEWAY_PORT", "GATEWAY_CORS_ORIGIN", "gateway_imin_key", "GATEWAY_ZZZ"]

    assert unknown_variables(names) == [
        "GATEWAY_CORS_ORIGIN is not a setting; did you mean GATEWAY_CORS_ORIGINS?",
        "GATEWAY_ZZZ is not a setting",
        "gateway_imin_key is not a setting; did you mean GATEWAY_IMIN_API_KEY?",
    ]


def test_kubernetes_service_links() -> None:
    """Variables that Kubernetes sets for a service called `gateway` are not reported."""
    names = ["GATEWAY_SERVICE_HOST", "GATEWAY_SERVICE_PORT", "GATEWAY_SERVICE_PORT_HTTP"]
    names += ["GATEWAY_PORT_8000_TCP", "GATEWAY_PORT_8000_TCP_ADDR", "GATEWAY_PORT_8000_TCP_PROTO"]

    assert unknown_variables(names) == []


def test_every_setting_is_known() -> None:
    """No real setting is reported, in capitals or not."""
    names = [f"GATEWAY_{name}" for name in Settings.model_fields]

    assert unknown_variables([*names, *map(str.upper, names)]) == []


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("HTTPS://App.Example.com", "https://app.example.com"),
        ("https://app.example.com:443/", "https://app.example.com"),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_origins_are_normalised(monkeypatch: pytest.MonkeyPatch, written: str, origin: str) -> None:
    """An origin is compared as browsers send it: lower case, punycode, without a default port."""
    monkeypatch.setenv("GATEWAY_CORS_ORIGINS", f"https://one.example, {written}")

    assert Settings().cors_origins == ("https://one.example", origin)


def test_wildcard_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wildcard is refused with a sentence that says what to write instead."""
    monkeypatch.setenv("GATEWAY_CORS_ORIGINS", "*")

    with pytest.raises(InvalidSettings) as refusal:
        load_settings()

    assert str(refusal.value) == (
        "GATEWAY_CORS_ORIGINS: wildcards are not supported; "
        "list each origin, for example https://app.example.com"
    )


def test_kubernetes_service_named_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """The port that Kubernetes sets for a Service named `gateway` is refused with the reason and the cure."""
    monkeypatch.setenv("GATEWAY_PORT", "tcp://10.0.0.1:8000")

    with pytest.raises(InvalidSettings) as refusal:
        load_settings()

    assert str(refusal.value) == (
        "GATEWAY_PORT: Kubernetes sets this variable to an address for a Service named `gateway`; "
        "set `enableServiceLinks: false` in the pod"
    )


def test_newlines_from_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whitespace around any value, for example the newline of a mounted file, is removed."""
    values = {
        "AUTH_ISSUER": "https://id.example.com/",
        "AUTH_AUDIENCE": "bookings",
        "IMIN_API_KEY": "key",
        "IMIN_WEBHOOK_KEY": "hook",
        "REDIS_URL": "redis://host:6379/0",
        "PROFILE": "production",
        "PORT": "9000",
        "RATE_LIMITED": "false",
        "IMIN_BASE_URL": "https://imin.example.com/api",
    }
    monkeypatch.setenv("GATEWAY_PUBLIC_URL", "\n")
    plain = Settings.model_validate({name.lower(): value for name, value in values.items()})
    for name, value in values.items():
        monkeypatch.setenv(f"GATEWAY_{name}", f" {value}\r\n")

    assert Settings() == plain
