"""How a WebSocket closes: the code and the reason say what the client should do next."""

import time
from typing import Any

import pytest

from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.issuer import claims, rsa_key, token
from tests.support.subscriptions import socket_of
from tests.support.token_gateway import KEY, serving

NOT_VALID = (4403, "Forbidden: The token is not valid.")


def _bearer(key: Any = KEY, **changes: Any) -> str:
    return f"Bearer {token(key, claims('1234', **changes))}"


@pytest.mark.parametrize(
    ("payload", "closed"),
    [
        ({}, (4403, "Forbidden: Please sign in.")),
        ({"Authorization": None}, (4403, "Forbidden: Please sign in.")),
        (
            {"Authorization": _bearer(exp=int(time.time()) - 3_600)},
            (4403, "Forbidden: The token has expired."),
        ),
        ({"Authorization": _bearer(rsa_key())}, NOT_VALID),
        ({"Authorization": _bearer(iss="https://other.example.com/")}, NOT_VALID),
        ({"Authorization": _bearer(aud="another-service")}, NOT_VALID),
        ({"Authorization": "Bearer secret"}, NOT_VALID),
        ({"Authorization": "secret"}, (4403, "Forbidden: Authorization must be one Bearer token.")),
        ({"Authorization": _bearer(sub=None)}, (4403, "Forbidden: The token does not identify a customer.")),
    ],
    ids=["none", "null", "expired", "key", "issuer", "audience", "no token", "no bearer", "no customer"],
)
async def test_refused_token(settings: Settings, payload: Any, closed: tuple[int, str]) -> None:
    """A missing, expired and foreign token have different reasons, which contain nothing of the token."""
    async with serving(settings, KEY) as served, socket_of(Gateway(served.url, served.http)) as socket:
        await socket.send(type="connection_init", payload=payload)
        assert await socket.receive() == closed


async def test_keys_unavailable(settings: Settings) -> None:
    """While no token can be verified, the client is asked to try again: its token may be valid."""
    async with (
        serving(settings, broken=(500, b"", {})) as served,
        socket_of(Gateway(served.url, served.http)) as socket,
    ):
        await socket.send(type="connection_init", payload={"Authorization": _bearer()})
        code, reason = await socket.receive()

    assert (code, reason) == (1013, "Tokens cannot be verified at the moment. Please try again later.")


async def test_long_reason(gateway: Gateway) -> None:
    """A reason that is too long for a close frame is cut between two characters."""
    id_ = "a" + 40 * "😀"
    async with socket_of(gateway) as socket:
        await socket.connect()
        order = (await gateway.data("{ viewer { orders(first: 1) { nodes { id } } } }"))["viewer"]["orders"]
        await socket.subscribe(order["nodes"][0]["id"], id_)
        await socket.subscribe(order["nodes"][0]["id"], id_)
        while isinstance(received := await socket.receive(), dict):
            pass

    assert received == (4409, "Subscriber for a" + 26 * "😀")
