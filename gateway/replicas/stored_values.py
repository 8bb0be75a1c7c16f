"""Names and values in Redis that replicas of several releases share.

During an upgrade, two releases run side by side. So each name made here contains the version of its value's
format, and a release never meets the format of another one. A value that cannot be
read anyway, because it is damaged, too long or of another type, counts as absent and is overwritten.

Attempts and announcements have no version: they must reach all releases, so they may only get new fields that
have defaults. Generations and locks are opaque: only whether they exist, or are equal, matters.
"""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

FORMAT_VERSION = 1
"""To be increased if values change so that an earlier release would misread them or could not read them.

A new field with a default needs no new version: earlier releases ignore it, later ones do without it.
"""

MAX_BYTES = 1_048_576
"""Longest value that is read, except responses of imin, whose length is a setting."""


def key_name(kind: str, *parts: str) -> str:
    """Name of a key. parts: identifiers, with any characters."""
    return ":".join((f"gateway:{kind}:{FORMAT_VERSION}", *map(_escape, parts)))


def decode(value: Any, type_: type[T]) -> T | None:
    """A value from its MessagePack; None if it is absent or cannot be read."""
    if not isinstance(value, bytes):
        return None
    try:
        return msgspec.msgpack.decode(value, type=type_)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _escape(part: str) -> str:
    # Without escaping, two keys could have the same name.
    return part.replace("%", "%25").replace(":", "%3A")
