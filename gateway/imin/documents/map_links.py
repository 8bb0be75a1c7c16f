"""Links to a place on a map, and to the way there, at one of several map services."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from gateway.imin.documents.place import Place


class Target(NamedTuple):
    """What a link leads to: coordinates in degrees, as text, or else an address. name: of the place."""

    latitude: str
    longitude: str
    address: str
    name: str

    @property
    def point(self) -> str:
        """Both coordinates, or the address."""
        return f"{self.latitude},{self.longitude}" if self.latitude else self.address


def target_of(place: "Place | None") -> Target | None:
    """Where a place is, or the place that contains it; None if neither coordinates nor an address say."""
    while place is not None:
        latitude, longitude, name = place.latitude, place.longitude, place.name or ""
        if latitude is not None and longitude is not None:
            return Target(_degrees(latitude), _degrees(longitude), "", name)
        address = place.address
        if address is not None and (
            address.street_address
            or address.address_locality
            or address.address_region
            or address.postal_code
            or address.full_address
        ):
            line = address.one_line
            if line:
                return Target("", "", line, name)
        place = place.contained_in_place
    return None


def map_link(provider: str, target: Target) -> str:
    """URL of a map that shows the target. provider: a key of PROVIDERS."""
    return PROVIDERS[provider][0](target)


def directions_link(provider: str, target: Target) -> str:
    """URL of the way from where the reader is to the target. provider: a key of PROVIDERS."""
    return PROVIDERS[provider][1](target)


def _degrees(value: float) -> str:
    """Six decimals, which are 10 cm, without an exponent."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _url(base: str, **parameters: str) -> str:
    # Percent-encoded throughout: "+" for a blank is not understood by all of them.
    return f"{base}?{urlencode(parameters, safe='', quote_via=quote, errors='replace')}"


def _openstreetmap(target: Target) -> str:
    base = "https://www.openstreetmap.org/"
    if not target.latitude:
        return _url(f"{base}search", query=target.address)
    marker = _url(base, mlat=target.latitude, mlon=target.longitude)
    return f"{marker}#map=17/{target.latitude}/{target.longitude}"


def _apple(target: Target) -> str:
    base = "https://maps.apple.com/"
    if not target.latitude:
        return _url(base, q=target.address)
    return _url(base, ll=target.point, q=target.name or target.point)


# Sources: wiki.openstreetmap.org/wiki/Browsing; Google's "Maps URLs"; Apple's "Map Links".
PROVIDERS: dict[str, tuple[Callable[[Target], str], Callable[[Target], str]]] = {
    "openstreetmap": (
        _openstreetmap,
        lambda target: _url("https://www.openstreetmap.org/directions", to=target.point),
    ),
    "google": (
        lambda target: _url("https://www.google.com/maps/search/", api="1", query=target.point),
        lambda target: _url("https://www.google.com/maps/dir/", api="1", destination=target.point),
    ),
    "apple": (_apple, lambda target: _url("https://maps.apple.com/", daddr=target.point)),
}
