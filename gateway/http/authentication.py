"""Authenticate requests, and charge their callers."""

from dataclasses import dataclass

from gateway.auth import Authenticate, AuthenticationError, Caller, HasHeaders
from gateway.context import Context, Services
from gateway.http.limits.rate import Bucket, RateLimited, RateLimits
from gateway.observability.logging import RequestRecord, are_requests_logged
from gateway.signing.global_ids import IdSigner
from gateway.spending import Spending


@dataclass(frozen=True, slots=True)
class RequestScope:
    """The request that an operation belongs to: its caller, its id and its log record.

    bucket: what the caller's rate limit has left; None if there is no limit. 1 has been charged already, for
    reading the request.
    """

    caller: Caller
    bucket: Bucket | None
    request_id: str
    record: RequestRecord

    def new_context(self, services: Services) -> Context:
        """A context that charges the cost of the operation to the caller."""
        spending = Spending(self.record.calls)
        if self.bucket:
            spending.charge = self.bucket.charge
        return Context(self.caller, self.request_id, services, spending=spending)


@dataclass(frozen=True)
class Authentication:
    """Finds the caller of a request by its credentials."""

    authenticate: Authenticate
    rates: RateLimits
    signer: IdSigner

    async def admit(self, request: HasHeaders, request_id: str, record: RequestRecord) -> RequestScope:
        """Authenticate a request by its headers, and charge 1. Raises AuthenticationError, RateLimited."""
        caller = await self.caller(request)
        if are_requests_logged():
            record.caller = self.pseudonym(caller)
        return self.charged_scope(caller, request_id, record)

    async def caller(self, request: HasHeaders) -> Caller:
        """Raises AuthenticationError, also if the request carries no credentials."""
        caller = await self.authenticate(request)
        if caller is None:
            raise AuthenticationError("Please sign in.")
        return caller

    def charged_scope(self, caller: Caller, request_id: str, record: RequestRecord) -> RequestScope:
        """Charge 1, because even a document that cannot be parsed costs time. Raises RateLimited."""
        bucket = self.rates.bucket_of(caller)
        if bucket:
            if not bucket.charge(1):
                raise RateLimited(bucket, 1)
            record.calls.charge_late = bucket.charge_late
        return RequestScope(caller, bucket, request_id, record)

    def pseudonym(self, caller: Caller) -> str:
        """Identifies the caller in the log."""
        return self.signer.pseudonym(caller.customer or caller.name)
