"""A request as nearly all are: a POST to /graphql that has come in one piece, with JSON in it.

Whoever reads it here saves aiohttp's work on it, which is most of what a small query costs. Nothing is
refused here: what is not as usual, however slightly, is left to aiohttp as it came.
"""

import httptools
from msgspec import Struct
from multidict import CIMultiDict

_START = b"POST /graphql HTTP/1.1\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_SPACE = b" \t"
_LONGEST_HEAD = 8_192
_MOST_HEADERS = 64

_JSON = {"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"}
_FOR_AIOHTTP = {"transfer-encoding", "content-encoding", "expect", "upgrade", "trailer", "te"}
"""Headers that change how a request is read, or what may follow it."""
_EVENTS = "text/event-stream"


class FastRequest(Struct):
    """A request to answer. body: as it came, not compressed."""

    headers: CIMultiDict[str]
    body: bytes


class FastRequestReader:
    """Reads the requests of one connection. longest: bytes of a body."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._parser = httptools.HttpRequestParser(self)
        self._headers: list[tuple[str, str]] = []
        self._is_whole = False

    def read(self, data: bytes) -> FastRequest | None:
        """The request that these bytes are; None where they are anything else, or anything more or less.

        After None the connection is aiohttp's.
        """
        end = data.find(_END_OF_HEAD, 0, _LONGEST_HEAD) + len(_END_OF_HEAD)
        if end < len(_START) or not data.startswith(_START):
            return None
        self._headers, self._is_whole = [], False
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return None
        if not self._is_whole or not self._parser.should_keep_alive():
            return None
        headers, self._headers = self._headers, []  # a connection that rests keeps no token
        is_usual = len(headers) <= _MOST_HEADERS and self._is_usual(headers, len(data) - end)
        return FastRequest(CIMultiDict(headers), data[end:]) if is_usual else None

    def on_header(self, name: bytes, value: bytes) -> None:
        """As the parser tells. Decoded as aiohttp does."""
        text = value.strip(_SPACE).decode("utf-8", "surrogateescape")
        self._headers.append((name.decode("utf-8", "surrogateescape"), text))

    def on_message_complete(self) -> None:
        """As the parser tells."""
        self._is_whole = True

    def _is_usual(self, headers: list[tuple[str, str]], length: int) -> bool:
        found = {name.lower(): value for name, value in headers}
        told = found.get
        return (
            length <= self._longest
            and len(found) == len(headers)
            and _FOR_AIOHTTP.isdisjoint(found)
            and "host" in found
            and told("content-length") == str(length)
            and told("content-type", "").lower() in _JSON
            and told("connection", "keep-alive").lower() == "keep-alive"
            and _EVENTS not in told("accept", "").lower()
        )
