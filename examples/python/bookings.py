"""Jobs of a back end that acts for any customer.

    python bookings.py report CUSTOMER                  upcoming bookings
    python bookings.py totals CUSTOMER                  orders of each year, and what they cost
    python bookings.py cancel KEY ORDER ITEM [ITEM …]   KEY: yours, for example the number of a ticket

GATEWAY_TOKEN must hold a token with the service scope. ORDER and ITEM are ids or identifiers.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from client import Gateway, GatewayError, connected
from gql import GraphQLRequest, gql

UPCOMING = gql("""
  query Upcoming($customer: ID!, $after: String) {
    customer(identifier: $customer) {
      page: upcomingOrderItems(first: 50, after: $after, excludeCancelled: true) {
        nodes {
          identifier
          isPresentlyCancellable
          price { formatted }
          session { name startDateLocal venue { name } }
          order { identifier }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
""")
ORDERS = gql("""
  query Orders($customer: ID!, $after: String) {
    customer(identifier: $customer) {
      page: orders(first: 100, after: $after) {
        nodes { orderDate totalPaymentDue { minorUnits currency } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
""")
PREVIEW = gql("""
  query Preview($order: ID!, $items: [ID!]!) {
    cancellationPreview(orderId: $order, orderItemIds: $items) {
      token
      refund { formatted }
      totalAfter { formatted }
      items { orderItem { identifier } reason }
    }
  }
""")
CANCEL = gql("""
  mutation Cancel($input: CancelOrderItemsInput!) {
    cancelOrderItems(input: $input) { result { ... on CancellationOutcome { code message } } }
  }
""")


# --8<-- [start:pages]
async def every(gateway: Gateway, query: GraphQLRequest, customer: str) -> AsyncIterator[dict[str, Any]]:
    """All nodes of a list. New bookings meanwhile neither repeat nor hide one."""
    info = {"hasNextPage": True, "endCursor": None}
    while info["hasNextPage"]:
        data = await gateway.send(query, customer=customer, after=info["endCursor"])
        if data["customer"] is None:
            sys.exit("There is no such customer for this token. Has it the service scope?")
        page = data["customer"]["page"]
        for node in page["nodes"]:
            yield node
        info = page["pageInfo"]


# --8<-- [end:pages]
async def report(gateway: Gateway, customer: str) -> None:
    async for item in every(gateway, UPCOMING, customer):
        # The booking system may leave out any part of a booking.
        session, price = item["session"] or {}, item["price"] or {}
        start = (session.get("startDateLocal") or "without a date")[:16].replace("T", " ")
        venue = (session.get("venue") or {}).get("name", "online")
        cancellable = ", can be cancelled" if item["isPresentlyCancellable"] else ""
        print(f"{start:16} {session.get('name') or '?'}, {venue}, {price.get('formatted', '?')}{cancellable}")
        print(f"{'':16} {item['order']['identifier']} {item['identifier']}")


async def totals(gateway: Gateway, customer: str) -> None:
    orders: Counter[str] = Counter()
    minor_units: Counter[str] = Counter()
    async for order in every(gateway, ORDERS, customer):
        if total := order["totalPaymentDue"]:
            year = f"{order['orderDate'][:4]} {total['currency']}"
            orders[year] += 1
            minor_units[year] += total["minorUnits"]
    for year in sorted(orders):
        print(f"{year} {orders[year]:5} orders {minor_units[year] / 100:10,.2f}")


# --8<-- [start:cancel]
SENT_BEFORE = {"ALREADY_CANCELLED", "CANCELLATION_PENDING", "CANCELLATION_UNCONFIRMED"}


async def cancel(gateway: Gateway, key: str, order: str, *items: str) -> None:
    preview = (await gateway.send(PREVIEW, order=order, items=items))["cancellationPreview"]
    if preview is None:
        sys.exit("There is no such order, or it has no such item.")
    if preview["token"]:
        refund, after = ((preview[name] or {}).get("formatted") for name in ("refund", "totalAfter"))
        print(f"Refund {refund}, then the order costs {after}.")
    elif not {item["reason"] for item in preview["items"]} <= SENT_BEFORE:
        reasons = (f"{item['orderItem']['identifier']}: {item['reason']}" for item in preview["items"])
        sys.exit("Not permitted. " + ", ".join(reasons))

    # The token holds the gateway to these terms. The key lets the job run again without cancelling twice.
    request = {
        "orderId": order,
        "orderItemIds": items,
        "previewToken": preview["token"],
        "idempotencyKey": key,
    }
    for seconds in (1, 2, 4, 0):
        result = (await gateway.send(CANCEL, input=request))["cancelOrderItems"]["result"]
        if result["code"] not in {"CANCELLATION_UNCONFIRMED", "UPSTREAM_UNAVAILABLE"}:
            break
        await asyncio.sleep(seconds)
    print(f"{result['code']}: {result['message']}")
    if result["code"] not in {"CANCELLATION_PENDING", "ALREADY_CANCELLED"}:
        sys.exit(1)


# --8<-- [end:cancel]


JOBS: dict[str, Callable[..., Awaitable[None]]] = {"report": report, "totals": totals, "cancel": cancel}


async def main(job: str = "", *arguments: str) -> None:
    if job not in JOBS or len(arguments) < (3 if job == "cancel" else 1):
        sys.exit(__doc__)
    async with connected() as gateway:
        try:
            await JOBS[job](gateway, *arguments)
        except GatewayError as error:
            # A scheduler should start the job again later, unless the request itself is at fault.
            sys.exit(f"Failed. {error}")


asyncio.run(main(*sys.argv[1:]))
