"""Recognise and read a usual request: a POST to /graphql with a JSON body that has arrived in one piece.

Reading it here saves aiohttp's work on it, which is most of what a small query costs. Nothing is refused
here: anything unusual, however slightly, is left to aiohttp unchanged.
"""

import httptools
from msgspec import Struct
from multidict import CIMultiDict

_START = b"POST /graphql HTTP/1.1\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_SPACE = b" \t"
_MAX_HEAD_BYTES = 8_192
_MAX_HEADERS = 64

_JSON = {"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"}
_UNUSUAL_HEADERS = {"transfer-encoding", "content-encoding", "expect", "upgrade", "trailer", "te"}
"""They change how a request is read, or what may follow it."""
_EVENTS = "text/event-stream"


class FastRequest(Struct):
    """A usual request. body: not compressed."""

    headers: CIMultiDict[str]
    body: bytes


class FastRequestReader:
    """Reads the requests of one connection. longest_body: in bytes."""

    def __init__(self, longest_body: int) -> None:
        self._longest_body = longest_body
        self._parser = httptools.HttpRequestParser(self)
        self._headers: list[tuple[str, str]] = []
        self._is_complete = False

    def read(self, data: bytes) -> FastRequest | None:
        """The request in these bytes; None unless they are exactly one usual request.

        Must not be called again after None.
        """
        end = data.find(_END_OF_HEAD, 0, _MAX_HEAD_BYTES) + len(_END_OF_HEAD)
        if end < len(_START) or not data.startswith(_START):
            return None
        self._headers, self._is_complete = [], False
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return None
        if not self._is_complete or not self._parser.should_keep_alive():
            return None
        headers, self._headers = self._headers, []  # an idle connection holds no token in memory
        is_usual = len(headers) <= _MAX_HEADERS and self._is_usual(headers, len(data) - end)
        return FastRequest(CIMultiDict(headers), data[end:]) if is_usual else None

    def on_header(self, name: bytes, value: bytes) -> None:
        # Decoded as aiohttp does it.
        text = value.strip(_SPACE).decode("utf-8", "surrogateescape")
        self._headers.append((name.decode("utf-8", "surrogateescape"), text))

    def on_message_complete(self) -> None:
        self._is_complete = True

    def _is_usual(self, headers: list[tuple[str, str]], length: int) -> bool:
        by_name = {name.lower(): value for name, value in headers}
        get = by_name.get
        return (
            length <= self._longest_body
            and len(by_name) == len(headers)
            and _UNUSUAL_HEADERS.isdisjoint(by_name)
            and "host" in by_name
            and get("content-length") == str(length)
            and get("content-type", "").lower() in _JSON
            and get("connection", "keep-alive").lower() == "keep-alive"
            and _EVENTS not in get("accept", "").lower()
        )
