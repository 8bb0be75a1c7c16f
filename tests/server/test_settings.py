"""Settings: what the README says of them, what they refuse, what they keep to themselves."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.settings.loader import missing_for_serve
from gateway.settings.model import Settings

READ = """
import sys
from gateway.settings.loader import SettingsRefused, read_settings
try:
    chosen = read_settings(port=1)
except SettingsRefused as refusal:
    sys.exit(str(refusal))
assert "pydantic" not in sys.modules
from gateway.settings.model import Settings
for name in Settings.model_fields:
    for holder in (chosen, Settings(port=1)):
        value = getattr(holder, name)
        values = value if isinstance(value, tuple) else (value,)
        texts = [one.get_secret_value() if hasattr(one, "get_secret_value") else one for one in values]
        print(name, texts)
is_told = "first-secret" in str(vars(chosen))
print(sorted(chosen.model_fields_set), is_told, chosen.but(port=2).port, chosen.port)
"""
README = Path(__file__).parents[2] / "README.md"


def test_readme_lists_every_setting() -> None:
    """README's table names every setting with its default and what it does, and no other."""
    rows = re.findall(r"^\| `(GATEWAY_\w+)` \| (.*?) \| (.*?) \|$", README.read_text(), re.MULTILINE)

    expected = []
    for name, field in Settings.model_fields.items():
        default = ",".join(field.default) if isinstance(field.default, tuple) else field.default
        shown = "" if default in {None, ""} else f"`{default}`"
        expected.append((f"GATEWAY_{name.upper()}", shown, field.description))
    assert rows == expected


def test_secrets_stay_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key and the id secrets are in no repr."""
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
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://app.example.com/path"),
        ("IMIN_CUSTOMER_ACCOUNTS_PATH", "../orders"),
    ],
)
def test_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A value that cannot work is refused at the start, by the setting's name."""
    monkeypatch.setenv(f"GATEWAY_{name}", value)

    with pytest.raises(ValidationError) as refusal:
        Settings()

    assert [error["loc"][0] for error in refusal.value.errors()] == [name.lower()]


def test_what_serve_needs() -> None:
    """Serving needs imin's key, the keys of tokens, their issuer and their audience."""
    needed = ["IMIN_API_KEY", "AUTH_JWKS_URL", "AUTH_ISSUER", "AUTH_AUDIENCE"]
    whole = Settings(
        imin_api_key="k", auth_jwks_url="https://id.example.com/keys", auth_issuer="i", auth_audience="a"
    )

    assert missing_for_serve(Settings()) == [f"GATEWAY_{name}" for name in needed]
    assert missing_for_serve(whole) == []
    assert missing_for_serve(whole.but(auth_jwks_url=None, auth_public_key="{}")) == []


def test_derived_settings() -> None:
    """Settings that differ in one thing keep the rest, and are checked again."""
    settings = Settings(imin_base_url="https://imin.example.com/", port=0)

    assert settings.imin_base_url == "https://imin.example.com"
    assert settings.but(port=9).imin_base_url == "https://imin.example.com"
    with pytest.raises(ValidationError):
        settings.but(port=-1)


def read_apart() -> subprocess.CompletedProcess[str]:
    """What a process of its own makes of the environment, as the command line does."""
    command = [sys.executable, "-c", READ]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # ours


def test_read_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker holds are the settings, each as its library reads it, without that library."""
    monkeypatch.setenv("GATEWAY_ID_SECRET", "first-secret, second-secret")
    monkeypatch.setenv("GATEWAY_TRUSTED_DOCUMENTS", "documents.json")
    monkeypatch.setenv("GATEWAY_CORS_ORIGINS", "https://one.example.com")

    *lines, last = read_apart().stdout.splitlines()

    assert len(lines) == 2 * len(Settings.model_fields)
    assert lines[::2] == lines[1::2]
    assert "id_secret ['first-secret', 'second-secret']" in lines
    assert last == "['cors_origins', 'id_secret', 'port', 'trusted_documents'] False 2 1"


def test_refused_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong is told by each setting's name, and no value is."""
    monkeypatch.setenv("GATEWAY_PROFILE", "prod")
    monkeypatch.setenv("GATEWAY_IMIN_BASE_URL", "https://user:secret@book.imin.co/api")

    told = read_apart()

    assert [line.partition(":")[0] for line in told.stderr.splitlines()] == [
        "GATEWAY_PROFILE",
        "GATEWAY_IMIN_BASE_URL",
    ]
    assert "secret" not in told.stderr
