"""The settings as a process that serves holds them: read and checked by another one, which then ends.

pydantic takes 12 MB, and from the moment the settings are known nothing needs it.
"""

import gc
import os
import pickle
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn, Self, cast

if TYPE_CHECKING:
    from gateway.settings.model import Settings


class SettingsRefused(Exception):
    """Settings with which nothing can be started. Its text has a line for each, and no value."""


class Kept:
    """A secret setting."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """The text."""
        return self._text

    def __repr__(self) -> str:
        return "Kept('**********')"


class Chosen:
    """Settings that were checked elsewhere: reads as `model.Settings`.

    model_fields_set: names of those that were set, all others being at their defaults.
    """

    def __init__(self, values: Mapping[str, Any], given: frozenset[str]) -> None:
        self.__dict__.update(values, model_fields_set=given)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"settings are frozen: {name}")

    def but(self, **changes: object) -> Self:
        """These settings with some changed, by ourselves: not checked again."""
        return type(self)({**self.__dict__, **changes}, self.__dict__["model_fields_set"] | set(changes))


def read_settings(**changes: object) -> "Settings":
    """What the environment says, with some settings changed. Raises SettingsRefused.

    Forks: for the start of a process, while it has one thread.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _tell(writer, changes)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        answer = told.read()
    with suppress(ChildProcessError):  # where a parent of ours ignores SIGCHLD, so do we
        os.waitpid(pid, 0)
    if not answer:
        raise SettingsRefused("the settings could not be read")
    values, given = pickle.loads(answer)  # noqa: S301  # of our own fork
    if isinstance(values, str):
        raise SettingsRefused(values)
    return cast("Settings", Chosen(values, given))


def missing_for_serve(settings: "Settings") -> list[str]:
    """Variables without which `gateway serve` must not start."""
    needed = {
        "GATEWAY_IMIN_API_KEY": settings.imin_api_key,
        "GATEWAY_AUTH_JWKS_URL": settings.auth_jwks_url or settings.auth_public_key,
        "GATEWAY_AUTH_ISSUER": settings.auth_issuer,
        "GATEWAY_AUTH_AUDIENCE": settings.auth_audience,
    }
    return [name for name, value in needed.items() if not value]


def _tell(writer: int, changes: dict[str, object]) -> NoReturn:
    """Read the settings and write what they are, or what is wrong with them, and end."""
    gc.disable()  # it would look through, and so copy, all that the parent has
    try:
        with os.fdopen(writer, "wb") as told:
            told.write(pickle.dumps(_read(changes)))
    except BaseException:  # noqa: BLE001  # a fork must not go back into its parent's code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _read(changes: dict[str, object]) -> tuple[dict[str, Any] | str, frozenset[str]]:
    from pydantic import ValidationError  # noqa: PLC0415  # what the process that serves has not

    from gateway.settings.model import Settings  # noqa: PLC0415  # as above

    try:
        settings = Settings()
        settings = settings.but(**changes) if changes else settings
    except ValidationError as error:
        return "\n".join(_explain(problem) for problem in error.errors()), frozenset()
    values = {name: _plain(getattr(settings, name)) for name in Settings.model_fields}
    return values, frozenset(settings.model_fields_set)


def _plain(value: Any) -> Any:
    """The value without pydantic's types."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return Kept(value.get_secret_value()) if hasattr(value, "get_secret_value") else value


def _explain(problem: Mapping[str, Any]) -> str:
    name = "_".join(str(part) for part in problem["loc"][:1]).upper()
    return f"GATEWAY_{name}: {problem['msg']}"
