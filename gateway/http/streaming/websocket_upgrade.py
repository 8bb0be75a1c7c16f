"""The opening handshake of a WebSocket: the client's request, and the response that accepts it.

Source: RFC 6455, 4.2.
"""

import base64
import binascii
import hashlib

import httptools
from aiohttp import hdrs
from multidict import CIMultiDict, MultiMapping

_START = b"GET /graphql HTTP/1.1\r\n"
_MAX_HEAD_BYTES = 8_192
_MAX_HEADERS = 64
_KEY_BYTES = 16
_VERSIONS = {"13", "8", "7"}
_SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

_UNUSUAL_HEADERS = {"transfer-encoding", "content-encoding", "content-length", "expect", "trailer", "te"}


class UpgradeRequest:
    """A usual request for a WebSocket, with all its headers in one piece. rest: the bytes that follow it."""

    def __init__(self) -> None:
        self.headers: CIMultiDict[str] = CIMultiDict()
        self.rest = b""

    @classmethod
    def read(cls, data: bytes) -> "UpgradeRequest | None":
        """The request in these bytes; None unless it is a usual one."""
        if not data.startswith(_START) or data.find(b"\r\n\r\n", 0, _MAX_HEAD_BYTES) < 0:
            return None
        request = cls()
        try:
            httptools.HttpRequestParser(request).feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            request.rest = data[upgrade.args[0] :]
        except httptools.HttpParserError:
            return None
        else:
            return None  # it asks for no upgrade
        return request if request._is_usual() else None

    def on_header(self, name: bytes, value: bytes) -> None:
        # Decoded as aiohttp does it.
        text = value.strip(b" \t").decode("utf-8", "surrogateescape")
        self.headers.add(name.decode("utf-8", "surrogateescape"), text)

    def _is_usual(self) -> bool:
        names = [name.lower() for name in self.headers]
        return (
            len(names) == len(set(names)) <= _MAX_HEADERS
            and _UNUSUAL_HEADERS.isdisjoint(names)
            and hdrs.HOST in self.headers
        )


def accept_value(headers: MultiMapping[str]) -> str | None:
    """The value of Sec-WebSocket-Accept; None if the headers are no valid handshake."""
    key = headers.get(hdrs.SEC_WEBSOCKET_KEY, "")
    try:
        is_valid_key = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return None
    if (
        headers.get(hdrs.UPGRADE, "").lower().strip() != "websocket"
        or "upgrade" not in headers.get(hdrs.CONNECTION, "").lower()
        or headers.get(hdrs.SEC_WEBSOCKET_VERSION) not in _VERSIONS
        or not is_valid_key
    ):
        return None
    return base64.b64encode(hashlib.sha1(key.encode() + _SUFFIX).digest()).decode()  # noqa: S324  # the RFC's choice
