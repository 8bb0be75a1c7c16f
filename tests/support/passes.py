"""Access passes of the sandbox, and the links to their pictures."""

import re
from collections.abc import Mapping
from typing import Any

import yarl

from gateway.sandbox import Sandbox
from tests.conftest import Gateway

LINK = re.compile(
    r"http://127\.0\.0\.1:\d+/passes/([A-Za-z0-9_-]+)"
    r"\?format=(svg|png)&size=(\d+)&ends=(\d+)&signature=([0-9a-f]{32})"
)


def put_pass(sandbox: Sandbox, *passes: Any, member: str = "accessPass") -> None:
    """Give customer `small` a newest order whose only item has these passes."""
    item = {
        "type": "OrderItem",
        "identifier": "1",
        "orderItemStatus": "OrderItemConfirmed",
        member: list(passes),
    }
    order = {"type": "Order", "identifier": "p-1", "orderDate": "2026-10-31T09:00:00Z", "orderedItem": [item]}
    sandbox.put_order("small", order)


async def passes_of(gateway: Gateway, fields: str, **variables: Any) -> list[dict[str, Any]]:
    """Fields of the passes of customer `small`'s newest order."""
    declared = "".join(f"${name}: {kind}, " for name, (kind, _) in variables.items())
    data = await gateway.data(
        f'query Passes{f"({declared})" if declared else ""} {{ customer(identifier: "small") {{ '
        f"orders(first: 1) {{ nodes {{ items {{ accessPasses {{ {fields} }} }} }} }} }} }}",
        **{name: value for name, (_, value) in variables.items()},
    )
    passes: list[dict[str, Any]] = data["customer"]["orders"]["nodes"][0]["items"][0]["accessPasses"]
    return passes


async def link(gateway: Gateway, sandbox: Sandbox, text: str = "EXT1", field: str = "image") -> str:
    put_pass(sandbox, {"type": "Barcode", "text": text})
    [shown] = await passes_of(gateway, field)
    return str(shown["image"])


async def fetched(gateway: Gateway, url: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and body of the response."""
    async with gateway.http.get(yarl.URL(url, encoded=True), headers=headers) as response:
        return response.status, response.headers, await response.read()
