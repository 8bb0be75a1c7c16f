"""Workers share a journal: a client of one hears of a cancellation through another."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel
from tests.support.subscriptions import socket_of
from tests.support.waiting import PLENTY

CHANGES = """
subscription ($id: ID!) {
  orderChanges(id: $id) { order { cancellations { state } } changes { code } }
}
"""


@pytest.mark.settings(follow_first_seconds=PLENTY, follow_longest_seconds=PLENTY)
async def test_cancelled_elsewhere(settings: Settings, sandbox: Sandbox, tmp_path: Path) -> None:
    """The journal is looked at each second, also while the order itself is not to be read for long."""
    shared = settings.but(state_path=str(tmp_path / "state"))
    now = sandbox.clock.now
    async with (
        gateway_listening(shared, demo_caller, now) as one,
        gateway_listening(shared, demo_caller, now) as other,
        aiohttp.ClientSession() as http,
    ):
        follower, canceller = Gateway(one, http), Gateway(other, http)
        order, items = await booked(canceller)
        async with socket_of(follower) as socket:
            await socket.connect()
            payload = {"query": CHANGES, "variables": {"id": order}}
            await socket.send(id="1", type="subscribe", payload=payload)
            first = _event(await socket.receive())
            await cancel(canceller, order, items[:1])
            heard = _event(await socket.receive())

    assert first == {"order": {"cancellations": []}, "changes": []}
    assert heard["order"]["cancellations"] == [{"state": "PENDING"}]
    assert [one["code"] for one in heard["changes"]] == ["STATUS_CHANGED", "CANCELLATION_CHANGED"]


def _event(message: Any) -> Any:
    assert message["type"] == "next", message
    return message["payload"]["data"]["orderChanges"]
