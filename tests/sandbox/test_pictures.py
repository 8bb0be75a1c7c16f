"""The pictures that the sandbox's documents refer to come from the sandbox itself."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from gateway.sandbox.data.customers import CUSTOMERS
from gateway.sandbox.data.pictures import PICTURES
from tests.sandbox.conftest import DOCUMENTED, Imin

PICTURE = re.compile(r'"(https?://[^"]+\.(?:svg|png|jpe?g))"')
KEY = {"X-API-KEY": "sandbox-key"}


def origin(imin: Imin) -> str:
    return str(imin.server.make_url("")).rstrip("/")


@pytest.mark.parametrize("customer", [one.identifier for one in CUSTOMERS])
async def test_all_pictures(imin: Imin, customer: str) -> None:
    """Every picture of every list is an SVG that the sandbox serves, without a key or a logged request."""
    lists = (f"orders?customerIdentifier={customer}", f"order-items?customerIdentifier={customer}")
    urls: set[str] = set()
    for path in lists:
        async with imin.http.get(f"{origin(imin)}/api/v2/{path}", headers=KEY) as response:
            urls |= set(PICTURE.findall(await response.text()))
    before = len(imin.sandbox.request_log.entries)

    for url in sorted(urls):
        assert url.startswith(f"{origin(imin)}/pictures/")
        async with imin.http.get(url) as response:
            svg = ET.fromstring(await response.text())  # noqa: S314  # our own
        assert (response.status, response.content_type) == (200, "image/svg+xml")
        assert {"viewBox", "width", "height"} <= svg.attrib.keys()

    assert len(imin.sandbox.request_log.entries) == before


async def test_documented_pictures(imin: Imin) -> None:
    """The documented order has the URLs of imin's documentation."""
    order = json.dumps(await imin.get(f"/orders/{DOCUMENTED}"))

    assert PICTURE.findall(order)
    assert PICTURES not in order


@pytest.mark.parametrize("path", ["", "x.svg", "sessions/x.svg", "logos/..%2Fx.svg", "tickets/a%22.svg"])
async def test_unknown(imin: Imin, path: str) -> None:
    """There is no other picture."""
    async with imin.http.get(f"{origin(imin)}/pictures/{path}") as response:
        assert response.status == 404


async def test_strange_host(imin: Imin) -> None:
    """A Host header cannot write into a document."""
    url = f"{origin(imin)}/api/v2/orders?customerIdentifier=small"
    async with imin.http.get(url, headers={"Host": 'x","y":"z', **KEY}) as response:
        assert "pictures.invalid" in await response.text()
