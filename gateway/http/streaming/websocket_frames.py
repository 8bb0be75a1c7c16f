"""Frames of a WebSocket, as a server reads and writes them. No extension is used. Source: RFC 6455, 5."""

import struct
from collections.abc import Iterator

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

# Close codes. Source: RFC 6455, 7.4.1.
NORMAL, PROTOCOL_ERROR, INVALID_TEXT, TOO_BIG = 1000, 1002, 1007, 1009
INTERNAL_ERROR, SERVICE_RESTART, TRY_AGAIN_LATER = 1011, 1012, 1013
_CODES = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014})
_APPLICATION_CODES = range(3_000, 5_000)

_CONTINUATION = 0
_FIN, _RESERVED, _OPCODE, _MASKED, _LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_MAX_CONTROL_BYTES = 125
_MASK_BYTES = 4
_SHORTEST_HEAD = 2

Message = tuple[int, bytes]
"""Opcode and payload; of text, the payload is valid UTF-8."""


class InvalidFrame(Exception):
    """The client has broken the protocol; the WebSocket must be closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def frame(opcode: int, payload: bytes) -> bytes:
    """One unmasked frame with a whole message."""
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


def close_code(payload: bytes) -> int:
    """The code of a client's close frame. Raises InvalidFrame."""
    if not payload:
        return NORMAL
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not (code in _CODES or code in _APPLICATION_CODES):
        raise InvalidFrame(PROTOCOL_ERROR)
    _require_text(payload[2:])
    return code


class FrameReader:
    """Reads the frames of one client. max_bytes: of a message.

    Between messages it holds nothing, since most WebSockets are idle.
    """

    __slots__ = ("_fragments", "_max_bytes", "_opcode", "_unread")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._unread: bytearray | None = None
        self._fragments: bytearray | None = None
        self._opcode = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that end in the data. Raises InvalidFrame after those before the breach."""
        buffer: bytes | bytearray = data
        if self._unread is not None:
            self._unread += data
            buffer, self._unread = self._unread, None
        at, length = 0, len(buffer)
        while (head := self._head(buffer, at)) is not None and (end := sum(head)) <= length:
            start = head[0]
            payload = _unmasked(bytes(buffer[start:end]), bytes(buffer[start - _MASK_BYTES : start]))
            message = self._message(buffer[at] & _OPCODE, payload, is_last=buffer[at] >= _FIN)
            at = end
            if message is not None:
                yield message
        if at < length:
            # Cut in place: a client that trickles a long frame must not make us copy it each time.
            self._unread = buffer if isinstance(buffer, bytearray) else bytearray(buffer)
            del self._unread[:at]

    def _head(self, buffer: bytes | bytearray, at: int) -> tuple[int, int] | None:
        """Where the payload of the frame starts, and its length; None if the head is incomplete."""
        left = len(buffer) - at
        if left < _SHORTEST_HEAD:
            return None
        first, second = buffer[at], buffer[at + 1]
        length, start = second & _LENGTH, at + _SHORTEST_HEAD
        self._check_head(first, is_masked=second >= _MASKED, short_length=length)
        if length >= _TWO_BYTES:
            size = 2 if length == _TWO_BYTES else 8
            if left < _SHORTEST_HEAD + size:
                return None
            length, start = int.from_bytes(buffer[start : start + size], "big"), start + size
        held = len(self._fragments) if self._fragments is not None and first & _OPCODE < CLOSE else 0
        if held + length > self._max_bytes:
            raise InvalidFrame(TOO_BIG)
        return start + _MASK_BYTES, length

    def _check_head(self, first: int, *, is_masked: bool, short_length: int) -> None:
        opcode = first & _OPCODE
        if first & _RESERVED or not is_masked:
            raise InvalidFrame(PROTOCOL_ERROR)
        if opcode >= CLOSE:
            is_valid = opcode <= PONG and first & _FIN and short_length <= _MAX_CONTROL_BYTES
        elif opcode == _CONTINUATION:
            is_valid = self._fragments is not None
        else:
            is_valid = opcode <= BINARY and self._fragments is None
        if not is_valid:
            raise InvalidFrame(PROTOCOL_ERROR)

    def _message(self, opcode: int, payload: bytes, *, is_last: bool) -> Message | None:
        """The message that ends with this frame, if one does."""
        if opcode >= CLOSE:
            return opcode, payload
        if opcode == _CONTINUATION and self._fragments is not None:
            self._fragments += payload
        elif is_last:
            return self._checked(opcode, payload)
        else:
            self._opcode, self._fragments = opcode, bytearray(payload)
        if not is_last:
            return None
        whole, self._fragments = bytes(self._fragments or b""), None
        return self._checked(self._opcode, whole)

    @staticmethod
    def _checked(opcode: int, payload: bytes) -> Message:
        if opcode == TEXT:
            _require_text(payload)
        return opcode, payload


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    length = len(payload)
    key = (mask * (length // _MASK_BYTES + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(length, "big")


def _require_text(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise InvalidFrame(INVALID_TEXT) from None
