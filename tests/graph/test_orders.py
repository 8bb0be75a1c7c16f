"""Orders and their parts: whole responses, coalesced loads, partly unreadable orders."""

import asyncio
import json

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.waiting import held

DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"


async def test_documented_order(gateway: Gateway, sandbox: Sandbox) -> None:
    """The example order of imin's documentation is shown as documented, with one request."""
    data = await gateway.data(
        """
        query ($identifier: ID!) {
          order(identifier: $identifier) {
            identifier orderNumber confirmationNumber orderDate status prepayment brokerRole
            totalPaymentDue { amount currency }
            totalPaymentTax { name price { amount currency } rate }
            seller { identifier name url telephone email logo { url } termsOfService { type name url } }
            receipts { identifier dateCreated }
            broker { name description url formatted: address { formatted } logo { url } }
            customer { givenName familyName email telephone }
            bookingService { identifier name }
            items {
              identifier status statusText isPresentlyCancellable cancellableUntil allowsFullRefund
              price { amount currency }
              acceptedOffer { name latestCancellationBeforeStartDate validFromBeforeStartDate }
              accessPasses { type text }
              session {
                __typename identifier name startDate endDate duration eventStatus attendanceMode
                organizer { name }
                venue { identifier name latitude longitude formattedAddress address { postalCode } }
                ... on ScheduledSession { maximumAttendeeCapacity remainingAttendeeCapacity }
              }
            }
          }
        }
        """,
        identifier=DOCUMENTED,
    )

    assert data["order"] == {
        "identifier": DOCUMENTED,
        "orderNumber": "29",
        "confirmationNumber": "29",
        "orderDate": "2022-11-15T15:24:26Z",
        "status": None,
        "prepayment": None,
        "brokerRole": "AGENT_BROKER",
        "totalPaymentDue": {"amount": "10", "currency": "GBP"},
        "totalPaymentTax": [{"name": "VAT", "price": {"amount": "0", "currency": "GBP"}, "rate": "0"}],
        "seller": {
            "identifier": "http://kinetic-insight.com",
            "name": "kinetic-insight",
            "url": "http://kinetic-insight.com",
            "telephone": "0800 808 9004",
            "email": "support@kinetic-insight.com",
            "logo": {"url": "http://kinetic-insight.com/wp-content/uploads/2017/05/KI-LOGO-WEB-K-ONLY-.png"},
            "termsOfService": [
                {
                    "type": "PrivacyPolicy",
                    "name": "Privacy Policy",
                    "url": "http://opendata.kinetic-insight.com/privacy-policy",
                },
                {
                    "type": "TermsOfUse",
                    "name": "Terms and Conditions",
                    "url": "http://opendata.kinetic-insight.com/terms-and-conditions",
                },
            ],
        },
        "receipts": [{"identifier": "1", "dateCreated": "2021-04-30T11:42:47.813766+01:00"}],
        "broker": {
            "name": "LukeTestOrg",
            "description": "A fitness app for all the community",
            "url": "https://imin.co/luke-test-org",
            "formatted": {"formatted": "123 Fake Street, Madeupsville, Middlesbrough, TS4 3AE"},
            "logo": {
                "url": "https://gorillafund.org/wp-content/uploads/2019/12/"
                "ISA-chesbeat-2nd-sequence-14-NOV-13-KRC-Vecellio1511-1024x683.jpg"
            },
        },
        "customer": {
            "givenName": "Eheuheu",
            "familyName": "Eheuheu",
            "email": "eheuheu@ehuehue.com",
            "telephone": "020 811 8055",
        },
        "bookingService": {
            "identifier": "https://partnerportal.mcractive.com",
            "name": "MCRactive Partner Portal",
        },
        "items": [
            {
                "identifier": "abcd",
                "status": "ORDER_ITEM_CONFIRMED",
                "statusText": "OrderItemConfirmed",
                "isPresentlyCancellable": False,
                "cancellableUntil": "2020-01-15T10:00:00+00:00",
                "allowsFullRefund": True,
                "price": {"amount": "10", "currency": "GBP"},
                "acceptedOffer": {
                    "name": "ki-adult",
                    "latestCancellationBeforeStartDate": "P1D",
                    "validFromBeforeStartDate": "P6D",
                },
                "accessPasses": [{"type": "Barcode", "text": "EXT12345678901234567"}],
                "session": {
                    "__typename": "ScheduledSession",
                    "identifier": "http://opendata.kinetic-insight.com/api/feeds/scheduled-sessions/"
                    "00000000000000000269",
                    "name": "test sss",
                    "startDate": "2020-01-16T10:00:00+00:00",
                    "endDate": "2020-01-16T11:00:00+00:00",
                    "duration": "PT1H",
                    "eventStatus": "EVENT_SCHEDULED",
                    "attendanceMode": "OFFLINE_EVENT_ATTENDANCE_MODE",
                    "organizer": {"name": "kinetic-insight"},
                    "venue": {
                        "identifier": "2476",
                        "name": "test venue",
                        "latitude": -2.235037,
                        "longitude": -0.1692925,
                        "formattedAddress": "Flat 3, 3 Dale Street, Manchester, M1 1BA",
                        "address": {"postalCode": "m1 1ba"},
                    },
                    "maximumAttendeeCapacity": 10,
                    "remainingAttendeeCapacity": 9,
                },
            }
        ],
    }
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


async def ten_identifiers(gateway: Gateway) -> list[str]:
    data = await gateway.data("{ viewer { orders(first: 10) { nodes { identifier } } } }")
    return [node["identifier"] for node in data["viewer"]["orders"]["nodes"]]


async def test_twenty_aliases(gateway: Gateway, sandbox: Sandbox) -> None:
    """Twenty aliases of ten orders cost ten requests, made in parallel."""
    identifiers = await ten_identifiers(gateway)
    sandbox.request_log.clear()
    sandbox.faults.add(held("GET /orders/:id"))
    fields = [f'a{n}: order(identifier: "{identifiers[n % 10]}") {{ orderNumber }}' for n in range(20)]

    query = asyncio.ensure_future(gateway.data("{ " + " ".join(fields) + " }"))
    await sandbox.request_log.wait_for("GET /orders/:id", 10)
    sandbox.faults.clear()
    data = await query

    assert data == {f"a{n}": {"orderNumber": str(1917 - n % 10)} for n in range(20)}
    assert sandbox.request_log.counts() == {"GET /orders/:id": 10}
    assert sandbox.request_log.peak_in_flight == 10


async def test_order_of_item(gateway: Gateway, sandbox: Sandbox) -> None:
    """An order that was loaded with a page is not requested again for `OrderItem.order`."""
    data = await gateway.data(
        "{ viewer { orders(first: 3) { nodes { orderNumber items { order { orderNumber } } } } } }"
    )

    for node in data["viewer"]["orders"]["nodes"]:
        assert {item["order"]["orderNumber"] for item in node["items"]} == {node["orderNumber"]}
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def test_one_of_several_fails(gateway: Gateway, sandbox: Sandbox) -> None:
    """An order that fails is null with an error at its path; the others are answered."""
    first, second, third = (await ten_identifiers(gateway))[:3]
    sandbox.faults.add(Fault("GET /orders/:id", "html_200", times=None, match=second))

    answer = await gateway.answer(
        "query ($a: ID!, $b: ID!, $c: ID!) { a: order(identifier: $a) { orderNumber }"
        " b: order(identifier: $b) { orderNumber } c: order(identifier: $c) { orderNumber } }",
        a=first,
        b=second,
        c=third,
    )

    assert answer["data"] == {"a": {"orderNumber": "1917"}, "b": None, "c": {"orderNumber": "1915"}}
    assert [(error["path"], error["extensions"]) for error in answer["errors"]] == [
        (["b"], {"code": "UPSTREAM_INVALID"})
    ]


@pytest.mark.parametrize(
    "identifier",
    [
        "no-such-order",
        "../receipts/1",
        "1?customerIdentifier=2",
        "1%2F..%2Freceipts",
        "",
        " ",
        "a" * 200,
        "1\n",
        "1\r\nX: y",
        "é",
    ],
)
async def test_unknown_order(gateway: Gateway, sandbox: Sandbox, identifier: str) -> None:
    """A missing order is null; an identifier that cannot be imin's is not even requested."""
    data = await gateway.data("query ($i: ID!) { order(identifier: $i) { id } }", i=identifier)

    assert data == {"order": None}
    assert sandbox.request_log.counts() == ({"GET /orders/:id": 1} if identifier == "no-such-order" else {})


async def test_unreadable_order(gateway: Gateway, sandbox: Sandbox) -> None:
    """An unreadable order on a page does not affect the others, and is reported at its path."""
    sandbox.put_order("small", "not an order")

    query = (
        "query ($i: ID!) { customer(identifier: $i) { orders { list: edges { it: node { ...Parts } } } } }"
    )

    answer = await gateway.answer(
        f"{query} fragment Parts on Order {{ orderNumber items {{ id }} }}", i="small"
    )

    edges = answer["data"]["customer"]["orders"]["list"]
    assert edges[0] == {"it": {"orderNumber": None, "items": []}}
    assert [edge["it"]["orderNumber"] for edge in edges[1:]] == ["20003", "20002", "20001"]
    assert json.dumps([(error["path"], error["extensions"]) for error in answer["errors"]]) == json.dumps(
        [(["customer", "orders", "list", 0, "it"], {"code": "UPSTREAM_INVALID"})]
    )


async def test_concurrency_limit(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A query never has more requests in flight than the limit."""
    identifiers = await ten_identifiers(gateway)
    sandbox.faults.add(held("GET /orders/:id"))
    fields = [f'a{n}: order(identifier: "{identifier}") {{ id }}' for n, identifier in enumerate(identifiers)]

    async with gateway_listening(settings.but(imin_concurrency=3), demo_caller) as url:
        limited = Gateway(url, gateway.http)
        query = asyncio.ensure_future(limited.data("{ " + " ".join(fields) + " }"))
        await sandbox.request_log.wait_for("GET /orders/:id", 3)
        await limited.data("{ viewer { identifier } }")  # time enough for a fourth request
        sandbox.faults.clear()
        await query

    assert sandbox.request_log.peak_in_flight == 3


async def test_unreadable_reported_once(gateway: Gateway, sandbox: Sandbox) -> None:
    """An unreadable part is reported once for each path that shows it, not for skipped fields."""
    sandbox.put_order("small", {"identifier": "odd", "orderNumber": {"no": "number"}, "orderedItem": [{}]})
    query = """query ($shown: Boolean!) { customer(identifier: "small") { orders {
      nodes { orderNumber } ...More
      hidden: nodes @include(if: $shown) { id } skipped: edges @skip(if: true) { node { id } } } } }
    fragment More on OrderConnection { nodes { id items { order { id } } } }"""

    answer = await gateway.answer(query, shown=False)

    assert [(error["path"], error["message"]) for error in answer["errors"]] == [
        (
            ["customer", "orders", "nodes", 0],
            "The booking system sent an order that cannot be read completely: orderNumber.",
        )
    ]
