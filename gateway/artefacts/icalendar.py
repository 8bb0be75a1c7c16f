"""Writing iCalendar: escaping, folding, times. Source: RFC 5545, 3.1 and 3.3.

Not by the library `icalendar`: its definitions of time zones begin summer time an hour late (see
findings/icalendar-summer-time.sh), it passes control characters on, and it takes 10 MB, and 60 ms for a
hundred events, which take 3 ms here. Tests read what is written here with three libraries.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from gateway.time_zones import time_zone

_MAX_OCTETS = 75

# Besides controls, which are not allowed: what Python and other readers take for the end of a line.
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_ESCAPED = re.compile(r"[\\;,]")
_URI = re.compile(r"https?://[!-~]+")


def text(value: str) -> str:
    """A text as the value of a property."""
    clean = _CONTROLS.sub("", _LINE_ENDS.sub("\n", value))
    return _ESCAPED.sub(r"\\\g<0>", clean).replace("\n", r"\n")


def uri(value: str | None) -> str | None:
    """A web address as the value of a property; None if it is none."""
    return value if value and _URI.fullmatch(value) else None


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def times(zone: str, **moments: datetime) -> list[str]:
    """Properties with these names and moments, in local time.

    In UTC if one of them is in the two hours that have the same local times in autumn. A local time means the
    first of them (RFC 5545, 3.3.5), but readers that use pytz take the second.
    """
    local = {name: moment.astimezone(time_zone(zone)) for name, moment in moments.items()}
    if any(_comes_twice(moment) for moment in local.values()):
        return [f"{name}:{utc(moment)}" for name, moment in moments.items()]
    return [f"{name};TZID={zone}:{moment:%Y%m%dT%H%M%S}" for name, moment in local.items()]


def _comes_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def component(name: str, lines: Iterable[str]) -> list[str]:
    return [f"BEGIN:{name}", *lines, f"END:{name}"]


def encode(lines: Iterable[str]) -> bytes:
    """The lines as a file: folded, in UTF-8, each ended by CRLF."""
    return b"".join(map(_folded, lines))


def _folded(line: str) -> bytes:
    """A line, in parts of 75 octets at most, none of which ends within a character."""
    rest, parts, most = line.encode("utf-8", "replace"), [], _MAX_OCTETS
    while len(rest) > most:
        at = most
        while rest[at] & 0xC0 == 0x80:  # noqa: PLR2004  # a byte in the middle of a character
            at -= 1
        parts.append(rest[:at])
        rest, most = rest[at:], _MAX_OCTETS - 1
    return b"\r\n ".join((*parts, rest)) + b"\r\n"
