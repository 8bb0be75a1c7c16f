"""Frames of a WebSocket client. Source: RFC 6455, 5.2."""

import struct

TEXT, PING = 1, 9

_FIN, _MASKED = 0x80, 0x80
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_ZERO_MASK = bytes(4)
"""Masking with zeros changes nothing, and is valid."""


def client_frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A masked frame of fewer than 65,536 bytes."""
    if len(payload) < _TWO_BYTES:
        return bytes((_FIN | opcode, _MASKED | len(payload))) + _ZERO_MASK + payload
    head = struct.pack("!BBH", _FIN | opcode, _MASKED | _TWO_BYTES, len(payload))
    return head + _ZERO_MASK + payload


def read_frames(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Opcode and payload of each whole frame of a server, and the bytes of the next."""
    frames = []
    while len(data) >= 2:  # noqa: PLR2004  # bytes of the shortest head
        length, start = data[1], 2
        if length == _TWO_BYTES:
            length, start = int.from_bytes(data[2:4]), 4
        elif length == _EIGHT_BYTES:
            length, start = int.from_bytes(data[2:10]), 10
        if len(data) < start + length or (data[1] >= _TWO_BYTES and len(data) < start):
            break
        if data[0] & 0x70:
            raise RuntimeError("the server uses an extension that was not agreed on")
        frames.append((data[0] & 0x0F, data[start : start + length]))
        data = data[start + length :]
    return frames, data
