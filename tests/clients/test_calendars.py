"""ical.js, which calendar programs on the web use, reads a feed as the two libraries of Python do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.calendars import CUSTOMER, feed_url, poll, read
from tests.support.processes import installed, run_script


@pytest.fixture(scope="module")
def clients() -> Path:
    """The npm project with the tools and the scripts that use them."""
    return installed(Path(__file__).parent)


async def test_same_events(clients: Path, gateway: Gateway, sandbox: Sandbox, tmp_path: Path) -> None:
    """All three agree on uids, times, statuses, versions and names, all year and when the clocks change."""
    orders = []
    for start in ("2026-11-08T10:00:00+00:00", "2027-03-28T00:30:00+00:00", "2027-07-01T10:00:00+01:00"):
        order = sandbox.add_order(CUSTOMER, start=datetime.fromisoformat(start))
        orders.append((order["identifier"], order["orderedItem"][0]["identifier"]))
    for hours in range(4):
        sandbox.add_order(CUSTOMER, start=datetime(2027, 10, 31, tzinfo=UTC) + timedelta(hours=hours))
    sandbox.changes.rename_session(*orders[0], "Yoga, Tai Chi; “Ünïcode” \\ all levels " + "é" * 60)
    sandbox.seller_cancel(*orders[1])
    sandbox.changes.set_event_status(*orders[2], "EventPostponed")
    _, body, _ = await poll(gateway, await feed_url(gateway))
    file = tmp_path / "feed.ics"
    file.write_bytes(body)

    seen = run_script(clients, "calendars.mjs", file)

    expected = [event._asdict() for event in read(body)]
    assert seen == expected
    assert len(seen) == 9
    assert {event["status"] for event in seen} == {"CONFIRMED", "CANCELLED", "TENTATIVE"}
