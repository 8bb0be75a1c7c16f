"""Names that the gateway makes up or derives: the same everywhere, accepted back, never those of others."""

from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.execution.compiled.plan import RUNS_BEFORE_PARTIAL
from gateway.imin.endpoints.orders import ORDER_ITEM_PAGE, ORDER_PAGE
from gateway.sandbox import Sandbox
from gateway.signing.global_ids import CustomerOwner, IdSigner
from tests.conftest import Gateway
from tests.imin.documents.test_partial import OWNER

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
ITEMS = "{ viewer { orders(first: 1) { nodes { id items { id %s } } } } }"
UPCOMING = "{ viewer { upcomingOrderItems(first: 100) { nodes { id order { id } %s } } } }"
SIGNER = IdSigner((b"secret",))


def put(sandbox: Sandbox, changes: dict[str, Any], *items: dict[str, Any]) -> None:
    """A new order with these members, and items with these."""
    document = sandbox.add_order(items=len(items) or 1)
    sandbox.remove_order(document["identifier"])
    for item, changed in zip(document["orderedItem"], items, strict=False):
        item.update(changed)
    sandbox.put_order("1234", document | changes)


@pytest.mark.parametrize("identifiers", [(None, None), ("1", "1"), ("", "\0")])
async def test_same_everywhere(gateway: Gateway, sandbox: Sandbox, identifiers: tuple[Any, ...]) -> None:
    """An id does not depend on the list, on what else is selected, or on how often the query has run."""
    put(sandbox, {}, *({"identifier": identifier, "id": None} for identifier in identifiers))
    selections = ["", "session { name venue { name } }", "acceptedOffer { name } attendee { name }"]

    found = set()
    for selection in selections:
        for _ in range(RUNS_BEFORE_PARTIAL + 2):
            (order,) = (await gateway.answer(ITEMS % selection))["data"]["viewer"]["orders"]["nodes"]
            found.add(tuple(item["id"] for item in order["items"]))
            items = (await gateway.answer(UPCOMING % selection))["data"]["viewer"]["upcomingOrderItems"][
                "nodes"
            ]
            found.add(tuple(item["id"] for item in items if item["order"]["id"] == order["id"]))
    ids = found.pop()
    nodes = [(await gateway.answer(NODE, id=id_))["data"]["node"] for id_ in ids]

    assert found == set()
    assert nodes == [{"__typename": "OrderItem", "id": id_} for id_ in ids]


SELLERS = "{ viewer { orders(first: %d) { nodes { seller { id name } } } } }"


@pytest.mark.parametrize("iri", ["_:b0", "#seller", " ", "a\0b", "https://x.example/" + "a" * 1_000, ""])
async def test_sellers(gateway: Gateway, sandbox: Sandbox, iri: str) -> None:
    """Sellers of two orders are one only if they have an IRI that means the same in both."""
    for name in ("One", "Other"):
        put(sandbox, {"seller": {"type": "Organization", "id": iri, "name": name}})

    orders = (await gateway.data(SELLERS % 2))["viewer"]["orders"]["nodes"]
    ids = [order["seller"]["id"] for order in orders]
    nodes = [(await gateway.data(NODE, id=id_))["node"] for id_ in ids]

    assert [order["seller"]["name"] for order in orders] == ["Other", "One"]
    assert len(set(ids)) == 2
    assert nodes == [{"__typename": "Seller", "id": id_} for id_ in ids]


async def test_seller_of_unnamed_order(gateway: Gateway, sandbox: Sandbox) -> None:
    """The seller of an order that cannot be requested has an id, which leads to nothing."""
    put(sandbox, {"identifier": "", "id": None, "seller": {"type": "Organization", "name": "One"}})

    (order,) = (await gateway.answer(SELLERS % 1))["data"]["viewer"]["orders"]["nodes"]

    assert await gateway.answer(NODE, id=order["seller"]["id"]) == {"data": {"node": None}}


async def test_identifier_like_an_iri(gateway: Gateway, sandbox: Sandbox) -> None:
    """A seller is not found by another seller's identifier, though it equals its IRI."""
    iri = "https://sellers.example/1"
    put(sandbox, {"seller": {"type": "Organization", "id": iri, "name": "One"}})
    (order,) = (await gateway.data(SELLERS % 1))["viewer"]["orders"]["nodes"]
    put(sandbox, {"seller": {"type": "Organization", "identifier": iri, "name": "Other"}})

    found = await gateway.data(
        "query ($id: ID!) { node(id: $id) { ... on Seller { id name } } }", id=order["seller"]["id"]
    )

    assert found == {"node": order["seller"]}


RECEIPTS = "{ viewer { orders(first: 1) { nodes { receipts { id identifier url } } } } }"


@pytest.mark.parametrize("number", ["a%20b", "\0", "a b", "x" * 129, "ä", "..", ""])
async def test_receipts(gateway: Gateway, sandbox: Sandbox, number: str) -> None:
    """A receipt whose number cannot be requested is not listed: its link would open nothing."""
    url = "https://book.imin.co/api/v2/receipts/"
    put(
        sandbox,
        {"imin:receipt": [{"type": "Invoice", "url": url + number}, {"type": "Invoice", "url": url + "7"}]},
    )

    (order,) = (await gateway.data(RECEIPTS))["viewer"]["orders"]["nodes"]

    assert [receipt["identifier"] for receipt in order["receipts"]][-1:] == ["7"]
    for receipt in order["receipts"]:
        assert (await gateway.data(NODE, id=receipt["id"]))["node"]["id"] == receipt["id"]


@pytest.mark.parametrize("url", ["https://invoices.example/1001", "https://book.imin.co/api/v2/orders/1001"])
async def test_receipt_elsewhere(gateway: Gateway, sandbox: Sandbox, url: str) -> None:
    """The end of a URL that is none of imin's receipts is not taken for the number of one."""
    put(sandbox, {"imin:receipt": [{"type": "Invoice", "url": url}]})

    (order,) = (await gateway.data(RECEIPTS))["viewer"]["orders"]["nodes"]

    assert order == {"receipts": []}


WRITTEN = st.none() | st.text(max_size=4) | st.integers() | st.sampled_from(["1", "a", "\0", "x" * 2_000])


@given(
    st.lists(st.tuples(WRITTEN, st.lists(st.tuples(WRITTEN, WRITTEN), max_size=4)), max_size=4),
    st.text(min_size=1, max_size=128),
)
@example([("a/b", [("1", "1"), ("1", None)]), (None, [(None, "_:b0")])], "1234")
@example([(None, [(None, "\0"), ("\0", None)])], "0")
@settings(max_examples=25)
def test_accepted_back(orders: list[Any], customer: str) -> None:
    """Every id that is signed for a page of orders or items is verified, and is the only one of its kind."""
    owner = CustomerOwner(customer, SIGNER, "", OWNER.clock, 60)
    documents = [
        {
            "identifier": identifier,
            "orderDate": f"2026-01-01T00:00:{index:02}Z",
            "orderedItem": [{"identifier": one, "id": iri and str(iri)} for one, iri in items],
        }
        for index, (identifier, items) in enumerate(orders)
    ]
    flat = [
        {**item, "imin:order": {"identifier": order["identifier"]}}
        for order in documents
        for item in order["orderedItem"]
    ]
    pages: list[Any] = []
    endpoints: Any = ((ORDER_PAGE, documents), (ORDER_ITEM_PAGE, flat))
    for endpoint, list_ in endpoints:
        body = msgspec.json.encode({"type": "imin:RestrictedCollection", "imin:item": list_})
        page: Any = endpoint.read(body, ("", 1), None)
        endpoint.bind(page, owner)
        pages.append(page)

    first, second = pages
    items_of = [[*order.items] for order in first.items]
    for things in (*items_of, second.items):
        for thing in things:
            known = SIGNER.verify(thing.id)
            assert known is not None
            assert (known.kind, known.customer) == ("OrderItem", customer)
            assert known.parts == (thing.order_identifier, thing.unique_name)
    for order in first.items:
        known = SIGNER.verify(order.id)
        assert known is not None
        assert known.parts == (order.unique_name,)
        assert len({item.id for item in order.items}) == len(order.items)
    assert len({item.id for item in second.items}) == len(second.items)
