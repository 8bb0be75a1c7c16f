"""Send a change of an account, for a caller and their idempotency key."""

from gateway.accounts.outcomes import AccountResult
from gateway.accounts.requests import AccountRequest
from gateway.context import Context
from gateway.graph.idempotency_key import callers_key

CHANGE_COST = 2
"""Requests to imin: the change, and a reading of the account if imin's answer is lost."""


async def send(context: Context, request: AccountRequest, key: str | None) -> AccountResult:
    """The outcome. Raises GatewayError for a key that cannot be used."""
    given = callers_key(context, key)
    return await context.services.accounts.change(request, given.caller, given.key, given.most)
