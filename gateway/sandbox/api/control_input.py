"""Reading the control API's input; every complaint names the field and its value."""

import json
import re
from datetime import datetime
from typing import Any

from aiohttp import web


class InputError(Exception):
    """What is wrong with the input, for the person who sent it."""


async def read_object(request: web.Request, *fields: str) -> dict[str, Any]:
    """The JSON object of the request ({} without a body), its keys in snake_case.

    Raises InputError for anything else, or for a field not among `fields` (no fields: any).
    """
    text = await request.text()
    try:
        body = json.loads(text or "{}")
    except ValueError as error:
        raise InputError(f"The body must be a JSON object, but it is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise InputError(f"The body must be a JSON object, got {text[:80]}.")
    named = {_snake(key): value for key, value in body.items()}
    for key in named:
        if fields and key not in fields:
            raise InputError(f"{key} is no field here; there are {', '.join(fields)}.")
    return named


def text_field(body: dict[str, Any], name: str, default: str | None = None) -> str | None:
    """A text; the default when absent."""
    value = body.get(name, default)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name} must be a text, got {value!r}.")
    return value


def number_field(body: dict[str, Any], name: str) -> float:
    """A number that is there."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} must be a number, got {value!r}.")
    return value


def datetime_field(body: dict[str, Any], name: str) -> datetime:
    """A date-time with an offset."""
    value = body.get(name)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputError(f"{name} must be an ISO 8601 date-time with an offset, got {value!r}.")
    return moment


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
