"""IANA time zones, always from the installed `tzdata`: the operating system's may be years old."""

from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # data only

DEFAULT_TIME_ZONE = "Europe/London"

# Not importlib.resources, which would load 38 modules.
_DATA = Path(tzdata.__file__).parent
_MAX_PLACES = 4_096
_NAUTICAL = "Etc/"
"""Zones of the open sea. They have no summer time, so they are no answer for a venue."""


@lru_cache(128)
def time_zone(name: str) -> ZoneInfo:
    """The zone with that name, which must be one that `regional_name` gives."""
    with (_DATA / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file, name)


def regional_name(name: str | None) -> str | None:
    """The IANA name of a zone of a region, for example Europe/London.

    None for any other text, also for zones without summer time that stand for no region, for example GMT.
    """
    known = _names().get(name.strip().casefold()) if name else None
    return known if known and "/" in known and not known.startswith(_NAUTICAL) else None


@lru_cache(_MAX_PLACES)
def zone_at(latitude: float, longitude: float) -> str | None:
    """Name of the zone at a point on land or close to it; None at sea."""
    # Imported when first needed, since it takes 34 MB.
    from tzfpy import get_tz  # noqa: PLC0415

    return regional_name(get_tz(longitude, latitude))


def zone_of_country(country: str) -> str | None:
    """Name of the zone of a country, given as ISO 3166 code or English name; None if it has several."""
    zones = _zones_by_country().get(country_code(country) or "", ())
    return zones[0] if len(zones) == 1 else None


def country_code(country: str) -> str | None:
    """ISO 3166 code of two letters of a country, given as such or by its English name; None if unknown."""
    text = country.strip()
    code = text.upper()
    return code if code in _zones_by_country() else _countries().get(text.casefold())


@cache
def _names() -> dict[str, str]:
    names = (_DATA / "zones").read_text("utf-8").split()
    return {name.casefold(): name for name in names}


@cache
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    zones: dict[str, tuple[str, ...]] = {}
    for code, _, name, *_ in _rows("zone.tab"):
        zones[code] = (*zones.get(code, ()), name)
    return zones


@cache
def _countries() -> dict[str, str]:
    return {name.casefold(): code for code, name, *_ in _rows("iso3166.tab")}


def _rows(name: str) -> list[list[str]]:
    lines = (_DATA / "zoneinfo" / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
