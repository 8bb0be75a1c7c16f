"""Declare and read the JSON bodies of control requests; every error names the field and its value."""

import json
import re
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from aiohttp import web

REQUIRED: Any = object()
_TYPE_NAMES: dict[Any, tuple[str, ...]] = {
    bool: ("true", "false"),
    int: ("number",),
    float: ("number",),
    Decimal: ("number",),
    str: ("text",),
    datetime: ("date-time with an offset",),
    NoneType: ("null",),
}


class InputError(Exception):
    """The input is invalid; the message is for the person who sent it."""


@dataclass(frozen=True, slots=True)
class BodyField:
    """A member of a request's JSON body.

    type: in words, for example "number or null". default: a JSON value, or REQUIRED.
    """

    name: str
    type: str
    description: str
    default: Any = REQUIRED

    def as_document(self) -> dict[str, Any]:
        """The field as JSON for the list of control requests."""
        document = {"name": self.name, "type": self.type, "description": self.description}
        return document if self.default is REQUIRED else document | {"default": self.default}


def body_fields(options: type, **defaults: Any) -> tuple[BodyField, ...]:
    """A field for each field of a dataclass whose annotations are Annotated[type, description].

    defaults: replace those of the dataclass.
    """
    hints = get_type_hints(options, include_extras=True)
    declared = {
        field.name: REQUIRED if field.default is MISSING else field.default for field in fields(options)
    }
    return tuple(_body_field(name, hints[name], default) for name, default in (declared | defaults).items())


def _body_field(name: str, hint: Any, default: Any) -> BodyField:
    annotation, description = get_args(hint)
    names = list(dict.fromkeys(_type_names(annotation)))
    text = " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return BodyField(name, text, description, default)


def _type_names(annotation: Any) -> list[str]:
    if annotation in _TYPE_NAMES:
        return list(_TYPE_NAMES[annotation])
    if get_origin(annotation) is Literal:
        return [json.dumps(choice) for choice in get_args(annotation)]
    return [name for member in get_args(annotation) for name in _type_names(member)]


async def read_object(request: web.Request, *names: str) -> dict[str, Any]:
    """The JSON object of the request, with its keys in snake_case; {} for an empty body.

    Raises InputError for any other body and for a key that is not in `names`.
    """
    text = await request.text()
    try:
        body = json.loads(text or "{}")
    except ValueError as error:
        raise InputError(f"The body must be a JSON object, but it is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise InputError(f"The body must be a JSON object, got {text[:80]}.")
    values = {_snake_case(key): value for key, value in body.items()}
    for key in values:
        if key not in names:
            raise InputError(f"{key} is not a field of this request; it has {', '.join(names) or 'none'}.")
    return values


def text_field(body: dict[str, Any], name: str, default: str | None = None) -> str | None:
    """The text under this name; the default when it is missing."""
    value = body.get(name, default)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name} must be a text, got {value!r}.")
    return value


def boolean_field(body: dict[str, Any], name: str, default: bool) -> bool:  # noqa: FBT001  # as in `text_field`
    """The boolean under this name; the default when it is missing."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise InputError(f"{name} must be true or false, got {value!r}.")
    return value


def required_text_field(body: dict[str, Any], name: str) -> str:
    """The text under this name, which is required and not empty."""
    text = text_field(body, name)
    if not text:
        raise InputError(f"{name} is missing; it must be a text.")
    return text


def number_field(body: dict[str, Any], name: str) -> float:
    """The number under this name, which is required."""
    if name not in body:
        raise InputError(f"{name} is missing; it must be a number.")
    value = body[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} must be a number, got {value!r}.")
    return value


def datetime_field(body: dict[str, Any], name: str) -> datetime:
    """The date-time with an offset under this name, which is required."""
    value = body.get(name)
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise InputError(f"{name} must be an ISO 8601 date-time with an offset, got {value!r}.")
    return parsed


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
