"""A customer books, sees the booking, cancels it and opens the receipt, in a real browser."""

from pathlib import Path
from typing import Any

from tests.support.processes import run_script, running_demo


def test_story(folder: Path) -> None:
    """GraphiQL creates a checkout session, its page takes the payment, and the live list shows the order.

    Its item is then cancelled, and the receipt is a PDF that the browser opens.
    """
    with running_demo() as url:
        seen = run_script(folder, "story.mjs", url)

    assert _newest(seen["before"]) == (1917, "1917")
    assert (seen["title"].partition(" · ")[2], seen["returnedTo"]) == ("Checkout", f"{url}/graphql")
    assert seen["webhook"] == 204
    assert _newest(seen["after"]) == (1918, "1918")
    assert (seen["order"]["orderNumber"], seen["order"]["items"][0]["status"]) == (
        "1918",
        "ORDER_ITEM_CONFIRMED",
    )
    assert seen["cancelled"]["data"]["cancelOrderItems"]["result"] == {"__typename": "CancellationPending"}
    assert seen["receipt"] == "application/pdf"
    assert (seen["cspViolations"], seen["consoleErrors"]) == ([], [])


def _newest(answer: Any) -> tuple[int, str]:
    """(orders of the customer, number of the newest)."""
    connection = answer["data"]["ordersChanged"]["connection"]
    return connection["totalCount"], connection["nodes"][0]["orderNumber"]
