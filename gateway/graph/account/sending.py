"""Send a change of an account, for a caller and their idempotency key."""

from gateway.accounts.outcomes import AccountResult
from gateway.accounts.requests import AccountRequest
from gateway.accounts.service import MAX_READINGS
from gateway.context import Context
from gateway.graph.idempotency_key import callers_key

_RETRIES = 2
CHANGE_COST = 1 + MAX_READINGS + _RETRIES
"""Requests to imin: the change; if its answer is lost, readings of the account, of which some are retried."""
ERASURE_COST = 3
"""Likewise, with one reading and its retry."""


async def send(context: Context, request: AccountRequest, key: str | None) -> AccountResult:
    """The outcome. Raises GatewayError for a key that cannot be used."""
    return await context.services.accounts.change(request, callers_key(context, key))
