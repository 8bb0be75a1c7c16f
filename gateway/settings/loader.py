"""Load settings from the environment, and say what is wrong with them by the name of the variable."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from gateway.settings.model import PREFIX, Settings
from gateway.settings.wallet_keys import certificate_ends_at

# Kubernetes sets these in every pod of a namespace that has a service called "gateway".
_is_service_link = re.compile(r"GATEWAY_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP)(_\w+)?)").fullmatch


_MIN_SECRET_CHARACTERS = 16

_SIGNED_WITH_API_KEY = (
    "GATEWAY_ID_SECRET is not set, so imin's API key signs global ids: "
    "changing that key would invalidate every id that clients hold"
)
_SHORT_SECRET = (
    f"GATEWAY_ID_SECRET has a key of fewer than {_MIN_SECRET_CHARACTERS} characters, so ids could be forged "
    "by guessing it: put a longer one before it"
)
_FEW_OPEN_FILES = "GATEWAY_FOLLOW_SOCKETS needs {needed} open files, but {allowed} are allowed (ulimit -n)"
_CERTIFICATE_ENDS = "GATEWAY_APPLE_PASS_CERTIFICATE ends on {day}: phones then refuse new passes and updates"
_RENEWAL_TIME = timedelta(days=30)
_OTHER_OPEN_FILES = 200
"""Open files besides WebSockets: other connections of clients, those to imin, the state file."""

_RULES = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_type": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "literal_error": "must be {expected}",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:.10g}",
}
"""Types of pydantic's errors, in plain words."""


class InvalidSettings(Exception):
    """The gateway cannot start with these settings. The text has one line for each, without its value."""


def load_settings(**changes: object) -> Settings:
    """Settings from the environment; `changes` override it. Raises InvalidSettings."""
    try:
        settings = Settings()
        return settings.but(**changes) if changes else settings
    except ValidationError as error:
        raise InvalidSettings("\n".join(_explain(problem) for problem in error.errors())) from None


def missing_for_serve(settings: Settings) -> list[str]:
    """Variables that `gateway serve` requires and that are not set."""
    required = {
        "GATEWAY_IMIN_API_KEY": settings.imin_api_key,
        "GATEWAY_AUTH_JWKS_URL": settings.auth_jwks_url or settings.auth_public_key,
        "GATEWAY_AUTH_ISSUER": settings.auth_issuer,
        "GATEWAY_AUTH_AUDIENCE": settings.auth_audience,
    }
    return [name for name, value in required.items() if not value]


def risky_settings(settings: Settings, open_files: int) -> list[str]:
    """One sentence for each setting that works, and is dangerous or will hurt later.

    open_files: that the process may have.
    """
    risks = []
    if settings.profile == "production" and settings.imin_api_key and not settings.id_secret:
        risks.append(_SIGNED_WITH_API_KEY)
    if any(len(secret.get_secret_value()) < _MIN_SECRET_CHARACTERS for secret in settings.id_secret[:1]):
        risks.append(_SHORT_SECRET)
    # The default is not reported: few gateways ever have as many WebSockets.
    needed = settings.follow_sockets + _OTHER_OPEN_FILES
    if "follow_sockets" in settings.model_fields_set and open_files < needed:
        risks.append(_FEW_OPEN_FILES.format(needed=needed, allowed=open_files))
    certificate = settings.apple_pass_certificate
    if certificate and (ends_at := certificate_ends_at(certificate)) < datetime.now(UTC) + _RENEWAL_TIME:
        risks.append(_CERTIFICATE_ENDS.format(day=ends_at.date()))
    return risks


def unknown_variables(names: Iterable[str] = os.environ) -> list[str]:
    """One sentence for each variable `GATEWAY_…` that is no setting, with the closest real one if any.

    A misspelt variable would otherwise leave its setting at the default without a word.
    """
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    unknown = sorted(
        name
        for name in names
        if name.upper().startswith(PREFIX) and name.upper() not in known and not _is_service_link(name)
    )
    return [_suggest(name, known) for name in unknown]


def _suggest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.8)
    return f"{name} is not a setting" + (f"; did you mean {close[0]}?" if close else "")


def _explain(problem: Mapping[str, Any]) -> str:
    name = "_".join(str(part) for part in problem["loc"][:1]).upper()
    rule = _RULES.get(problem["type"])
    message = rule.format(**problem.get("ctx", {})) if rule else str(problem["msg"])
    return f"{PREFIX}{name}: {message.removeprefix('Value error, ')}"
