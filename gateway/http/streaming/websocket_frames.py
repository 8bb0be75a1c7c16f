"""Frames of a WebSocket, as a server reads and writes them: wsproto reads them, without any extension."""

import struct
from collections.abc import Iterator

from wsproto.frame_protocol import CloseReason, Frame, FrameProtocol, Opcode, ParseFailed

TEXT, BINARY, CLOSE, PING, PONG = map(
    int, (Opcode.TEXT, Opcode.BINARY, Opcode.CLOSE, Opcode.PING, Opcode.PONG)
)

# Close codes. Source: RFC 6455, 7.4.1.
NORMAL, PROTOCOL_ERROR, INVALID_TEXT, TOO_BIG = 1000, 1002, 1007, 1009
INTERNAL_ERROR, SERVICE_RESTART, TRY_AGAIN_LATER = 1011, 1012, 1013

_FIN = 0x80
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_MAX_CONTROL_BYTES = 125

Message = tuple[int, bytes]
"""Opcode and payload. Of text, it is valid UTF-8; of a close frame, the code, if the client stated one."""


class InvalidFrame(Exception):
    """The client has broken the protocol; the WebSocket must be closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def frame(opcode: int, payload: bytes) -> bytes:
    """One unmasked frame with a whole message."""
    # Not wsproto's, which takes text apart and copies it four times; a change is sent to thousands.
    length = len(payload)
    if length < _TWO_BYTES:
        head = bytes((_FIN | opcode, length))
    elif length < 1 << 16:
        head = struct.pack("!BBH", _FIN | opcode, _TWO_BYTES, length)
    else:
        head = struct.pack("!BBQ", _FIN | opcode, _EIGHT_BYTES, length)
    return head + payload


def close_frame(code: int, reason: bytes = b"") -> bytes:
    # A reason that is cut within a character would be invalid UTF-8, and so would the frame.
    shortened = reason[: _MAX_CONTROL_BYTES - 2].decode(errors="ignore").encode()
    return frame(CLOSE, code.to_bytes(2, "big") + shortened)


class FrameReader:
    """Reads the frames of one client. max_bytes: of a message."""

    __slots__ = ("_max_bytes", "_parts", "_protocol", "_size")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._protocol = FrameProtocol(client=False, extensions=[])
        self._parts: list[bytes] | None = None
        self._size = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that end in the data. Raises InvalidFrame after those before the breach."""
        self._protocol.receive_bytes(data)
        try:
            for read in self._protocol.received_frames():
                if (message := self._message(read)) is not None:
                    yield message
        except ParseFailed as breach:
            raise InvalidFrame(int(breach.code)) from None

    def _message(self, read: Frame) -> Message | None:
        """The message that ends with this part of a frame, if one does."""
        if isinstance(read.payload, tuple):  # of a close frame
            code = int(read.payload[0])
            return CLOSE, b"" if code == CloseReason.NO_STATUS_RCVD else code.to_bytes(2, "big")
        payload = read.payload.encode() if isinstance(read.payload, str) else bytes(read.payload)
        if read.opcode in {Opcode.PING, Opcode.PONG}:
            return int(read.opcode), payload
        self._size += len(payload)
        if self._size > self._max_bytes:
            raise InvalidFrame(TOO_BIG)
        if not read.message_finished:
            self._parts = self._parts or []
            self._parts.append(payload)
            return None
        whole = b"".join((*self._parts, payload)) if self._parts else payload
        self._parts, self._size = None, 0
        return int(read.opcode), whole
