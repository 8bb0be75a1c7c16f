"""Requests to imin: what they carry, how long they last, how much they read, what their errors mean."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.imin.client import ClientOptions, IminClient
from gateway.imin.endpoints.customer_account import CUSTOMER_ACCOUNT, read_account
from gateway.imin.endpoints.orders import ORDER, ORDER_PAGE
from gateway.imin.endpoints.orders import read_order as order_from_json
from gateway.imin.errors import IminError, NotFound, Refused, TimedOut, Unreadable, UpstreamUnavailable
from gateway.imin.routes import Route
from gateway.sandbox import Fault, Sandbox
from tests.support.disclosure import disclosed
from tests.support.imin import (
    DOCUMENTED,
    declared_endpoints,
    example_key,
    read_order,
    read_orders,
    repository,
)
from tests.support.waiting import PLENTY

Call = Callable[[IminClient], Awaitable[Any]]


async def receipt(client: IminClient, identifier: str) -> bytes:
    async with client.receipt(identifier) as content:
        return b"".join([piece async for piece in content.pieces])


def reading(endpoint: Any) -> Call:
    return lambda client: repository(client).get_now(endpoint, example_key(endpoint))


def route(endpoint: Any) -> str:
    return Route(
        "GET",
        endpoint.path.replace("{customer_accounts}", "customer-accounts").replace(
            "{linked_accounts}", "linked-accounts"
        ),
    ).name


READS: dict[str, Call] = {route(endpoint): reading(endpoint) for endpoint in declared_endpoints()} | {
    "GET /receipts/:id": lambda client: receipt(client, "1")
}
"""A read of each endpoint, by the name that the sandbox's log has for it."""


def options(url: str, **changes: Any) -> ClientOptions:
    values: dict[str, Any] = {
        "base_url": url,
        "search_base_url": url.replace("/api/v2", "/search"),
        "api_key": SecretStr("sandbox-key"),
        "timeout_seconds": PLENTY,
        "cancel_timeout_seconds": PLENTY,
        "max_answer_bytes": 1_048_576,
        "max_receipt_bytes": 1_048_576,
        "customer_accounts_path": "customer-accounts",
        "linked_accounts_path": "linked-accounts",
    }
    return ClientOptions(**(values | changes))


@pytest.fixture
async def client(imin: tuple[Sandbox, str]) -> AsyncIterator[IminClient]:
    async with IminClient(options(imin[1])) as client:
        yield client


async def test_reads(client: IminClient, sandbox: Sandbox) -> None:
    """Each endpoint is read with one request."""
    for call in READS.values():
        await call(client)

    assert sandbox.request_log.counts() == dict.fromkeys(READS, 1)


FAILURES = [
    ("html_200", Unreadable),
    ("empty_200", Unreadable),
    ("huge", Unreadable),
    ("redirect", Unreadable),
    ("gzip_bomb", Unreadable),
    ("truncate", (UpstreamUnavailable, Unreadable)),
    ("reset", UpstreamUnavailable),
    ("500", UpstreamUnavailable),
    ("502_html", UpstreamUnavailable),
    ("503", UpstreamUnavailable),
    ("429", UpstreamUnavailable),
    ("kong_401", UpstreamUnavailable),
    ("express_400", Refused),
]


@pytest.mark.parametrize("route", READS)
@pytest.mark.parametrize(("kind", "error"), FAILURES)
async def test_failures(
    client: IminClient, sandbox: Sandbox, route: str, kind: Any, error: type[IminError]
) -> None:
    """Each failure raises its kind of error, and its text holds no key, address or identifier."""
    sandbox.faults.add(Fault(route, kind, times=None, megabytes=3))

    with pytest.raises(error) as failure:
        await READS[route](client)

    text = f"{failure.value} {failure.value!r}"
    assert disclosed(text, "sandbox-key", "127.0.0.1", "http", "1234", DOCUMENTED, "@") == []


@pytest.mark.parametrize("route", READS)
@pytest.mark.parametrize("kind", ["black_hole", "slow_drip"])
async def test_too_slow(imin: tuple[Sandbox, str], sandbox: Sandbox, route: str, kind: Any) -> None:
    """A response that is not complete before the deadline, headers and body, times out."""
    sandbox.faults.add(Fault(route, kind, times=None))

    async with IminClient(options(imin[1], timeout_seconds=0.2)) as client:
        with pytest.raises(TimedOut):
            await READS[route](client)


async def test_redirect_not_followed(client: IminClient, sandbox: Sandbox) -> None:
    """A redirect is not followed, not even to the same host: the key would go along."""
    here = f"{client._options.base_url}/receipts/1"  # noqa: SLF001  # the address is the point
    sandbox.faults.add(Fault("GET /orders/:id", "redirect", times=None, location=here))

    with pytest.raises(Unreadable):
        await read_order(client, DOCUMENTED)

    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


@pytest.mark.parametrize("kind", ["502_html", "503"])
async def test_get_repeated_once(client: IminClient, sandbox: Sandbox, kind: Any) -> None:
    """A GET that fails once is repeated once."""
    sandbox.faults.add(Fault("GET /orders/:id", kind, times=1))

    order = await read_order(client, DOCUMENTED)

    assert order.order_number == "29"
    assert sandbox.request_log.counts() == {"GET /orders/:id": 2}


async def test_get_not_repeated_again(client: IminClient, sandbox: Sandbox) -> None:
    """A GET that fails again is not repeated again."""
    sandbox.faults.add(Fault("GET /orders/:id", "503", times=None))

    with pytest.raises(UpstreamUnavailable):
        await read_order(client, DOCUMENTED)

    assert sandbox.request_log.counts() == {"GET /orders/:id": 2}


@pytest.mark.parametrize(
    ("kind", "sent", "answered"),
    [
        ("500", True, True),
        ("502_html", True, True),
        ("html_200", True, True),
        ("late", True, False),
        ("reset", True, False),
        ("black_hole", True, False),
        ("503", False, True),
        ("429", False, True),
        ("kong_401", False, False),
    ],
)
async def test_patch_never_repeated(
    imin: tuple[Sandbox, str], sandbox: Sandbox, kind: Any, *, sent: bool, answered: bool
) -> None:
    """A PATCH is sent once; it counts as sent unless imin states that it did nothing."""
    sandbox.faults.add(Fault("PATCH /orders/:id", kind, times=None))
    seconds = 1 if kind == "black_hole" else PLENTY

    async with IminClient(options(imin[1], cancel_timeout_seconds=seconds)) as client:
        with pytest.raises(UpstreamUnavailable) as failure:
            await client.cancel(DOCUMENTED, ["abcd"])

    assert (failure.value.sent, failure.value.answered) == (sent, answered)
    assert sandbox.request_log.counts() == {"PATCH /orders/:id": 1}


async def test_connection_refused() -> None:
    """If the connection is refused, nothing was sent."""
    async with IminClient(options("http://127.0.0.1:1")) as client:
        with pytest.raises(UpstreamUnavailable) as failure:
            await client.cancel(DOCUMENTED, ["abcd"])

    assert failure.value.sent is False


async def test_retry_after(client: IminClient, sandbox: Sandbox) -> None:
    """imin's Retry-After is passed on in seconds."""
    sandbox.faults.add(Fault("GET /orders", "429", times=None, retry_after=400))

    with pytest.raises(UpstreamUnavailable) as failure:
        await read_orders(client, "1234", 1)

    assert failure.value.retry_after == 400.0
    assert sandbox.request_log.counts() == {"GET /orders": 1}


@pytest.mark.parametrize(
    ("kind", "route"), [("wrong_page", "GET /orders"), ("wrong_order", "GET /orders/:id")]
)
async def test_other_than_requested(client: IminClient, sandbox: Sandbox, kind: Any, route: str) -> None:
    """A response about something other than was requested is refused."""
    sandbox.faults.add(Fault(route, kind, times=None))

    with pytest.raises(Unreadable):
        await READS[route](client)


def test_names_are_unique() -> None:
    """No two endpoints share cache keys."""
    names = [endpoint.name for endpoint in declared_endpoints()]

    assert names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "identifier", ["..", "../receipts/1", "a/b", "a%2Fb", "1?x=1", "1#x", "1\n", "*", "", "a" * 200]
)
async def test_malformed_identifiers(client: IminClient, sandbox: Sandbox, identifier: str) -> None:
    """An identifier that could lead to another path names nothing, and no request is sent."""
    for endpoint in declared_endpoints():
        if "{customer}" in endpoint.path:
            assert await client.fetch(endpoint, (identifier, *example_key(endpoint)[1:])) is None
        if "{identifier}" in endpoint.path:
            assert await client.fetch(endpoint, ("1234", identifier)) is None
    with pytest.raises(NotFound):
        await receipt(client, identifier)
    with pytest.raises(NotFound):
        await client.cancel(identifier, ["abcd"])

    assert sandbox.request_log.entries == []


async def test_unknown(client: IminClient) -> None:
    """What imin does not have is None; an unknown customer has an empty list."""
    imin = repository(client)

    assert await imin.get_now(ORDER, ("", "999999")) is None
    assert await imin.get_now(CUSTOMER_ACCOUNT, ("999999",)) is None
    assert (await imin.get_now(ORDER_PAGE, ("nobody", 1))).items == ()
    with pytest.raises(NotFound):
        await receipt(client, "999999")


async def test_wrong_key(imin: tuple[Sandbox, str]) -> None:
    """If imin refuses the API key, that is an outage, not a refusal of the customer's request."""
    async with IminClient(options(imin[1], api_key=SecretStr("wrong"))) as client:
        with pytest.raises(UpstreamUnavailable, match=r"imin refuses the gateway's key \(401\)"):
            await read_order(client, DOCUMENTED)


async def test_secret_stays_inside(imin: tuple[Sandbox, str]) -> None:
    """The key shows in no repr."""
    assert "sandbox-key" not in repr(options(imin[1]))


@pytest.mark.parametrize("refused", [True, False])
async def test_page_beyond_the_end(client: IminClient, sandbox: Sandbox, *, refused: bool) -> None:
    """A page beyond the end is empty, also if imin refuses its number as a bad parameter."""
    if refused:
        sandbox.faults.add(Fault("GET /orders", "express_400", times=None, match="page=9"))

    page = await read_orders(client, "small", 9)

    assert (page.items, page.is_beyond_the_end) == ((), True)


def test_another_account() -> None:
    """The account of another customer is refused."""
    account = b'{"@type": "CustomerAccount", "identifier": "abc", "customer": {"email": "a@b.c"}}'

    assert read_account(account, ("abc",), None).identifier == "abc"
    with pytest.raises(Unreadable):
        read_account(account, ("xyz",), None)


def test_order_without_identifier() -> None:
    """An order need not repeat the identifier it was requested by; an order with another one is refused."""
    order = b'{"@type": "Order", "orderNumber": "1", "orderedItem": [{"identifier": "a"}]}'

    assert order_from_json(order, ("", "x"), None).identifier == "x"
    with pytest.raises(Unreadable):
        order_from_json(order.replace(b'"orderNumber"', b'"identifier"'), ("", "x"), None)


@pytest.mark.parametrize("body", [b"{}", b'{"@type": "NotFoundError"}', b"[]", b'"page"'])
def test_no_page(body: bytes) -> None:
    """What is no page of a list is not taken for an empty one."""
    with pytest.raises(Unreadable):
        ORDER_PAGE.read(body, ("1234", 1), None)
