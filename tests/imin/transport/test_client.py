"""The requests to imin: what they carry, how long they last, how much they read, what their errors mean."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.imin.client import ClientOptions, IminClient
from gateway.imin.errors import IminError, NotFound, Refused, TimedOut, Unreadable, UpstreamUnavailable
from gateway.imin.parse import read_account, read_order, read_orders
from gateway.sandbox import Fault, Sandbox
from tests.support.disclosure import disclosed

DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"

Call = Callable[[IminClient], Awaitable[Any]]


async def receipt(client: IminClient, identifier: str) -> bytes:
    async with client.receipt(identifier) as content:
        return b"".join([piece async for piece in content.pieces])


READS: dict[str, Call] = {
    "GET /orders": lambda client: client.orders("1234", 1),
    "GET /orders/:id": lambda client: client.order(DOCUMENTED),
    "GET /order-items": lambda client: client.upcoming_order_items("1234", 1),
    "GET /receipts/:id": lambda client: receipt(client, "1"),
    "GET /customer-accounts/:id": lambda client: client.customer_account("abc"),
}


def options(url: str, **changes: Any) -> ClientOptions:
    values: dict[str, Any] = {
        "base_url": url,
        "api_key": SecretStr("sandbox-key"),
        "timeout_seconds": 5.0,
        "cancel_timeout_seconds": 5.0,
        "max_answer_bytes": 1_048_576,
        "max_receipt_bytes": 1_048_576,
        "customer_accounts_path": "customer-accounts",
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

    assert sandbox.ledger.counts() == dict.fromkeys(READS, 1)


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
    """Every way to fail is an error of its kind, whose text holds no key, address or identifier."""
    sandbox.faults.add(Fault(route, kind, times=None, megabytes=3))

    with pytest.raises(error) as failure:
        await READS[route](client)

    text = f"{failure.value} {failure.value!r}"
    assert disclosed(text, "sandbox-key", "127.0.0.1", "http", "1234", DOCUMENTED, "@") == []


@pytest.mark.parametrize("route", READS)
@pytest.mark.parametrize("kind", ["black_hole", "slow_drip"])
async def test_too_slow(imin: tuple[Sandbox, str], sandbox: Sandbox, route: str, kind: Any) -> None:
    """An answer that does not come whole before the deadline, headers and body, is given up."""
    sandbox.faults.add(Fault(route, kind, times=None))

    async with IminClient(options(imin[1], timeout_seconds=0.2)) as client:
        with pytest.raises(TimedOut):
            await READS[route](client)


async def test_redirect_not_followed(client: IminClient, sandbox: Sandbox) -> None:
    """A redirect is not followed, not even to the same host: the key would go along."""
    here = f"{client._options.base_url}/receipts/1"  # noqa: SLF001  # the address is the point
    sandbox.faults.add(Fault("GET /orders/:id", "redirect", times=None, location=here))

    with pytest.raises(Unreadable):
        await client.order(DOCUMENTED)

    assert sandbox.ledger.counts() == {"GET /orders/:id": 1}


@pytest.mark.parametrize("kind", ["502_html", "503"])
async def test_get_repeated_once(client: IminClient, sandbox: Sandbox, kind: Any) -> None:
    """A GET that fails in passing is repeated once."""
    sandbox.faults.add(Fault("GET /orders/:id", kind, times=1))

    order = await client.order(DOCUMENTED)

    assert order.order_number == "29"
    assert sandbox.ledger.counts() == {"GET /orders/:id": 2}


async def test_get_not_repeated_again(client: IminClient, sandbox: Sandbox) -> None:
    """A GET that goes on failing is given up after the second time."""
    sandbox.faults.add(Fault("GET /orders/:id", "503", times=None))

    with pytest.raises(UpstreamUnavailable):
        await client.order(DOCUMENTED)

    assert sandbox.ledger.counts() == {"GET /orders/:id": 2}


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
    """A PATCH is sent once; it counts as sent unless imin itself says that it did nothing."""
    sandbox.faults.add(Fault("PATCH /orders/:id", kind, times=None))
    seconds = 0.2 if kind == "black_hole" else 5.0

    async with IminClient(options(imin[1], cancel_timeout_seconds=seconds)) as client:
        with pytest.raises(UpstreamUnavailable) as failure:
            await client.cancel(DOCUMENTED, ["abcd"])

    assert (failure.value.sent, failure.value.answered) == (sent, answered)
    assert sandbox.ledger.counts() == {"PATCH /orders/:id": 1}


async def test_nobody_there() -> None:
    """Where nobody listens, nothing was sent."""
    async with IminClient(options("http://127.0.0.1:1")) as client:
        with pytest.raises(UpstreamUnavailable) as failure:
            await client.cancel(DOCUMENTED, ["abcd"])

    assert failure.value.sent is False


async def test_retry_after(client: IminClient, sandbox: Sandbox) -> None:
    """imin's wish to be left alone is passed on in seconds."""
    sandbox.faults.add(Fault("GET /orders", "429", times=None, retry_after=7))

    with pytest.raises(UpstreamUnavailable) as failure:
        await client.orders("1234", 1)

    assert failure.value.retry_after == 7.0
    assert sandbox.ledger.counts() == {"GET /orders": 1}


@pytest.mark.parametrize(
    ("kind", "route"), [("wrong_page", "GET /orders"), ("wrong_order", "GET /orders/:id")]
)
async def test_other_than_asked(client: IminClient, sandbox: Sandbox, kind: Any, route: str) -> None:
    """An answer to another question than was asked is no answer."""
    sandbox.faults.add(Fault(route, kind, times=None))

    with pytest.raises(Unreadable):
        await READS[route](client)


@pytest.mark.parametrize(
    "identifier", ["..", "../receipts/1", "a/b", "a%2Fb", "1?x=1", "1#x", "1\n", "", "a" * 200]
)
async def test_travelling_identifiers(client: IminClient, sandbox: Sandbox, identifier: str) -> None:
    """An identifier that could lead elsewhere is not asked for."""
    for call in (client.order, partial(receipt, client), client.customer_account):
        with pytest.raises(NotFound):
            await call(identifier)

    assert (await client.orders(identifier, 1)).total == 0
    assert sandbox.ledger.entries == []


async def test_unknown(client: IminClient) -> None:
    """What imin does not have is not found; an unknown customer has an empty list."""
    for call in (client.order, partial(receipt, client), client.customer_account):
        with pytest.raises(NotFound):
            await call("999999")

    assert (await client.orders("nobody", 1)).items == ()


async def test_wrong_key(imin: tuple[Sandbox, str]) -> None:
    """A key that imin refuses is our trouble, not the customer's."""
    async with IminClient(options(imin[1], api_key=SecretStr("wrong"))) as client:
        with pytest.raises(UpstreamUnavailable, match=r"imin refuses the gateway's key \(401\)"):
            await client.order(DOCUMENTED)


async def test_secret_stays_inside(imin: tuple[Sandbox, str]) -> None:
    """The key shows in no repr."""
    assert "sandbox-key" not in repr(options(imin[1]))


@pytest.mark.parametrize("refused", [True, False])
async def test_page_behind_the_end(client: IminClient, sandbox: Sandbox, *, refused: bool) -> None:
    """A page behind the end is an empty one, also where imin calls its number a bad parameter."""
    if refused:
        sandbox.faults.add(Fault("GET /orders", "express_400", times=None, match="page=9"))

    page = await client.orders("small", 9)

    assert (page.items, page.is_beyond_the_end) == ((), True)


def test_another_account() -> None:
    """The account of somebody else than was asked for is no answer."""
    account = b'{"@type": "CustomerAccount", "identifier": "abc", "customer": {"email": "a@b.c"}}'

    assert read_account(account, "abc").identifier == "abc"
    with pytest.raises(Unreadable):
        read_account(account, "xyz")


def test_order_that_does_not_say_who_it_is() -> None:
    """An order that was asked for by name need not repeat it; one of another name is no answer."""
    order = b'{"@type": "Order", "orderNumber": "1", "orderedItem": [{"identifier": "a"}]}'

    assert read_order(order, "x").identifier == "x"
    with pytest.raises(Unreadable):
        read_order(order.replace(b'"orderNumber"', b'"identifier"'), "x")


@pytest.mark.parametrize("body", [b"{}", b'{"@type": "NotFoundError"}', b"[]", b'"page"'])
def test_no_page(body: bytes) -> None:
    """What is no page of a list is not taken for an empty one."""
    with pytest.raises(Unreadable):
        read_orders(body, 1)
