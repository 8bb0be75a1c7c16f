"""Settings of certificates and keys for Apple Wallet."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.settings.loader import InvalidSettings, load_settings, risky_settings
from gateway.settings.model import Settings
from tests.support.wallets import PASS_TYPE, TEAM, apple_pems, private_pem, rsa_key

VARIABLES = ("CERTIFICATE", "KEY", "WWDR")


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"CERTIFICATE": "no such file"}, "PASS_CERTIFICATE"),
        (
            {"CERTIFICATE": "-----BEGIN CERTIFICATE-----\nsecret"},
            "PASS_CERTIFICATE",
        ),
        ({"KEY": ""}, "PASS_KEY"),
        ({"KEY": "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----"}, "PASS_KEY"),
        ({"KEY": "of another certificate"}, "PASS_KEY"),
        ({"WWDR": ""}, "PASS_WWDR"),
        ({"WWDR": "of another issuer"}, "PASS_WWDR"),
        ({"CERTIFICATE": "", "WWDR": ""}, "PASS_KEY"),
        ({"TYPE_ID": "pass.of.another"}, "PASS_TYPE_ID"),
    ],
)
def test_invalid_settings(monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], variable: str) -> None:
    """What cannot sign is refused at the start, by the name of its variable and without its text."""
    values = dict(zip(VARIABLES, apple_pems("ec"), strict=True)) | changes
    if values["KEY"].startswith("of another"):
        values["KEY"] = private_pem(rsa_key())
    if values["WWDR"].startswith("of another"):
        values["WWDR"] = apple_pems("rsa")[2]
    for name, value in values.items():
        monkeypatch.setenv(f"GATEWAY_APPLE_PASS_{name}", value)

    with pytest.raises(InvalidSettings) as refused:
        load_settings()

    assert str(refused.value).startswith(f"GATEWAY_APPLE_{variable}: ")
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(("days", "risks"), [(29, 1), (31, 0)])
def test_certificate_ends(settings: Settings, days: int, risks: int) -> None:
    """A certificate that ends within 30 days is reported at the start."""
    pems = map(SecretStr, apple_pems("ec", days))
    names = (f"apple_pass_{name.lower()}" for name in VARIABLES)
    changed = settings.but(**dict(zip(names, pems, strict=True)))

    found = [risk for risk in risky_settings(changed, 100_000) if "GATEWAY_APPLE_PASS_CERTIFICATE" in risk]

    assert len(found) == risks


def test_files_of_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Certificates and key may be files, as secrets are mounted; the certificate names type and team."""
    for name, pem in zip(VARIABLES, apple_pems(), strict=True):
        (tmp_path / name).write_text(f"{pem}\n")
        monkeypatch.setenv(f"GATEWAY_APPLE_PASS_{name}", str(tmp_path / name))

    settings = load_settings()

    assert (settings.apple_pass_type_id, settings.apple_team_id) == (PASS_TYPE, TEAM)
    assert "BEGIN" not in repr(settings)
