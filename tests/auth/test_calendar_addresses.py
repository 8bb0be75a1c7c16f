"""A calendar feed can be read by all who know its address, until the customer resets it."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.auth import Authenticate, Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.http.test_receipt_links import no_caller
from tests.support.calendars import CUSTOMER, book, feed_url, poll, read
from tests.support.links import statuses

RESET = """mutation ($input: ResetCalendarFeedInput!) { resetCalendarFeed(input: $input) { result {
  __typename
  ... on CalendarFeedReset { calendarFeed { url webcalUrl } customer { identifier calendarFeed { url } } }
  ... on Error { code message } } } }"""
NOT_FOUND = {
    "__typename": "CustomerNotFoundError",
    "code": "CUSTOMER_NOT_FOUND",
    "message": "There is no such customer.",
}


def caller_of(customer: str | None, *, is_service: bool = False) -> Authenticate:
    async def caller(_request: object) -> Caller:
        return Caller(customer, may_name_any_customer=is_service, name="service" if is_service else "")

    return caller


async def reset(gateway: Gateway, **input_: Any) -> dict[str, Any]:
    data = await gateway.data(RESET, input=input_)
    result: dict[str, Any] = data["resetCalendarFeed"]["result"]
    return result


async def test_no_token(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """The address opens without a token, and no token changes what it opens."""
    url = await feed_url(gateway)
    expected = await poll(gateway, url)

    for authenticate in (no_caller, caller_of("1234")):
        async with gateway_listening(settings, authenticate, sandbox.clock.now) as other:
            assert await poll(gateway, url.replace(gateway.url, other)) == expected


async def test_reset(gateway: Gateway, sandbox: Sandbox) -> None:
    """After a reset only the new address opens; those of other customers are as before."""
    old, other = await feed_url(gateway, "1234"), await feed_url(gateway)
    _, body, etag = await poll(gateway, old)

    results = [await reset(gateway) for _ in range(2)]

    urls = [result["calendarFeed"]["url"] for result in results]
    assert results[1] == {
        "__typename": "CalendarFeedReset",
        "calendarFeed": {"url": urls[1], "webcalUrl": urls[1].replace("http:", "webcal:", 1)},
        "customer": {"identifier": "1234", "calendarFeed": {"url": urls[1]}},
    }
    assert len({old, *urls}) == 3
    sandbox.request_log.clear()
    for url in (old, urls[0]):
        assert (await poll(gateway, url))[0] == (await poll(gateway, url, etag))[0] == 404
    assert sandbox.request_log.entries == []
    assert (await poll(gateway, urls[1]))[:2] == (200, body)
    assert await feed_url(gateway, "1234") == urls[1]
    assert (await poll(gateway, other))[0] == 200


@pytest.mark.settings(cache_enabled=True)
async def test_reset_of_a_cached_feed(gateway: Gateway) -> None:
    """A feed that is cached does not open at its old address either."""
    old = await feed_url(gateway, "1234")
    await poll(gateway, old)

    await reset(gateway)

    assert (await poll(gateway, old))[0] == 404


async def test_who_may_reset(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A customer resets their own feed alone; a service names the customer, by id or identifier."""
    data = await gateway.data(
        '{ viewer { id orders(first: 1) { nodes { id } } } customer(identifier: "small") { id } }'
    )
    own, order, other = (
        data["viewer"]["id"],
        data["viewer"]["orders"]["nodes"][0]["id"],
        data["customer"]["id"],
    )
    urls = [await feed_url(gateway, "1234"), await feed_url(gateway)]
    sandbox.request_log.clear()

    async with gateway_listening(settings, caller_of("1234"), sandbox.clock.now) as url:
        customer = Gateway(url, gateway.http)
        refused = [
            await reset(customer, customerId=id_)
            for id_ in ("small", other, order, "", "../1", own[:-1], "é", "1234\n")
        ]
        done = [await reset(customer, customerId=id_) for id_ in (own, "1234", None)]
    async with gateway_listening(settings, caller_of(None, is_service=True), sandbox.clock.now) as url:
        service = Gateway(url, gateway.http)
        refused += [await reset(service), await reset(service, customerId=order)]
        done += [await reset(service, customerId=id_) for id_ in (other, "small")]

    assert refused == [NOT_FOUND] * 10
    assert [result["__typename"] for result in done] == ["CalendarFeedReset"] * 5
    assert [result["customer"]["identifier"] for result in done] == ["1234"] * 3 + ["small"] * 2
    assert [(await poll(gateway, url))[0] for url in urls] == [200, 200]  # these gateways share no state
    assert "POST" not in str(sandbox.request_log.counts())


@pytest.mark.settings(id_secret=(SecretStr("the first secret"),))
async def test_rotation(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """An address survives the rotation of secrets, and ends with the secret that signed it."""
    url = await feed_url(gateway)
    path, statuses = url.removeprefix(gateway.url), []
    _, before, _ = await poll(gateway, url)
    sandbox.request_log.clear()

    for secrets in (("second-secret-of-16", "the first secret"), ("second-secret-of-16",)):
        changed = settings.but(id_secret=tuple(map(SecretStr, secrets)))
        async with gateway_listening(changed, demo_caller, sandbox.clock.now) as base:
            status, body, _ = await poll(gateway, base + path)
            statuses.append(status)
            assert body == before or status != 200
            assert await feed_url(Gateway(base, gateway.http)) != base + path

    assert statuses == [200, 404]
    assert sandbox.request_log.counts() == {"GET /order-items": 1}


async def test_altered(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """An address that is altered, or an id of something else, opens nothing and causes no request."""
    url, other = await feed_url(gateway), await feed_url(gateway, "1234")
    data = await gateway.data("{ viewer { id upcomingOrderItems(first: 1) { nodes { id calendarUrl } } } }")
    item = data["viewer"]["upcomingOrderItems"]["nodes"][0]
    id_, foreign = (address.rpartition("/")[2].removesuffix(".ics") for address in (url, other))
    query = item["calendarUrl"].partition("?")[2]
    changed = [id_[:at] + ("A" if id_[at] != "A" else "B") + id_[at + 1 :] for at in range(len(id_))]
    paths = [
        *(f"{one}.ics" for one in changed),
        f"{id_[:24]}{foreign[24:]}.ics",
        f"{id_[:-1]}.ics",
        f"{id_}A.ics",
        f"{id_}=.ics",
        f"{id_}.ics/",
        id_,
        f"{id_}.ICS",
        f"{data['viewer']['id']}.ics",
        f"{item['id']}.ics",
        f"{changed[0]}.ics?{query}",
        "small.ics",
        "..%2Fsmall.ics",
        "%00.ics",
    ]
    sandbox.request_log.clear()

    async with gateway_listening(settings, no_caller, sandbox.clock.now) as base:
        found = await statuses(gateway, base, *(f"/calendar/{path}" for path in paths))
        assert (await poll(gateway, f"{base}/calendar/{id_}.ics"))[0] == 200

    assert set(found) <= {401, 404}
    assert sandbox.request_log.counts() == {"GET /order-items": 1}


async def test_no_global_id(gateway: Gateway, sandbox: Sandbox) -> None:
    """A feed's id finds no node, opens no receipt, and cancels nothing."""
    id_ = (await feed_url(gateway)).rpartition("/")[2].removesuffix(".ics")
    sandbox.request_log.clear()

    data = await gateway.data("query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }", id=id_)

    assert data == {"node": None, "nodes": [None]}
    async with gateway.http.get(f"{gateway.url}/receipts/{id_}") as response:
        assert response.status == 404
    assert sandbox.request_log.entries == []


async def test_uids_tell_nothing(gateway: Gateway, sandbox: Sandbox) -> None:
    """Neither the feed nor an item's file has an id that could be used, an identifier, or a person."""
    order, item = book(sandbox, "2026-11-08T10:00:00+00:00")
    account = sandbox.account("small")["customer"]
    query = "query ($order: ID!) { order(identifier: $order) { id items { id calendarUrl } } }"
    (shown,) = (data := await gateway.data(query, order=order))["order"]["items"]
    _, feed, _ = await poll(gateway, await feed_url(gateway))
    _, file, _ = await poll(gateway, shown["calendarUrl"])

    persons = [account[name] for name in ("givenName", "familyName", "email", "telephone")]
    hidden = [order, item, shown["id"], data["order"]["id"], CUSTOMER, "sandbox-key", *persons]
    text = (feed + file).decode().replace("\r\n ", "")
    assert [one for one in hidden if one in text] == []
    assert {event.uid for event in read(file)} < {event.uid for event in read(feed)}


async def test_reset_survives_a_restart(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, tmp_path: Path
) -> None:
    """With a state file, an old address stays invalid after a restart. The file names no customer."""
    changed = settings.but(state_path=str(tmp_path / "state.sqlite3"))
    async with gateway_listening(changed, demo_caller, sandbox.clock.now) as url:
        running = Gateway(url, gateway.http)
        old = (await feed_url(running, "receipts")).removeprefix(url)
        new = (await reset(running, customerId="receipts"))["calendarFeed"]["url"].removeprefix(url)

    async with gateway_listening(changed, demo_caller, sandbox.clock.now) as url:
        statuses = [(await poll(gateway, url + path))[0] for path in (old, new)]

    assert statuses == [404, 200]
    assert b"receipts" not in _content(tmp_path)


def _content(folder: Path) -> bytes:
    return b"".join(part.read_bytes() for part in folder.iterdir())


async def test_unusable_state(settings: Settings, gateway: Gateway, sandbox: Sandbox, tmp_path: Path) -> None:
    """While the state file cannot be written, a reset says that it did not happen, and no feed is made."""
    file = tmp_path / "state.sqlite3"
    changed = settings.but(state_path=str(file))
    async with gateway_listening(changed, demo_caller, sandbox.clock.now) as url:
        running = Gateway(url, gateway.http)
        address = await feed_url(running, "1234")
        for part in (file, tmp_path / "state.sqlite3-wal"):
            part.write_bytes(b"overwritten" * 1_000)
        result = await reset(running)
        status, body, _ = await poll(gateway, address)

    assert result == {
        "__typename": "CalendarFeedUnavailableError",
        "code": "CALENDAR_FEED_UNAVAILABLE",
        "message": "The address of the calendar cannot be changed at the moment. Please try again later.",
    }
    assert (status, json.loads(body)["errors"][0]["extensions"]["code"]) == (503, "SERVICE_UNAVAILABLE")


async def test_logs(gateway: Gateway, capsys: pytest.CaptureFixture[str]) -> None:
    """A log line names neither the address nor the customer, but the customer's pseudonym."""
    url = await feed_url(gateway)
    id_ = url.rpartition("/")[2].removesuffix(".ics")
    capsys.readouterr()

    await poll(gateway, url)
    await poll(gateway, url[:-5] + ".ics")
    logged = "".join(capsys.readouterr())

    assert logged.count("GET /calendar/{id}.ics") == 2
    assert [secret for secret in (id_, id_[:20], "'small'") if secret in logged] == []


async def test_person(gateway: Gateway) -> None:
    """A person whose address does not open gets a page."""
    url = await feed_url(gateway, "1234")
    await reset(gateway)

    async with gateway.http.get(url, headers={"Accept": "text/html"}) as response:
        page = await response.text()

    assert (response.status, "<h1>This link does not work</h1>" in page) == (404, True)
