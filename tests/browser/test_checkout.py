"""The sandbox's checkout pages in a real browser."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from gateway.sandbox import Sandbox
from tests.support.checkout_bodies import LINKS, PATH, body, booked, item
from tests.support.processes import run_script


async def test_pages(folder: Path, imin: tuple[Sandbox, str]) -> None:
    """Every page fits a phone and a desktop, and has no barriers, in light and dark colours."""
    sandbox, base = imin[0], imin[1].removesuffix("/api/v2")
    async with aiohttp.ClientSession(base) as http:
        asks = await _page(http, item(booked(sandbox)[0]))
        sold, offer = booked(sandbox)
        customer = {"customer": "1234", "broker": {"name": "Globex"}}
        group = await _page(http, *[item(sold, offer, one) for one in ("abc", "group")], **customer)
        paid, cancelled = [await _page(http, item(booked(sandbox)[0]), **customer) for _ in range(2)]
        for page, action in ((paid, "pay"), (cancelled, "cancel")):
            async with http.post(page, data={"action": action}, allow_redirects=False) as response:
                assert response.status == 303
        sandbox.checkout.lifetime_seconds = 0
        expired = await _page(http, item(booked(sandbox)[0]), **customer)
        nothing = f"{base}/v1/slots/nothing"

        seen = await asyncio.to_thread(
            run_script, folder, "checkout.mjs", asks, group, paid, cancelled, expired, nothing
        )

    *headings, refused = seen["headings"]
    assert headings[2:] == ["You are booked", "Checkout cancelled", "Checkout expired", "Not available"]
    assert refused == headings[0]
    assert seen["problems"] == []
    assert seen["alert"] == "Please enter your name and your e-mail address."
    assert seen["invalid"] == ["familyName", "email"]
    assert seen["cspViolations"] == []


async def _page(http: aiohttp.ClientSession, *items: Any, **order: Any) -> str:
    request = body(*items, **order) | {"imin:navigationLinks": LINKS}
    async with http.post(PATH, json=request) as response:
        created = await response.json()
    return str(created["potentialAction"][0]["target"])
