"""A client of the gateway for back ends: errors by code, and another attempt after those that pass."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError

# --8<-- [start:codes]
TEMPORARY = {
    "RATE_LIMITED",
    "SERVICE_UNAVAILABLE",
    "UPSTREAM_TIMEOUT",
    "UPSTREAM_UNAVAILABLE",
    "NO_RESPONSE",  # of this client itself
}
"""Errors that pass. UPSTREAM_INVALID is none: the booking system sent what cannot be read."""
# --8<-- [end:codes]
ATTEMPTS = 5
NO_RESPONSE = {"message": "The gateway did not respond.", "extensions": {"code": "NO_RESPONSE"}}


class GatewayError(Exception):
    """The errors of a response. The message has their codes and texts, which hold no personal data."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        self.codes = {error["extensions"]["code"] for error in errors}
        super().__init__("; ".join(f"{error['extensions']['code']}: {error['message']}" for error in errors))


class Gateway:
    """Sends operations. Use `connected()`."""

    def __init__(self, session: AsyncClientSession, transport: AIOHTTPTransport) -> None:
        self._session, self._transport = session, transport

    async def send(self, document: GraphQLRequest, **variables: Any) -> dict[str, Any]:
        """The data of a response. Raises GatewayError.

        The request may be sent several times: so give mutations an idempotency key.
        """
        # --8<-- [start:retry]
        request = GraphQLRequest(document, variable_values=variables)
        for failures in range(1, ATTEMPTS + 1):
            at_least: float = 0
            data: dict[str, Any] | None = None
            try:
                return await self._session.execute(request)
            except TransportConnectionFailed:
                errors = [NO_RESPONSE]
            except TransportQueryError as refusal:
                errors, data = refusal.errors or [], refusal.data
                at_least = self._retry_after()
            error = GatewayError(errors)
            print(error, file=sys.stderr)
            if not error.codes <= TEMPORARY or failures == ATTEMPTS:
                break
            await asyncio.sleep(at_least + random.uniform(0, 0.25 * 2**failures))
        # A field of one booking is null, but the list is there: the rest of the data stands.
        if data and all(len(one.get("path", ())) > len(("customer", "page")) for one in errors):
            return data
        raise error

    def _retry_after(self) -> float:
        headers = self._transport.response_headers
        return float(headers.get("Retry-After", 0)) if headers else 0

    # --8<-- [end:retry]


@asynccontextmanager
async def connected() -> AsyncIterator[Gateway]:
    """The gateway at GATEWAY_URL, with the token in GATEWAY_TOKEN."""
    transport = AIOHTTPTransport(
        os.environ.get("GATEWAY_URL", "http://127.0.0.1:8000/graphql"),
        headers={"Authorization": f"Bearer {os.environ.get('GATEWAY_TOKEN', '')}"},
        timeout=10,
    )
    async with Client(transport=transport) as session:
        yield Gateway(session, transport)
