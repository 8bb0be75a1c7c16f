"""The log of received requests."""

from tests.sandbox.conftest import Imin


async def test_logged_requests(imin: Imin) -> None:
    """Every request to imin is logged with its route, query, status and body."""
    order = imin.sandbox.add_order("empty")["identifier"]
    await imin.orders("small")
    await imin.call("PATCH", f"/api/v2/orders/{order}", {"orderedItem": []})

    entries = imin.sandbox.request_log.entries
    assert imin.sandbox.request_log.counts() == {"GET /orders": 1, "PATCH /orders/:id": 1}
    assert entries[0].query == {"customerIdentifier": "small", "page": "1"}
    assert (entries[1].path, entries[1].status, entries[1].body) == (
        f"/api/v2/orders/{order}",
        400,
        {"orderedItem": []},
    )
    imin.sandbox.request_log.clear()
    assert imin.sandbox.request_log.count("GET /orders") == 0
