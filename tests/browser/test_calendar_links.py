"""Links to calendars in a real browser."""

import asyncio
from pathlib import Path

from gateway.sandbox import Sandbox
from tests.auth.test_calendar_addresses import reset
from tests.conftest import Gateway
from tests.support.calendars import feed_url, read
from tests.support.processes import run_script

FIRST = "{ viewer { upcomingOrderItems(first: 1) { nodes { calendarUrl session { name } } } } }"


async def test_links(folder: Path, tmp_path: Path, gateway: Gateway, sandbox: Sandbox) -> None:
    """An item's link and a feed's address download a calendar; those that do not work show a page."""
    old = await feed_url(gateway, "1234")
    new = (await reset(gateway))["calendarFeed"]["url"]
    sandbox.clock.advance(-400)
    expired = (await gateway.data(FIRST))["viewer"]["upcomingOrderItems"]["nodes"][0]["calendarUrl"]
    sandbox.clock.advance(400)
    item = (await gateway.data(FIRST))["viewer"]["upcomingOrderItems"]["nodes"][0]

    seen = await asyncio.to_thread(
        run_script, folder, "links.mjs", tmp_path, item["calendarUrl"], new, old, expired
    )

    assert seen == ["booking.ics", "bookings.ics", "This link does not work", "This link has expired"]
    file, feed = ((tmp_path / str(number)).read_bytes() for number in range(2))
    assert [event.summary for event in read(file)] == [item["session"]["name"]]
    assert read(file)[0] in read(feed)
