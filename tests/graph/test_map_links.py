"""Links to venues on maps."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.graph.test_made_up_names import put

QUERY = "{ viewer { orders(first: 1) { nodes { items { session { venue { mapUrl directionsUrl } } } } } } }"
ADDRESS = {"streetAddress": "1 Heol y Tŷ & Sons #2", "postalCode": "cf10 1ep", "addressCountry": "GB"}
PLACE = {"type": "Place", "name": "Tŷ One & Co", "address": ADDRESS}
GEO = {"geo": {"latitude": 51.48, "longitude": -3.1800001}}
ENCODED = "1%20Heol%20y%20T%C5%B7%20%26%20Sons%20%232%2C%20CF10%201EP"
OSM, GOOGLE, APPLE = (
    "https://www.openstreetmap.org/",
    "https://www.google.com/maps/",
    "https://maps.apple.com/",
)


async def links(gateway: Gateway, sandbox: Sandbox, place: Any) -> tuple[Any, Any]:
    """The two links of a venue."""
    put(sandbox, {}, {"orderedItem": {"type": "ScheduledSession", "location": place}})
    (order,) = (await gateway.data(QUERY))["viewer"]["orders"]["nodes"]
    venue = order["items"][0]["session"]["venue"]
    return venue["mapUrl"], venue["directionsUrl"]


BY_POSITION = [
    pytest.param(
        f"{OSM}?mlat=51.48&mlon=-3.18#map=17/51.48/-3.18",
        f"{OSM}directions?to=51.48%2C-3.18",
        id="openstreetmap",
    ),
    pytest.param(
        f"{GOOGLE}search/?api=1&query=51.48%2C-3.18",
        f"{GOOGLE}dir/?api=1&destination=51.48%2C-3.18",
        id="google",
        marks=pytest.mark.settings(map_provider="google"),
    ),
    pytest.param(
        f"{APPLE}?ll=51.48%2C-3.18&q=T%C5%B7%20One%20%26%20Co",
        f"{APPLE}?daddr=51.48%2C-3.18",
        id="apple",
        marks=pytest.mark.settings(map_provider="apple"),
    ),
]
BY_ADDRESS = [
    pytest.param(f"{OSM}search?query={ENCODED}", f"{OSM}directions?to={ENCODED}", id="openstreetmap"),
    pytest.param(
        f"{GOOGLE}search/?api=1&query={ENCODED}",
        f"{GOOGLE}dir/?api=1&destination={ENCODED}",
        id="google",
        marks=pytest.mark.settings(map_provider="google"),
    ),
    pytest.param(
        f"{APPLE}?q={ENCODED}",
        f"{APPLE}?daddr={ENCODED}",
        id="apple",
        marks=pytest.mark.settings(map_provider="apple"),
    ),
]


@pytest.mark.parametrize(("on_map", "directions"), BY_POSITION)
async def test_by_position(gateway: Gateway, sandbox: Sandbox, on_map: str, directions: str) -> None:
    """A venue with a position is linked by it, in the map service of the settings."""
    assert await links(gateway, sandbox, PLACE | GEO) == (on_map, directions)


@pytest.mark.parametrize(("on_map", "directions"), BY_ADDRESS)
async def test_by_address(gateway: Gateway, sandbox: Sandbox, on_map: str, directions: str) -> None:
    """A venue with an address only is linked by it, percent-encoded."""
    assert await links(gateway, sandbox, PLACE) == (on_map, directions)


@pytest.mark.parametrize(
    ("place", "query"),
    [
        ({**PLACE, "geo": {"latitude": 0, "longitude": 0}}, "1 Heol y Tŷ & Sons #2, CF10 1EP"),
        ({"type": "Place", "name": "Hall", "containedInPlace": PLACE}, "1 Heol y Tŷ & Sons #2, CF10 1EP"),
        ({"type": "Place", "address": "Leeds, +44?"}, "Leeds, +44?"),
        ({"type": "Place", "name": "Hall"}, None),
        ({"type": "Place", "name": "Hall", "address": {"addressCountry": "FR"}}, None),
        ({"type": "Place", "name": "Hall", "address": {"streetAddress": " "}}, None),
    ],
)
async def test_what_is_known(gateway: Gateway, sandbox: Sandbox, place: Any, query: str | None) -> None:
    """A place that contains the venue serves too; without position and address there are no links."""
    on_map, directions = await links(gateway, sandbox, place)

    if query is None:
        assert (on_map, directions) == (None, None)
    else:
        assert parse_qs(urlsplit(on_map).query) == {"query": [query]}
        assert parse_qs(urlsplit(directions).query) == {"to": [query]}


@pytest.mark.parametrize(
    ("latitude", "longitude", "point"),
    [(51.0, 1e-07, "51/0"), (-0.0000001, 179.9999999, "0/180"), (1e-06, -1.5, "0.000001/-1.5")],
)
async def test_degrees(
    gateway: Gateway, sandbox: Sandbox, latitude: float, longitude: float, point: str
) -> None:
    """Degrees have no exponent, no negative zero and at most six decimals."""
    place = {"type": "Place", "name": "One", "geo": {"latitude": latitude, "longitude": longitude}}

    on_map, _ = await links(gateway, sandbox, place)

    assert on_map.partition("#")[2] == f"map=17/{point}"
