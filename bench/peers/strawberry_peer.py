"""Strawberry as its documentation shows it. FAST=1: with every documented setting for speed, and a loader."""

import asyncio
import os
import re
from typing import Any

import aiohttp
import orjson
import strawberry
import uvloop
from aiodataloader import DataLoader
from aiohttp import web
from strawberry.aiohttp.views import GraphQLView
from strawberry.extensions import ParserCache, ValidationCache

FAST = bool(os.environ.get("FAST"))
PAGE = 10


def tail(iri: str) -> str:
    return iri.rpartition("/")[2]


def term(iri: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", tail(iri)).upper()


def inherited(event: Any, name: str) -> Any:
    level = event
    while level:
        if level.get(name) is not None:
            return level[name]
        level = level.get("superEvent") or level.get("facilityUse")
    return None


@strawberry.type
class Money:
    amount: str
    currency: str

    @staticmethod
    def of(one: Any) -> "Money | None":
        priced = one and one.get("price") is not None
        return Money(amount=str(one["price"]), currency=one["priceCurrency"]) if priced else None


@strawberry.type
class Terms:
    name: str | None
    url: str | None


@strawberry.type
class Seller:
    identifier: str | None
    name: str | None
    terms_of_service: list[Terms]


@strawberry.type
class Receipt:
    identifier: strawberry.ID
    url: str
    date_created: str | None


@strawberry.type
class Address:
    street_address: str | None
    address_locality: str | None
    address_region: str | None
    postal_code: str | None
    address_country: str | None


@strawberry.type
class Place:
    name: str | None
    latitude: float | None
    longitude: float | None
    address: Address | None

    @staticmethod
    def of(place: Any) -> "Place | None":
        if not place:
            return None
        geo, a = place.get("geo") or {}, place.get("address")
        address = a and Address(
            street_address=a.get("streetAddress"),
            address_locality=a.get("addressLocality"),
            address_region=a.get("addressRegion"),
            postal_code=a.get("postalCode"),
            address_country=a.get("addressCountry"),
        )
        return Place(
            name=place.get("name"),
            latitude=geo.get("latitude"),
            longitude=geo.get("longitude"),
            address=address,
        )


@strawberry.type
class Session:
    identifier: strawberry.ID | None
    name: str | None
    start_date: str | None
    end_date: str | None
    duration: str | None
    remaining_attendee_capacity: int | None
    venue: Place | None

    @staticmethod
    def of(event: Any) -> "Session":
        return Session(
            identifier=event.get("identifier"),
            name=inherited(event, "name"),
            start_date=event.get("startDate"),
            end_date=event.get("endDate"),
            duration=event.get("duration"),
            remaining_attendee_capacity=event.get("remainingAttendeeCapacity"),
            venue=Place.of(inherited(event, "location")),
        )


@strawberry.type
class OrderItem:
    identifier: strawberry.ID
    status: str
    is_presently_cancellable: bool | None
    price: Money | None
    session: Session | None


@strawberry.type
class Order:
    identifier: strawberry.ID
    order_number: str | None
    status: str | None
    order_date: str | None
    total_payment_due: Money | None
    seller: Seller | None
    receipts: list[Receipt]
    items: list[OrderItem]

    @staticmethod
    def of(order: Any) -> "Order":
        items = order.get("orderedItem", ())
        sessions = [item["orderedItem"] for item in items]
        named = (inherited(s, "organizer") or inherited(s, "provider") or {} for s in sessions)
        seller = order["seller"]
        like = next((one for one in named if one.get("id") == seller["id"]), {})
        return Order(
            identifier=order["identifier"],
            order_number=order.get("orderNumber"),
            status=term(order["orderStatus"]) if order.get("orderStatus") else None,
            order_date=order.get("orderDate"),
            total_payment_due=Money.of(order.get("totalPaymentDue")),
            seller=Seller(
                identifier=seller["id"],
                name=seller.get("name") or like.get("name"),
                terms_of_service=[Terms(name=t["name"], url=t["url"]) for t in seller["termsOfService"]],
            ),
            receipts=[
                Receipt(identifier=tail(r["url"]), url=r["url"], date_created=r["dateCreated"])  # type: ignore[arg-type]  # an ID
                for r in order.get("imin:receipt", ())
            ],
            items=[
                OrderItem(
                    identifier=item["identifier"],
                    status=term(item["orderItemStatus"]),
                    is_presently_cancellable=item.get("imin:isPresentlyCancellable"),
                    price=Money.of(item.get("acceptedOffer")),
                    session=Session.of(item["orderedItem"]),
                )
                for item in items
            ],
        )


@strawberry.type
class OrderEdge:
    cursor: str
    node: Order


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class OrderConnection:
    edges: list[OrderEdge]
    page_info: PageInfo
    total_count: int


@strawberry.type
class Customer:
    identifier: strawberry.ID

    @strawberry.field
    async def orders(self, info: strawberry.Info, first: int = PAGE) -> OrderConnection:
        paths = [
            f"orders?customerIdentifier={self.identifier}&page={n}" for n in range(1, -(-first // PAGE) + 1)
        ]
        get = info.context["get"]
        pages = await asyncio.gather(*map(get, paths)) if FAST else [await get(path) for path in paths]
        orders = [order for page in pages for order in page["imin:item"]][:first]
        edges = [OrderEdge(cursor=f"offset:{n}", node=Order.of(order)) for n, order in enumerate(orders)]
        total = pages[0]["imin:totalItems"]
        page_info = PageInfo(has_next_page=len(edges) < total, end_cursor=edges[-1].cursor if edges else None)
        return OrderConnection(edges=edges, page_info=page_info, total_count=total)


@strawberry.type
class Query:
    @strawberry.field
    async def customer(self, identifier: strawberry.ID) -> Customer | None:
        return Customer(identifier=identifier)

    @strawberry.field
    async def order(self, info: strawberry.Info, identifier: strawberry.ID) -> Order | None:
        return Order.of(await info.context["order"](identifier))


HTTP = web.AppKey("http", aiohttp.ClientSession)


class View(GraphQLView):
    async def get_context(self, request: web.Request, response: Any) -> Any:
        http = request.app[HTTP]

        async def get(path: str) -> Any:
            async with http.get(f"/api/v2/{path}") as answer:
                return orjson.loads(await answer.read()) if FAST else await answer.json()

        async def get_orders(identifiers: list[str]) -> list[Any]:
            return await asyncio.gather(*(get(f"orders/{one}") for one in identifiers))

        if FAST:
            return {"get": get, "order": DataLoader(get_orders).load}
        return {"get": get, "order": lambda identifier: get(f"orders/{identifier}")}


class FastView(View):
    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


async def hold_client(app: web.Application) -> Any:
    async with aiohttp.ClientSession(os.environ["UPSTREAM"], headers={"X-API-KEY": "bench"}) as app[HTTP]:
        yield


if __name__ == "__main__":
    schema = strawberry.Schema(query=Query, extensions=[ParserCache, ValidationCache] if FAST else [])
    app = web.Application()
    app.cleanup_ctx.append(hold_client)
    view = (FastView if FAST else View)(schema=schema, graphql_ide=None)
    app.router.add_route("*", "/graphql", view)
    loop = uvloop.new_event_loop() if FAST else asyncio.new_event_loop()
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, loop=loop, print=None)
