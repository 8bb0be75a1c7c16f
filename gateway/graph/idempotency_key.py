"""Idempotency keys that clients give: for whom one is unique, and how many a caller may have."""

from strawberry import UNSET

from gateway.context import Context
from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.journal.keys import MAX_KEY_CHARACTERS
from gateway.journal.single_request import ChangeKey

_MOST_KEYS = 500
_MOST_KEYS_OF_A_SERVICE = 100_000
"""Idempotency keys that are remembered at a time; a service makes changes for many customers."""


def callers_key(context: Context, text: str | None) -> ChangeKey:
    """The key of the context's caller. text: as the client wrote it, None or UNSET for none.

    Raises GatewayError if it is empty or too long.
    """
    caller = context.caller
    if text is None or text is UNSET:
        text = None
    elif not 1 <= len(text) <= MAX_KEY_CHARACTERS:
        reason = f"idempotencyKey must be 1 to {MAX_KEY_CHARACTERS} characters, got {len(text)}."
        raise GatewayError(BAD_USER_INPUT, reason)
    most = _MOST_KEYS_OF_A_SERVICE if caller.may_name_any_customer else _MOST_KEYS
    return ChangeKey(caller.customer or caller.name, text, most)
