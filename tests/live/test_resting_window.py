"""A window that rests: its documents are the same when they are needed again."""

from typing import Any

import pytest

from gateway.live.list_feed import ListFeed
from gateway.live.order_state import digest_of
from gateway.pagination.window import Window
from gateway.sandbox import Sandbox
from gateway.services import build_services
from gateway.settings.model import Settings
from tests.support.clocks import PinnedBootClock


def shown(window: Window[Any]) -> list[Any]:
    """What clients could see of it."""
    orders = [getattr(node, "order_identifier", "") for node in window.items]
    receipts = [receipt.url for node in window.items for receipt in getattr(node, "receipts", ())]
    ids = [node.id for node in window.items]
    items = [item for node in window.items for item in getattr(node, "items", (node,))]
    sessions = [item.session.session_id for item in items if item.session is not None]
    return [list(map(digest_of, window.items)), ids, orders, receipts, sessions, window.cursors, window.total]


@pytest.mark.parametrize("topic", ["orders", "upcoming_items"])
async def test_same(settings: Settings, sandbox: Sandbox, topic: str) -> None:
    """Documents, ids, links and cursors are the same, and the owner is the same object."""
    sandbox.put_order("1234", {"type": "Order", "identifier": "odd", "orderedItem": [7, {}]})
    services = build_services(settings, sandbox.clock.now, PinnedBootClock())
    feed: ListFeed[Any] = getattr(services.live, topic)
    async with services.client, services.journal.running(), services.cancellations.running():
        [state] = (await feed.read("1234", {25: None})).values()
    before = state.window
    expected, owners = shown(before), [node.owner for node in before.items]

    for _ in range(2):
        feed.rest(state)
        after = state.window

        assert after is not before
        assert type(after.items) is tuple
        assert shown(after) == expected
        assert all(one is other.owner for one, other in zip(owners, after.items, strict=True))
