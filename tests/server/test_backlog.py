"""The queue of connections that wait to be accepted."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
import yarl

from tests.conftest import Gateway

CONNECTIONS = 500
SECONDS = 0.5
"""Less than the second after which a client tries again where the queue is full."""

LIMIT = Path("/proc/sys/net/core/somaxconn")


@pytest.mark.skipif(
    not LIMIT.exists() or int(LIMIT.read_text()) < CONNECTIONS,
    reason="the system allows fewer, or does not say",
)
async def test_many_at_once(gateway: Gateway) -> None:
    """Hundreds of clients that connect while the process is busy all get a connection at once."""
    url = yarl.URL(gateway.url)
    address = (url.host or "", url.port or 0)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            # Blocks the event loop, so nothing is accepted meanwhile.
            stack.enter_context(socket.create_connection(address, SECONDS))
