"""Idempotency keys that clients give: for whom one is unique, and how many a caller may have."""

from dataclasses import dataclass

from strawberry import UNSET

from gateway.context import Context
from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.journal.keys import MAX_KEY_CHARACTERS

_MOST_KEYS = 500
_MOST_KEYS_OF_A_SERVICE = 100_000
"""Idempotency keys that are remembered at a time; a service makes changes for many customers."""


@dataclass(frozen=True)
class CallersKey:
    """caller: for whom the key is unique. key: None if the client gave none. most: keys of the caller."""

    caller: str
    key: str | None
    most: int


def callers_key(context: Context, key: str | None) -> CallersKey:
    """The key of the context's caller. Raises GatewayError for a key that cannot be used."""
    caller = context.caller
    if key is None or key is UNSET:
        key = None
    elif not 1 <= len(key) <= MAX_KEY_CHARACTERS:
        reason = f"idempotencyKey must be 1 to {MAX_KEY_CHARACTERS} characters, got {len(key)}."
        raise GatewayError(BAD_USER_INPUT, reason)
    most = _MOST_KEYS_OF_A_SERVICE if caller.may_name_any_customer else _MOST_KEYS
    return CallersKey(caller.customer or caller.name, key, most)
