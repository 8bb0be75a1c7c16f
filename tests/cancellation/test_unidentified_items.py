"""Items without an identifier, with one that cannot be used, or with that of another: nothing is sent."""

from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import cancel
from tests.support.previews import preview_of

PATCH = "PATCH /orders/:id"
HISTORY = """{ viewer { orders(first: 1) { nodes { id identifier items {
  id identifier isPresentlyCancellable cancellationBlockedBecause cancellableUntil } } } } }"""
UPCOMING = """{ viewer { upcomingOrderItems(first: 100) { totalCount nodes {
  id identifier isPresentlyCancellable cancellationBlockedBecause order { id } } } } }"""
NODE = """query ($id: ID!) { node(id: $id) { id __typename ... on OrderItem { identifier order { id } } } }"""
REQUESTED = """mutation ($input: CancelOrderItemsInput!) { cancelOrderItems(input: $input) { result {
  ... on CancellationNotPermittedError { orderItems { id } } } } }"""
FREE = (True, None)
BLOCKED = (False, "NOT_IDENTIFIABLE")
MESSAGE = (
    "This booking cannot be cancelled here, because the booking system does not tell it apart from others. "
    "Please contact the seller."
)

UNUSABLE: dict[str, Any] = {
    "none": None,
    "empty": "",
    "blank": " \t ",
    "no-break space": "\u00a0",
    "NUL": "a\0b",
    "control character": "a\x1fb",
    "C1 control character": "a\x9fb",
    "line feed at the end": "a\n",
    "half a character": "\ufffd",
    "too long": "a" * 1_001,
    "too long in bytes": "é" * 501,
    "made up": "gateway:0123456789abcdef01234567",
    "a boolean": True,
    "an empty list": [],
}
USABLE: dict[str, tuple[Any, str]] = {
    "a number": (5, "5"),
    "zero": (0, "0"),
    "a long number": (2**64 + 1, "18446744073709551617"),
    "words": ("Court 1", "Court 1"),
    "not ASCII": ("Schläger 👩‍🦽", "Schläger 👩‍🦽"),
    "an IRI": ("https://example.com/items/5#x", "https://example.com/items/5#x"),
    "long": ("a" * 1_000, "a" * 1_000),
    "punctuation": ("../1?a=b&c", "../1?a=b&c"),
}


def put(sandbox: Sandbox, *changes: dict[str, Any], **of_order: Any) -> dict[str, Any]:
    """An order whose items differ from ordinary ones by these members. identifier: None removes it."""
    document = sandbox.add_order(items=len(changes))
    sandbox.remove_order(document["identifier"])
    for item, changed in zip(document["orderedItem"], changes, strict=True):
        item.pop("id")
        item.update(changed)
        if item["identifier"] is None:
            del item["identifier"]
    document |= of_order
    sandbox.put_order("1234", document)
    return document


async def newest(gateway: Gateway) -> tuple[str, list[dict[str, Any]]]:
    """Id and items of the newest order."""
    (order,) = (await gateway.answer(HISTORY))["data"]["viewer"]["orders"]["nodes"]
    return order["id"], order["items"]


def block(item: dict[str, Any]) -> tuple[bool, str | None]:
    return item["isPresentlyCancellable"], item["cancellationBlockedBecause"]


def refused(*items: dict[str, Any]) -> dict[str, Any]:
    """The result of a cancellation that is refused because of these items."""
    return {
        "__typename": "CancellationNotPermittedError",
        "code": "CANCELLATION_NOT_PERMITTED",
        "message": MESSAGE,
        "refusals": [
            {
                "orderItem": {"id": item["id"]},
                "reason": "NOT_IDENTIFIABLE",
                "cancellableUntil": item["cancellableUntil"],
            }
            for item in items
        ],
    }


def sent(sandbox: Sandbox) -> list[list[str]]:
    """The ids in each PATCH that imin received."""
    patches = [one for one in sandbox.request_log.entries if one.route == PATCH]
    return [[item["id"] for item in one.body["orderedItem"]] for one in patches]


async def test_nameless_beside_others(gateway: Gateway, sandbox: Sandbox) -> None:
    """An item without an identifier is none of its neighbours, whatever their identifiers are."""
    put(sandbox, {"identifier": None}, {"identifier": "0"}, {"identifier": "1"})
    order, (nameless, *others) = await newest(gateway)

    results = [await cancel(gateway, order, [nameless[name]]) for name in ("id", "identifier")]
    together = await cancel(gateway, order, [nameless["id"], others[1]["id"]])
    before = sent(sandbox)
    done = await cancel(gateway, order, [others[1]["id"]])

    assert [block(item) for item in (nameless, *others)] == [BLOCKED, FREE, FREE]
    assert [item["identifier"] for item in others] == ["0", "1"]
    assert nameless["identifier"].startswith("gateway:")
    assert results == [refused(nameless)] * 2
    assert together == refused(nameless)
    assert before == []
    assert done["__typename"] == "CancellationPending"
    assert [item["id"] for item in done["orderItems"]] == [others[1]["id"]]
    assert sent(sandbox) == [["1"]]


async def test_same_identifier(gateway: Gateway, sandbox: Sandbox) -> None:
    """Two items of one identifier have an id each, and neither is cancelled in place of the other."""
    put(sandbox, {"identifier": "1"}, {"identifier": 1}, {"identifier": "2"})
    order, (one, other, third) = await newest(gateway)

    results = [await cancel(gateway, order, [item["id"]]) for item in (one, other)]
    by_identifier = await cancel(gateway, order, ["1"])
    all_three = await cancel(gateway, order, [third["id"], "1"])
    before = sent(sandbox)
    done = await cancel(gateway, order, ["2"])

    assert [block(item) for item in (one, other, third)] == [BLOCKED, BLOCKED, FREE]
    assert [item["identifier"] for item in (one, other, third)] == ["1", "1", "2"]
    assert len({one["id"], other["id"], third["id"]}) == 3
    assert results == [refused(one), refused(other)]
    assert by_identifier == all_three == refused(one, other)
    assert before == []
    assert done["__typename"] == "CancellationPending"
    assert sent(sandbox) == [["2"]]


@pytest.mark.parametrize("identifier", [None, "1"])
async def test_preview(gateway: Gateway, sandbox: Sandbox, identifier: str | None) -> None:
    """A preview of such an item shows it, and that it cannot be cancelled; so does the refusal."""
    put(sandbox, {"identifier": identifier}, {"identifier": "1"}, {"identifier": "2"})
    order, (item, *_, free) = await newest(gateway)
    ids = [item["id"], free["id"]]

    preview = await preview_of(gateway, order, ids)
    result = await gateway.data(REQUESTED, input={"orderId": order, "orderItemIds": ids})

    shown = [(one["orderItem"]["id"], one["isPermitted"], one["reason"]) for one in preview["items"]]
    assert shown == [(item["id"], *BLOCKED), (free["id"], *FREE)]
    assert (preview["isPermitted"], preview["token"], preview["refund"]) == (False, None, None)
    assert result == {"cancelOrderItems": {"result": {"orderItems": [{"id": id_} for id_ in ids]}}}
    assert sent(sandbox) == []


@pytest.mark.parametrize("kind", UNUSABLE)
async def test_unusable(gateway: Gateway, sandbox: Sandbox, kind: str) -> None:
    """What cannot name an item in an id names none: its id leads to it alone, and no PATCH is sent."""
    put(sandbox, {"identifier": UNUSABLE[kind]}, {"identifier": UNUSABLE[kind]}, {"identifier": "1"})
    order, (one, other, named) = await newest(gateway)
    upcoming = (await gateway.answer(UPCOMING))["data"]["viewer"]["upcomingOrderItems"]["nodes"]

    found = [(await gateway.answer(NODE, id=item["id"]))["data"]["node"] for item in (one, other, named)]
    results = [await cancel(gateway, order, [item["id"]]) for item in (one, other)]

    assert [block(item) for item in (one, other, named)] == [BLOCKED, BLOCKED, FREE]
    assert len({one["id"], other["id"], named["id"]}) == 3
    assert found == [
        {
            "__typename": "OrderItem",
            "id": item["id"],
            "identifier": item["identifier"],
            "order": {"id": order},
        }
        for item in (one, other, named)
    ]
    assert results == [refused(one), refused(other)]
    assert {(item["id"], block(item)) for item in upcoming if (item["order"] or {}).get("id") == order} == {
        (one["id"], BLOCKED),
        (other["id"], BLOCKED),
        (named["id"], FREE),
    }
    assert sent(sandbox) == []


@pytest.mark.parametrize("kind", USABLE)
async def test_usable(gateway: Gateway, sandbox: Sandbox, kind: str) -> None:
    """Any other text or number is the name, exactly as imin wrote it."""
    written, name = USABLE[kind]
    put(sandbox, {"identifier": written}, {"identifier": "1"})
    order, (item, _) = await newest(gateway)

    found = (await gateway.data(NODE, id=item["id"]))["node"]
    result = await cancel(gateway, order, [item["id"]])

    assert (item["identifier"], block(item)) == (name, FREE)
    assert (found["id"], found["identifier"]) == (item["id"], name)
    assert result["__typename"] in {
        "CancellationPending",
        "OrderItemNotFoundError",
    }  # the sandbox knows no numbers
    assert sent(sandbox) == [[name]]


async def test_made_up_name_cannot_be_taken(gateway: Gateway, sandbox: Sandbox) -> None:
    """An item whose identifier is the made-up name of another is not that item, and is not named by it."""
    put(sandbox, {"identifier": None}, {"identifier": "1"})
    _, (nameless, _) = await newest(gateway)
    put(sandbox, {"identifier": None}, {"identifier": nameless["identifier"]})
    order, (again, thief) = await newest(gateway)

    result = await cancel(gateway, order, [nameless["identifier"]])

    assert (block(again), block(thief)) == (BLOCKED, BLOCKED)
    assert len({again["identifier"], thief["identifier"]}) == len({again["id"], thief["id"]}) == 2
    assert result["__typename"] in {"CancellationNotPermittedError", "OrderItemNotFoundError"}
    assert sent(sandbox) == []


@pytest.mark.parametrize(
    ("changes", "blocks"),
    [
        ([{"id": "https://x.example/items/1", "identifier": None}, {"identifier": "1"}], [BLOCKED, BLOCKED]),
        (
            [
                {"id": "https://x.example/a/1", "identifier": None},
                {"id": "https://x.example/b/1", "identifier": None},
            ],
            [BLOCKED, BLOCKED],
        ),
        ([{"id": "https://x.example/items/1", "identifier": ""}, {"identifier": "2"}], [FREE, FREE]),
        ([{"id": "_:b0", "identifier": None}, {"identifier": "b0"}], [BLOCKED, FREE]),
        ([{"id": "https://x.example/1", "identifier": "1"}, {"id": "https://x.example/1"}], [FREE, FREE]),
    ],
)
async def test_ends_of_iris(
    gateway: Gateway, sandbox: Sandbox, changes: list[dict[str, Any]], blocks: list[Any]
) -> None:
    """The end of an IRI names an item without an identifier, unless another item has that name."""
    put(sandbox, *changes)
    order, items = await newest(gateway)

    for item, expected in zip(items, blocks, strict=True):
        if expected == BLOCKED:
            assert await cancel(gateway, order, [item["id"]]) == refused(item)

    assert [block(item) for item in items] == blocks
    assert sent(sandbox) == []


async def test_named_by_iri(gateway: Gateway, sandbox: Sandbox) -> None:
    """An item that has only an IRI is cancelled by its IRI."""
    iri = "https://book.imin.co/api/v2/orders/x/order-items/7"
    put(sandbox, {"id": iri, "identifier": " "}, {"identifier": "1"})
    order, (item, _) = await newest(gateway)

    await cancel(gateway, order, [item["id"]])

    assert sent(sandbox) == [[iri]]


@pytest.mark.settings(imin_cancel_item_id="iri")
async def test_shared_iri(gateway: Gateway, sandbox: Sandbox) -> None:
    """Where a PATCH names items by IRI, an IRI that two items have names none."""
    shared = {"id": "https://book.imin.co/api/v2/orders/x/order-items/7"}
    put(sandbox, {**shared, "identifier": "1"}, {**shared, "identifier": "2"}, {"identifier": "3"})
    order, (item, *_) = await newest(gateway)

    result = await cancel(gateway, order, [item["id"]])

    assert sent(sandbox) == [["1"]]
    assert [one["id"] for one in result["orderItems"]] == [item["id"]]


@pytest.mark.parametrize("kind", ["customer", "item", "receipt", "seller"])
async def test_order_of_another_kind(gateway: Gateway, sandbox: Sandbox, kind: str) -> None:
    """An id of anything but an order is no order's."""
    query = "{ viewer { id orders(first: 1) { nodes { items { id } receipts { id } seller { id } } } } }"
    viewer = (await gateway.data(query))["viewer"]
    (order,) = viewer["orders"]["nodes"]
    ids = {
        "customer": viewer["id"],
        "item": order["items"][0]["id"],
        "receipt": order["receipts"][0]["id"],
        "seller": order["seller"]["id"],
    }
    sandbox.request_log.entries.clear()

    result = await cancel(gateway, ids[kind], [order["items"][0]["id"]])

    assert result == {
        "__typename": "OrderNotFoundError",
        "code": "ORDER_NOT_FOUND",
        "message": "There is no such order.",
    }
    assert sandbox.request_log.entries == []


async def test_ids_that_name_nothing(gateway: Gateway, sandbox: Sandbox) -> None:
    """An empty id, or an id of another kind, is not the item whose identifier is empty."""
    put(sandbox, {"identifier": ""}, {"identifier": "1"})
    order, _ = await newest(gateway)
    ids = ["", " ", order]

    result = await cancel(gateway, order, ids)

    assert result["__typename"] == "OrderItemNotFoundError"
    assert result["orderItemIds"] == ids
    assert sent(sandbox) == []


@pytest.mark.parametrize("status", ["CustomerCancelled", "SellerCancelled", "OrderItemProposed"])
async def test_other_statuses(gateway: Gateway, sandbox: Sandbox, status: str) -> None:
    """An item that cannot be identified shows what its status says; cancelling it sends nothing either."""
    put(
        sandbox,
        {"identifier": None, "orderItemStatus": f"https://openactive.io/{status}"},
        {"identifier": "1"},
    )
    order, (item, _) = await newest(gateway)

    result = await cancel(gateway, order, [item["id"]])

    reason = {
        "CustomerCancelled": "ALREADY_CANCELLED",
        "SellerCancelled": "SELLER_CANCELLED",
        "OrderItemProposed": "NOT_YET_BOOKED",
    }[status]
    assert block(item) == (False, reason)
    if status == "CustomerCancelled":
        assert result["__typename"] == "AlreadyCancelled"
    else:
        expected = "NOT_IDENTIFIABLE" if status == "OrderItemProposed" else reason
        assert [one["reason"] for one in result["refusals"]] == [expected]
    assert sent(sandbox) == []


async def test_under_a_key(gateway: Gateway, sandbox: Sandbox) -> None:
    """The same key gives the same refusal of the same items again."""
    put(sandbox, {"identifier": None}, {"identifier": None})
    order, (item, _) = await newest(gateway)

    results = [await cancel(gateway, order, [item["id"]], idempotencyKey="k") for _ in range(2)]

    assert results == [refused(item)] * 2
    assert sent(sandbox) == []


async def test_becomes_ambiguous(gateway: Gateway, sandbox: Sandbox) -> None:
    """An id that was issued while its item was the only one of that name is refused once there are two."""
    document = put(sandbox, {"identifier": "1"}, {"identifier": "2"})
    order, (item, _) = await newest(gateway)
    document["orderedItem"][1]["identifier"] = "1"
    sandbox.put_order("1234", document)
    _, items = await newest(gateway)

    result = await cancel(gateway, order, [item["id"]])
    found = await gateway.data(NODE, id=item["id"])

    assert result == refused(*items)
    assert found == {"node": None}
    assert sent(sandbox) == []


async def test_unusable_order(gateway: Gateway, sandbox: Sandbox) -> None:
    """An order that cannot be requested is listed, with ids of its own; its items cannot be cancelled."""
    for identifier in (" ", "a/b", "a b", "\0", "x" * 129, "gateway:1"):
        put(sandbox, {"identifier": "1"}, {"identifier": "2"}, identifier=identifier, id=None)
    put(sandbox, {"identifier": "1"}, identifier="", id=None)
    query = HISTORY.replace("first: 1", "first: 7")
    orders = (await gateway.answer(query))["data"]["viewer"]["orders"]["nodes"]
    upcoming = (await gateway.answer(UPCOMING))["data"]["viewer"]["upcomingOrderItems"]
    sandbox.request_log.entries.clear()

    ids = [one["id"] for order in orders for one in (order, *order["items"])]
    found = [await gateway.data(NODE, id=id_) for id_ in ids]
    results = [await cancel(gateway, order["id"], [order["items"][0]["id"]]) for order in orders]
    by_identifier = [
        await cancel(gateway, order["identifier"], [order["items"][0]["id"]]) for order in orders
    ]

    assert len(ids) == len(set(ids)) == 7 + 13
    assert {block(item) for order in orders for item in order["items"]} == {BLOCKED}
    assert found == [{"node": None}] * len(ids)
    assert results == [refused()] * len(orders)
    assert {result["__typename"] for result in by_identifier} == {"OrderNotFoundError"}
    assert sandbox.request_log.entries == []
    assert len(upcoming["nodes"]) == upcoming["totalCount"]
    assert len({item["id"] for item in upcoming["nodes"]}) == upcoming["totalCount"]
