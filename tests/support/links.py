"""Opens links to files."""

import yarl

from tests.conftest import Gateway


async def statuses(gateway: Gateway, base: str, *paths: str) -> list[int]:
    """The statuses of responses of the gateway at that address."""
    found = []
    for path in paths:
        async with gateway.http.get(yarl.URL(base + path, encoded=True)) as response:
            found.append(response.status)
    return found
