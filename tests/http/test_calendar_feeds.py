"""Calendar feeds: what programs that poll them get, and what that costs imin."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.calendars import CUSTOMER, ReadEvent, book, feed_url, poll, read
from tests.support.cancellations import cancel

CACHED = pytest.mark.settings(cache_enabled=True)
START = "2026-11-08T10:00:00+00:00"


async def test_whole_feed(gateway: Gateway, sandbox: Sandbox) -> None:
    """The feed holds the customer's upcoming items, for one request to imin for each ten of them."""
    url = await feed_url(gateway, "1234")
    sandbox.request_log.clear()

    async with gateway.http.get(url) as response:
        body = await response.read()

    names = ("Content-Type", "Content-Disposition", "Cache-Control")
    assert (response.status, [response.headers[name] for name in names]) == (
        200,
        ["text/calendar; charset=utf-8", 'inline; filename="bookings.ics"', "private, no-cache"],
    )
    assert body.decode().split("\r\n")[4:8] == [
        "NAME:Bookings",
        "X-WR-CALNAME:Bookings",
        "REFRESH-INTERVAL;VALUE=DURATION:PT60M",
        "X-PUBLISHED-TTL:PT60M",
    ]
    events = read(body)
    listed = await gateway.data(
        "{ viewer { upcomingOrderItems(first: 100) { nodes { session { name startDate endDate } } } } }"
    )
    assert [(event.summary, event.starts, event.ends) for event in events] == [
        (node["session"]["name"], node["session"]["startDate"], node["session"]["endDate"])
        for node in listed["viewer"]["upcomingOrderItems"]["nodes"]
    ]
    assert (len(events), len({event.uid for event in events})) == (19, 19)
    assert "VALARM" not in body.decode()


async def test_addresses(gateway: Gateway) -> None:
    """The address for links that open a calendar program is the same with another scheme."""
    data = await gateway.data("{ viewer { calendarFeed { url webcalUrl } } }")

    feed = data["viewer"]["calendarFeed"]
    assert feed["url"].startswith(f"{gateway.url}/calendar/")
    assert feed["url"].endswith(".ics")
    assert feed["webcalUrl"] == feed["url"].replace("http://", "webcal://", 1)


async def test_no_bookings(gateway: Gateway) -> None:
    """Without a booking the feed is empty, and still a calendar: one must have a component."""
    status, body, _ = await poll(gateway, await feed_url(gateway, "unknown"))

    assert (status, read(body), body.count(b"BEGIN:VTIMEZONE")) == (200, [], 1)


@pytest.mark.settings(calendar_name="Café, Club", calendar_alarm_minutes=1_440, calendar_poll_minutes=30)
async def test_settings(gateway: Gateway, sandbox: Sandbox) -> None:
    """The operator chooses the name, the alarm and how often to poll; what is cancelled gets no alarm."""
    order, item = book(sandbox, START)
    url = await feed_url(gateway)
    _, before, _ = await poll(gateway, url)
    sandbox.seller_cancel(order, item)
    _, after, _ = await poll(gateway, url)

    assert "X-WR-CALNAME:Café\\, Club\r\n" in before.decode()
    assert b"X-PUBLISHED-TTL:PT30M\r\n" in before
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Hatha Yoga\r\nTRIGGER:-PT1440M\r\nEND:VALARM\r\n"
    assert (before.count(alarm), after.count(alarm)) == (1, 0)
    assert before.count(b"BEGIN:VALARM") - after.count(b"BEGIN:VALARM") == 1


@CACHED
async def test_cost_of_polls(gateway: Gateway, sandbox: Sandbox) -> None:
    """What polls of a feed with 25 bookings cost: nothing for five minutes, and little afterwards."""
    for _ in range(23):
        book(sandbox, START)
    url = await feed_url(gateway)
    pages = {"GET /order-items": 3}
    costs = []

    async def cost(etag: str = "", times: int = 1) -> tuple[set[int], str]:
        sandbox.request_log.clear()
        polls = await asyncio.gather(*(poll(gateway, url, etag) for _ in range(times)))
        costs.append(sandbox.request_log.counts())
        return {status for status, _, _ in polls}, polls[0][2]

    statuses, etag = await cost(times=5)
    assert statuses == {200}
    assert await cost() == ({200}, etag)
    assert await cost(etag, times=5) == ({304}, etag)
    assert await cost('"other", W/"more"') == ({200}, etag)
    assert await cost(f'"other", {etag}') == ({304}, etag)
    assert await cost("*") == ({304}, etag)
    assert costs == [pages, {}, {}, {}, {}, {}]


@pytest.mark.settings(cache_enabled=True, imin_webhook_key=SecretStr("customers"))
async def test_webhook(gateway: Gateway, sandbox: Sandbox) -> None:
    """After imin's webhook about the customer, the next poll shows what has changed."""
    url = await feed_url(gateway)
    _, before, etag = await poll(gateway, url)
    book(sandbox, START)
    assert (await poll(gateway, url, etag))[0] == 304

    webhook = f"{gateway.url}/webhooks/customer-accounts"
    body = {"identifier": CUSTOMER}
    async with gateway.http.post(webhook, json=body, headers={"X-Api-Key": "customers"}) as response:
        assert response.status == 204
    status, after, _ = await poll(gateway, url, etag)

    assert (status, len(read(after)) - len(read(before))) == (200, 1)


@pytest.mark.settings(
    cache_enabled=True, cache_fresh_seconds=0, calendar_fresh_seconds=0, cache_stale_seconds=0
)
async def test_old_feed_while_imin_is_down(gateway: Gateway, sandbox: Sandbox) -> None:
    """If imin is down, the feed is served as it was; without one, programs are asked to come later."""
    url, other = await feed_url(gateway), await feed_url(gateway, "1234")
    first = await poll(gateway, url)
    await poll(gateway, url)
    assert sandbox.request_log.counts() == {"GET /order-items": 2}  # both were too old to be served again
    sandbox.faults.add(Fault("GET /order-items", "503", times=None))

    assert await poll(gateway, url) == first
    async with gateway.http.get(other) as response:
        answer = await response.json()
    assert (response.status, response.headers["Retry-After"]) == (503, "60")
    assert answer["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"


@CACHED
async def test_own_cancellation(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation through the gateway shows in the next poll, however recent the last one was."""
    order, item = book(sandbox, START)
    url = await feed_url(gateway)
    _, before, etag = await poll(gateway, url)

    await cancel(gateway, order, [item])
    status, after, _ = await poll(gateway, url, etag)
    sandbox.confirm_now(order)
    _, confirmed, _ = await poll(gateway, url)

    assert status == 200
    states = [
        next(event for event in read(body) if event.starts == START) for body in (before, after, confirmed)
    ]
    assert [state.status for state in states] == ["CONFIRMED", "TENTATIVE", "CANCELLED"]
    assert len({state.uid for state in states}) == 1
    assert states[0].sequence < states[1].sequence < states[2].sequence


async def test_changes(gateway: Gateway, sandbox: Sandbox) -> None:
    """Each change raises the version of its entry alone; without one, nothing in the feed changes."""
    order, item = book(sandbox, START)
    url = await feed_url(gateway)
    changes: list[Callable[[], object]] = [
        lambda: sandbox.changes.move_session(
            order, item, datetime.fromisoformat("2026-11-09T18:30:00+00:00"), None
        ),
        lambda: sandbox.changes.move_session(order, item, datetime.fromisoformat(START), None),
        lambda: sandbox.changes.rename_session(order, item, "Pilates"),
        lambda: sandbox.changes.rename_venue(order, item, "Putney Lido"),
        lambda: sandbox.changes.set_text(order, item, "customerNotice", "Please bring a towel."),
        lambda: sandbox.changes.set_event_status(order, item, "EventPostponed"),
        lambda: sandbox.seller_cancel(order, item),
    ]
    _, body, etag = await poll(gateway, url)
    before, others, etags = _entry(body, "Hatha Yoga"), len(read(body)) - 1, {etag}

    for change in changes:
        change()
        assert (await poll(gateway, url, etag))[0] == 200
        _, body, etag = await poll(gateway, url)
        entry = _entry(body, "Pilates" if b"Pilates" in body else "Hatha Yoga")
        assert (entry.uid, entry.sequence > before.sequence) == (before.uid, True)
        sandbox.clock.advance(600)
        assert await poll(gateway, url, etag) == (304, b"", etag)
        assert (await poll(gateway, url))[1] == body
        before = entry
        etags.add(etag)

    assert entry.status == "CANCELLED"
    assert len({event.sequence for event in read(body) if event.uid != entry.uid}) == 1
    assert (others, len(etags)) == (2, len(changes))  # moved back, it says the same as at first


def _entry(body: bytes, name: str) -> ReadEvent:
    (entry,) = [event for event in read(body) if event.summary == name]
    return entry


async def test_item_and_feed_agree(gateway: Gateway, sandbox: Sandbox) -> None:
    """An item's own file has the same entry as the feed, so that importing both makes one."""
    order, _ = book(sandbox, START)
    query = "query ($order: ID!) { order(identifier: $order) { items { calendarUrl } } }"
    data = await gateway.data(query, order=order)

    _, feed, _ = await poll(gateway, await feed_url(gateway))
    _, file, _ = await poll(gateway, data["order"]["items"][0]["calendarUrl"])

    assert read(file) == [_entry(feed, "Hatha Yoga")]


@pytest.mark.parametrize("file", ["state.sqlite3", ""])
async def test_restart(
    settings: Settings, sandbox: Sandbox, gateway: Gateway, tmp_path: Path, file: str
) -> None:
    """After a restart the address opens, and no version is lower; with a state file, all are the same."""
    order, item = book(sandbox, START)
    changed = settings.but(state_path=str(tmp_path / file) if file else "")
    bodies = []
    for _ in range(2):
        async with gateway_listening(changed, demo_caller, sandbox.clock.now) as url:
            running = Gateway(url, gateway.http)
            address = await feed_url(running)
            bodies.append((await poll(running, address))[1])
            sandbox.clock.advance(60)
            sandbox.changes.rename_session(order, item, "Pilates")
            bodies.append((await poll(running, address))[1])
        sandbox.clock.advance(60)

    first, second, third, _ = ({event.uid: event.sequence for event in read(body)} for body in bodies)
    assert all(first[uid] <= second[uid] <= third[uid] for uid in first)
    assert (second == third) == bool(file)
    assert address.rpartition("/")[2] == (await feed_url(gateway)).rpartition("/")[2]


async def test_repeated_items(gateway: Gateway, sandbox: Sandbox) -> None:
    """Items that imin lists twice under one identifier have an entry each, since ids in a file are unique."""
    order = sandbox.add_order(CUSTOMER, items=2)["identifier"]
    for item in sandbox.store.for_update(order)["orderedItem"]:
        item["identifier"] = "same"

    _, body, _ = await poll(gateway, await feed_url(gateway))

    uids = [event.uid for event in read(body)]
    assert (len(uids), len(set(uids))) == (4, 4)
