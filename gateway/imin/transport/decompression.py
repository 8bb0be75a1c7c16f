"""Decompresses the bodies of imin's responses, up to a limit. Source: RFC 9110, 8.4.1."""

import zlib

from gateway.imin.errors import Unreadable
from gateway.imin.transport.errors import ResponseTooLarge
from gateway.imin.transport.response_parser import ResponseHead

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_ZLIB_METHOD = 8


class Decompressor:
    """Decompresses one body, chunk by chunk. Several gzip members in a row are one body."""

    def __init__(self, endpoint: str, *, is_gzip: bool) -> None:
        self._endpoint = endpoint
        self._is_gzip = is_gzip
        self._zlib = zlib.decompressobj(_GZIP) if is_gzip else None
        self._has_begun = False

    def decompress(self, data: bytes, max_bytes: int) -> bytes:
        """What a chunk of the body becomes. Raises Unreadable, ResponseTooLarge."""
        plain: list[bytes] = []
        while data:
            self._has_begun = True
            try:
                plain.append(self._ready(data).decompress(data, max_bytes + 1))
            except zlib.error as error:
                raise Unreadable(f"{self._endpoint} returned a corrupt body") from error
            max_bytes -= len(plain[-1])
            if max_bytes < 0:
                raise ResponseTooLarge
            data = self._ready(data).unused_data
            if data and not self._is_gzip:
                raise Unreadable(f"{self._endpoint} returned a corrupt body")
            if data:
                self._zlib = zlib.decompressobj(_GZIP)
        return b"".join(plain)

    def finish(self) -> None:
        """The body ends here. Raises Unreadable if it is incomplete."""
        if self._has_begun and (self._zlib is None or not self._zlib.eof):
            raise Unreadable(f"{self._endpoint} returned a body cut short")

    def _ready(self, data: bytes) -> "zlib._Decompress":
        """By RFC 9110, `deflate` has zlib's wrapping; many servers send it without."""
        if self._zlib is None:
            is_wrapped = data[0] & 0x0F == _ZLIB_METHOD
            self._zlib = zlib.decompressobj(_ZLIB if is_wrapped else _RAW)
        return self._zlib


def is_compressed(head: ResponseHead) -> bool:
    encoding = head.headers.get("content-encoding")
    return encoding is not None and encoding.strip().lower() not in {"", "identity"}


def decompressor(head: ResponseHead, endpoint: str) -> Decompressor | None:
    """For the body of that response; None if it is not compressed. Raises Unreadable."""
    if "content-encoding" not in head.headers or not is_compressed(head):
        return None
    encoding = head.headers["content-encoding"].strip().lower()
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise Unreadable(f"{endpoint} used an encoding that was not accepted")
    return Decompressor(endpoint, is_gzip=encoding != "deflate")
