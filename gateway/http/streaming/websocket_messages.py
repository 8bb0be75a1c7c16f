"""The messages and close codes of graphql-transport-ws. Source: enisdenjo/graphql-ws, PROTOCOL.md."""

from typing import Any

from gateway.auth import AuthenticationError, KeysUnavailable
from gateway.http.json_input import InvalidJson, parse_json
from gateway.http.streaming.websocket_frames import TEXT, TRY_AGAIN_LATER

PROTOCOL = "graphql-transport-ws"

# Close codes of the protocol.
INVALID_MESSAGE, UNAUTHORIZED, NOT_ALLOWED = 4400, 4401, 4403
INIT_TIMEOUT, SUBSCRIBER_EXISTS, TOO_MANY_INITS = 4408, 4409, 4429


class Closed(Exception):
    """The WebSocket is to be closed, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def refused(refusal: AuthenticationError) -> Closed:
    """How a WebSocket closes whose token is missing or not accepted, or no longer.

    The code is 4403 for each of them: graphql-ws connects again after a 4403, with the token that the client
    then has, and never after a 4401. The reason is the sentence that a request over HTTP would get.
    """
    if isinstance(refusal, KeysUnavailable):
        return Closed(TRY_AGAIN_LATER, str(refusal))
    return Closed(NOT_ALLOWED, f"Forbidden: {refusal}")


def parse(opcode: int, payload: bytes) -> dict[str, Any]:
    """A message of the protocol. Raises Closed."""
    if opcode != TEXT:
        raise Closed(INVALID_MESSAGE, "Messages must be text")
    try:
        content = parse_json(payload)
    except InvalidJson as reason:
        raise Closed(INVALID_MESSAGE, f"Messages {reason}") from None
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise Closed(INVALID_MESSAGE, "Messages must be objects with a type")
    return content


def has_valid_types(payload: dict[str, Any]) -> bool:
    """Check the types of a request's parameters; the document is checked separately."""
    return (
        isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("extensions"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
