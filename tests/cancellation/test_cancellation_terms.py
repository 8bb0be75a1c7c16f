"""previewToken: a cancellation is sent only under the terms that its preview shows."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import READ_PATCH_READ, booked, cancel
from tests.support.previews import READ, TERMS_CHANGED, cancel_under, pounds, preview_of

PATCH = "PATCH /orders/:id"
SELLER_CANCELLED = "https://openactive.io/SellerCancelled"


def newest(sandbox: Sandbox) -> Any:
    """The newest order as imin has it, to change it."""
    return sandbox.store.for_update(sandbox.store.identifiers("1234")[0])


async def test_unchanged(gateway: Gateway, sandbox: Sandbox) -> None:
    """Under the terms of its preview, a cancellation is sent, with the usual requests."""
    order, items = await booked(gateway)
    preview = await preview_of(gateway, order, items)
    sandbox.request_log.clear()

    result = await cancel_under(gateway, order, items[::-1], preview["token"])

    assert result["__typename"] == "CancellationPending"
    assert sandbox.request_log.counts() == READ_PATCH_READ


async def test_without_a_token(gateway: Gateway, sandbox: Sandbox) -> None:
    """A preview binds only a client that passes its token."""
    order, items = await booked(gateway)
    await preview_of(gateway, order, items)
    newest(sandbox)["orderedItem"][0]["acceptedOffer"]["price"] = 1

    assert (await cancel_under(gateway, order, items, None))["__typename"] == "CancellationPending"


CHANGES: dict[str, Callable[[Sandbox, Any], object]] = {
    "price": lambda _, order: order["orderedItem"][0]["acceptedOffer"].update(price=2.99),
    "price of another item": lambda _, order: order["orderedItem"][1]["acceptedOffer"].update(price=1),
    "total": lambda _, order: order["totalPaymentDue"].update(price=8),
    "currency": lambda _, order: order["orderedItem"][0]["acceptedOffer"].update(priceCurrency="EUR"),
    "currency of the total": lambda _, order: order["totalPaymentDue"].update(priceCurrency="EUR"),
    "tax": lambda _, order: order["orderedItem"][0].update(unitTaxSpecification=[{"price": 0.5}]),
    "tax of the order": lambda _, order: order["totalPaymentTax"][0].update(price=0.5),
    "refundability": lambda _, order: order["orderedItem"][0].update(
        allowCustomerCancellationFullRefund=False
    ),
    "refundability is open": lambda _, order: order["orderedItem"][0].pop(
        "allowCustomerCancellationFullRefund"
    ),
    "notice": lambda _, order: order["orderedItem"][0]["acceptedOffer"].update(
        latestCancellationBeforeStartDate="PT1H"
    ),
    "start": lambda _, order: order["orderedItem"][0]["orderedItem"].update(startDate="2026-12-24T18:00:00Z"),
    "session": lambda _, order: order["orderedItem"][0]["orderedItem"].update(
        id="https://example.org/sessions/another", identifier="another"
    ),
    "cancelled session": lambda _, order: order["orderedItem"][0]["orderedItem"].update(
        eventStatus="https://schema.org/EventCancelled"
    ),
    "status": lambda _, order: order["orderedItem"][0].update(orderItemStatus=SELLER_CANCELLED),
    "seller": lambda sandbox, order: sandbox.seller_cancel(
        order["identifier"], order["orderedItem"][0]["identifier"]
    ),
    "time": lambda sandbox, _: sandbox.clock.advance(601),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_changed(gateway: Gateway, sandbox: Sandbox, change: str) -> None:
    """If a term has changed, nothing is sent, and the answer is the preview as a query gives it now."""
    order, items = await booked(gateway)
    preview = await preview_of(gateway, order, items[:1])
    CHANGES[change](sandbox, newest(sandbox))
    sandbox.request_log.clear()

    result = await cancel_under(gateway, order, items[:1], preview["token"])

    sent = sandbox.request_log.counts()
    assert result == TERMS_CHANGED | {"preview": await preview_of(gateway, order, items[:1])}
    assert sent == READ


async def test_unknown_statuses(gateway: Gateway, sandbox: Sandbox) -> None:
    """Two statuses of the session that the gateway does not know are two terms."""
    session = newest(sandbox)["orderedItem"][0]["orderedItem"]
    session["eventStatus"] = "https://schema.org/EventMovedOnline"
    order, items = await booked(gateway)
    preview = await preview_of(gateway, order, items)
    session["eventStatus"] = "https://schema.org/EventInterrupted"

    result = await cancel_under(gateway, order, items, preview["token"])

    assert result["__typename"] == "CancellationTermsChangedError"
    assert sandbox.request_log.count(PATCH) == 0


def shown_otherwise(order: Any) -> None:
    """Change what is no term: names, receipts, and how an amount or a date is written."""
    item = order["orderedItem"][0]
    item["acceptedOffer"].update(name="Junior", price="3.00", url="https://example.org")
    item["customerNotice"] = "Bring a towel."
    item["orderedItem"]["startDate"] = item["orderedItem"]["startDate"].replace("Z", "+00:00")
    order["orderedItem"].reverse()
    order.update({"imin:receipt": [], "orderSellerNote": "Thank you."})


async def test_no_term_changed(gateway: Gateway, sandbox: Sandbox) -> None:
    """Changes of anything else do not matter."""
    order, items = await booked(gateway)
    preview = await preview_of(gateway, order, items)
    shown_otherwise(newest(sandbox))

    result = await cancel_under(gateway, order, items, preview["token"])

    assert result["__typename"] == "CancellationPending"


async def test_until_the_end(gateway: Gateway, sandbox: Sandbox) -> None:
    """A token works until the very end of its time."""
    order, items = await booked(gateway)
    preview = await preview_of(gateway, order, items)
    sandbox.clock.advance(600)

    result = await cancel_under(gateway, order, items, preview["token"])

    assert result["__typename"] == "CancellationPending"


async def test_accepting_the_new_terms(gateway: Gateway, sandbox: Sandbox) -> None:
    """With the token of the new preview, the cancellation is sent; its idempotency key is still free."""
    order, items = await booked(gateway)
    preview = await preview_of(gateway, order, items[:1])
    newest(sandbox)["orderedItem"][0]["acceptedOffer"]["price"] = 2
    newest(sandbox)["totalPaymentDue"]["price"] = 7.3
    changed = await cancel_under(gateway, order, items[:1], preview["token"], idempotencyKey="a")

    result = await cancel_under(gateway, order, items[:1], changed["preview"]["token"], idempotencyKey="a")

    assert [changed["preview"]["refund"], changed["preview"]["totalAfter"]] == [pounds("2"), pounds("5.3")]
    assert result["__typename"] == "CancellationPending"
    assert sandbox.request_log.count(PATCH) == 1


async def test_repeated(gateway: Gateway, sandbox: Sandbox) -> None:
    """The same call again finds the items pending or cancelled: a success, with nothing sent."""
    order, items = await booked(gateway)
    token = (await preview_of(gateway, order, items))["token"]

    results = [await cancel_under(gateway, order, items, token) for _ in range(2)]
    sandbox.clock.advance(3_600)
    results.append(await cancel_under(gateway, order, items, token))

    names = [result["__typename"] for result in results]
    assert names == ["CancellationPending", "CancellationPending", "AlreadyCancelled"]
    assert sandbox.request_log.count(PATCH) == 1


async def test_cancelled_in_part(gateway: Gateway, sandbox: Sandbox) -> None:
    """If one of the items is cancelled meanwhile, the other one is not sent under the old terms."""
    order, items = await booked(gateway)
    token = (await preview_of(gateway, order, items))["token"]
    await cancel(gateway, order, items[:1])

    result = await cancel_under(gateway, order, items, token)

    assert result["__typename"] == "CancellationTermsChangedError"
    assert [item["reason"] for item in result["preview"]["items"]] == ["CANCELLATION_PENDING", None]
    assert sandbox.request_log.count(PATCH) == 1


@pytest.mark.parametrize(
    "kind", ["order", "fewer", "more", "forged", "cut", "padded", "empty", "long", "odd"]
)
async def test_not_its_token(gateway: Gateway, sandbox: Sandbox, kind: str) -> None:
    """A token of another order or other items, or of no preview, is refused as changed terms are."""
    sandbox.add_order("1234", items=2, price="3")
    order, items = await booked(gateway)
    other, others = await booked(gateway, index=1)
    token = (await preview_of(gateway, order, items))["token"]
    one = (await preview_of(gateway, order, items[:1]))["token"]
    wrong = {
        "order": (await preview_of(gateway, other, others))["token"],
        "fewer": one,
        "more": token,
        "forged": token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        "cut": token[:-1],
        "padded": token + "=",
        "empty": "",
        "long": token * 1_000,
        "odd": "é" * len(token),
    }[kind]
    requested = items[:1] if kind == "more" else items

    result = await cancel_under(gateway, order, requested, wrong)

    assert result == TERMS_CHANGED | {"preview": await preview_of(gateway, order, requested)}
    assert sandbox.request_log.count(PATCH) == 0


async def test_another_customers_order(gateway: Gateway, production: Gateway, sandbox: Sandbox) -> None:
    """With a token for another customer's order, the answer is that of an order that does not exist."""
    order = sandbox.add_order("empty")
    identifier, item = order["identifier"], order["orderedItem"][0]["identifier"]
    token = (await preview_of(gateway, identifier, [item]))["token"]

    results = [await cancel_under(production, name, [item], token) for name in (identifier, "none")]

    assert results[0] == results[1]
    assert results[0]["__typename"] == "OrderNotFoundError"
    assert sandbox.request_log.count(PATCH) == 0


async def test_between_service_and_customer(gateway: Gateway, production: Gateway, sandbox: Sandbox) -> None:
    """A service that names an order by number previews it for its customer, who then cancels."""
    order = newest(sandbox)["identifier"]
    items = [item["identifier"] for item in newest(sandbox)["orderedItem"]]
    token = (await preview_of(gateway, order, items))["token"]

    result = await cancel_under(production, order, items, token)

    assert result["__typename"] == "CancellationPending"


@pytest.mark.parametrize(
    ("secrets", "outcome"),
    [
        (["another", "secret"], "CancellationPending"),
        (["another"], "CancellationTermsChangedError"),
    ],
)
async def test_rotated_secret(
    settings: Settings, sandbox: Sandbox, gateway: Gateway, secrets: list[str], outcome: str
) -> None:
    """A token of an earlier secret works as long as that secret is configured."""
    order = newest(sandbox)["identifier"]
    items = [item["identifier"] for item in newest(sandbox)["orderedItem"]]

    def configured(*names: str) -> Any:
        long = [SecretStr(f"{name}, sixteen and more") for name in names]
        return gateway_listening(settings.but(id_secret=long), demo_caller, sandbox.clock.now)

    async with configured("secret") as url:
        token = (await preview_of(Gateway(url, gateway.http), order, items))["token"]
    async with configured(*secrets) as url:
        result = await cancel_under(Gateway(url, gateway.http), order, items, token)

    assert result["__typename"] == outcome


async def test_other_caller_of_one_customer(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """A token belongs to the customer, not to a login: another token of the same customer can use it."""

    async def customer(_request: object) -> Caller:
        return Caller("1234", name="another app")

    order, items = await booked(gateway)
    token = (await preview_of(gateway, order, items))["token"]
    async with gateway_listening(settings, customer, sandbox.clock.now) as url:
        result = await cancel_under(Gateway(url, gateway.http), order, items, token)

    assert result["__typename"] == "CancellationPending"
