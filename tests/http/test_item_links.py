"""Links to a booked item as a calendar file and as a pass: who may open them, and how they fail."""

from typing import Any, NamedTuple

import pytest
import yarl

from gateway.auth import DEMO_CUSTOMER, Authenticate, Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.http.test_receipt_links import no_caller
from tests.support.calendars import CUSTOMER, book
from tests.support.links import statuses
from tests.support.wallets import apple_settings

ITEM = """query ($order: ID!) { viewer { id } order(identifier: $order) { id items {
  id calendarUrl walletPass { appleUrl } } } }"""


class Route(NamedTuple):
    """name: in errors. retry_after: of failures. field: from which a new link comes."""

    start: str
    end: str
    other: str
    name: str
    field: str
    retry_after: str | None


CALENDAR = Route("/calendar/", ".ics", "/wallet/{}.pkpass", "calendar", "calendarUrl", "60")
PASS = Route("/wallet/", ".pkpass", "/calendar/{}.ics", "pass", "walletPass", None)
each_route = pytest.mark.parametrize("route", [CALENDAR, PASS], ids=["calendar", "pass"])


async def item_of(sandbox: Sandbox, gateway: Gateway, settings: Settings, start: str) -> tuple[str, Any]:
    """The identifier of a new order, and what the demo's customer is shown of it."""
    order, _ = book(sandbox, start)
    async with gateway_listening(apple_settings(settings), demo_caller, sandbox.clock.now) as url:
        data = await Gateway(url, gateway.http).data(ITEM, order=order)
    return order, data


def path_of(shown: Any, route: Route) -> str:
    """Path and query of the link to the order's item."""
    [item] = shown["order"]["items"]
    url: str = item["calendarUrl"] if route is CALENDAR else item["walletPass"]["appleUrl"]
    return url[url.index(route.start) :]


def caller_of(customer: str) -> Authenticate:
    async def caller(_request: object) -> Caller:
        return Caller(customer)

    return caller


def error(message: str, code: str = "NOT_FOUND") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


@each_route
async def test_who_may_open(settings: Settings, gateway: Gateway, sandbox: Sandbox, route: Route) -> None:
    """The link works without a token until it expires; without the signature only its customer opens it."""
    _, shown = await item_of(sandbox, gateway, settings, "2026-11-08T10:00:00+00:00")
    link = path_of(shown, route)
    plain = link.partition("?")[0]
    sandbox.request_log.clear()

    async with gateway_listening(apple_settings(settings), no_caller, sandbox.clock.now) as url:
        found = await statuses(gateway, url, link, plain)
        for seconds in (299, 2):
            sandbox.clock.advance(seconds)
            found += await statuses(gateway, url, link)
    for customer in (DEMO_CUSTOMER, CUSTOMER):
        async with gateway_listening(apple_settings(settings), caller_of(customer), sandbox.clock.now) as url:
            found += await statuses(gateway, url, plain)

    assert found == [200, 401, 200, 403, 200, 404]
    assert sandbox.request_log.counts() == {"GET /orders/:id": 3}


@each_route
async def test_altered_links(settings: Settings, gateway: Gateway, sandbox: Sandbox, route: Route) -> None:
    """A link that is altered, or made of another one's parts, opens nothing and causes no request."""
    _, shown = await item_of(sandbox, gateway, settings, "2026-11-08T10:00:00+00:00")
    _, other = await item_of(sandbox, gateway, settings, "2026-11-09T10:00:00+00:00")
    end = route.end
    id_, _, query = path_of(shown, route).removeprefix(route.start).partition(f"{end}?")
    another = path_of(other, route).removeprefix(route.start).partition(end)[0]
    signature = query.partition("&")[2]
    altered = [
        f"{id_}{end}?ends=9999999999&{signature}",
        f"{id_}{end}?{signature}",
        f"{id_}{end}?{query}&x=1",
        f"{id_}{end}?x=1&{query}",
        f"{id_}{end}?{query[:-1]}{'0' if query[-1] != '0' else '1'}",
        f"{id_}x{end}?{query}",
        f"{another}{end}?{query}",
        f"{shown['order']['id']}{end}?{query}",
        f"{id_}?{query}",
        f"..%2F{id_}{end}?{query}",
        end,
        f"%00{end}",
        f"{'A' * 3_000}{end}",
    ]
    for_another_file = f"{route.other.format(id_)}?{query}"
    sandbox.request_log.clear()

    paths = [*(route.start + path for path in altered), for_another_file]
    async with gateway_listening(apple_settings(settings), no_caller, sandbox.clock.now) as url:
        found = await statuses(gateway, url, *paths)

    assert set(found) == {404}
    assert sandbox.request_log.entries == []


@each_route
async def test_other_ids(settings: Settings, gateway: Gateway, sandbox: Sandbox, route: Route) -> None:
    """The id of an order or a customer opens nothing, and neither does an item that is gone."""
    order, shown = await item_of(sandbox, gateway, settings, "2026-11-08T10:00:00+00:00")
    ids = [shown["viewer"]["id"], shown["order"]["id"], shown["order"]["items"][0]["id"]]
    sandbox.remove_order(order)
    sandbox.request_log.clear()
    found = []

    async with gateway_listening(apple_settings(settings), demo_caller, sandbox.clock.now) as url:
        for id_ in ids:
            async with gateway.http.get(f"{url}{route.start}{id_}{route.end}") as response:
                found.append((response.status, await response.json()))

    assert found == [(404, error(f"There is no such {route.name}."))] * 3
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


@each_route
async def test_failures(settings: Settings, gateway: Gateway, sandbox: Sandbox, route: Route) -> None:
    """If imin fails, or the link has expired, a program gets a coded error, and a person a page."""
    _, shown = await item_of(sandbox, gateway, settings, "2026-11-08T10:00:00+00:00")
    sandbox.faults.add(Fault("GET /orders/:id", "503", times=None))
    found, pages, waits = [], [], []

    async with gateway_listening(apple_settings(settings), no_caller, sandbox.clock.now) as url:
        link = yarl.URL(url + path_of(shown, route), encoded=True)
        for seconds in (0, 301):
            sandbox.clock.advance(seconds)
            async with gateway.http.get(link) as response:
                found.append((response.status, await response.json()))
            async with gateway.http.get(link, headers={"Accept": "text/html"}) as page:
                pages.append((page.status, (await page.text()).partition("<h1>")[2].partition("</h1>")[0]))
            waits.append((response.headers.get("Retry-After"), page.headers.get("Retry-After")))

    (failed, problem), expired = found
    assert (failed, problem["errors"][0]["extensions"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    again = f"This link has expired. Please query {route.field} again."
    assert expired == (403, error(again, "FORBIDDEN"))
    assert pages == [(503, "This cannot be opened right now"), (403, "This link has expired")]
    assert waits == [(route.retry_after, route.retry_after), (None, None)]
