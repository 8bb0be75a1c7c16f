"""`/wallet/v1/…`: the web service by which Apple's wallets keep passes up to date.

A device proves with the pass's token that it has the pass. To list what has changed it needs none:
its identifier is secret, and an unknown one causes no request to imin. The pushes that make a
device ask are the operator's. Source: Apple, Wallet Passes, Adding a Web Service to Update Passes.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import msgspec
import structlog
from aiohttp import hdrs, web
from msgspec import Struct

from gateway.artefacts.erasures import Erasures
from gateway.artefacts.wallet.registrations import Registrations, TooManyRegistrations
from gateway.auth import Caller
from gateway.errors import FORBIDDEN, SERVICE_UNAVAILABLE, UNAUTHENTICATED
from gateway.http.bad_request import BadRequest
from gateway.http.body import read_body
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.limits.rate import RateLimited, RateLimits
from gateway.http.middleware import Handler
from gateway.http.refusals import REFUSALS, refusal_response
from gateway.http.response import RawResponse, error_response, json_response
from gateway.http.upstream_failures import RETRY_SECONDS, upstream_response
from gateway.http.wallet import pass_response
from gateway.imin.errors import IminError, NotFound
from gateway.journal.errors import JournalUnavailable
from gateway.signing.wallet_tokens import PassName, PassTokens, serial_of

if TYPE_CHECKING:
    from gateway.artefacts.wallet.apple import ApplePasses

log = structlog.get_logger()

_SCHEME = "ApplePass "
_DEVICE = re.compile(r"[A-Za-z0-9._-]{1,100}\Z")
_PUSH_TOKEN = re.compile(r"[A-Za-z0-9+/=._:-]{1,200}\Z")
_REASON = re.compile(r"encountered error: ([A-Za-z ,.'()-]{1,80})")
_MAX_REASONS = 5
_SAME_MOMENT = timedelta(seconds=2)
"""Changes that are seen this soon after each other may be reported twice, so that none is missed."""

_Respond: TypeAlias = Callable[[web.Request], Awaitable[RawResponse]]


class _Registration(Struct, rename="camel"):
    push_token: str


class _Logs(Struct):
    logs: list[str]


class WalletService:
    """Handlers of the service's endpoints."""

    def __init__(  # noqa: PLR0913, PLR0917  # the parts that the app puts together
        self,
        passes: "ApplePasses",
        registrations: Registrations,
        erasures: Erasures,
        tokens: PassTokens,
        rates: RateLimits,
        limit: ConcurrencyLimit,
        body_seconds: float,
    ) -> None:
        self._passes = passes
        self._registrations = registrations
        self._erasures = erasures
        self._tokens = tokens
        self._rates = rates
        self._limit = limit
        self._body_seconds = body_seconds

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Method, path and handler of each endpoint."""
        registration = "/wallet/v1/devices/{device}/registrations/{type}"
        endpoints = (
            ("POST", f"{registration}/{{serial}}", self._register),
            ("DELETE", f"{registration}/{{serial}}", self._unregister),
            ("GET", registration, self._changed),
            ("GET", "/wallet/v1/passes/{type}/{serial}", self._latest),
            ("POST", "/wallet/v1/log", self._log),
        )
        return [(method, path, self._guarded(respond)) for method, path, respond in endpoints]

    def _guarded(self, respond: _Respond) -> Handler:
        async def handler(request: web.Request) -> RawResponse:
            try:
                with self._limit:
                    return await respond(request)
            except REFUSALS as refusal:
                return refusal_response(refusal)
            except TooManyRegistrations:
                return error_response(403, FORBIDDEN, "There are too many registrations.")
            except JournalUnavailable:
                response = error_response(503, SERVICE_UNAVAILABLE, "Please try again later.")
                response.headers[hdrs.RETRY_AFTER] = RETRY_SECONDS
                return response
            except IminError as error:
                return upstream_response(error, "pass", is_polled=True)

        return handler

    async def _register(self, request: web.Request) -> RawResponse:
        name = self._authenticate(request)
        await self._check_owner(name)
        device, serial = self._device(request), request.match_info["serial"]
        try:
            body = await read_body(request, self._body_seconds)
            token = msgspec.json.decode(body, type=_Registration).push_token
        except (msgspec.MsgspecError, RecursionError):
            token = ""
        if _PUSH_TOKEN.match(token) is None:
            raise BadRequest(400, "The body must be JSON with a pushToken.")
        is_new = await self._registrations.add(device, serial, token)
        return RawResponse(201 if is_new else 200, {})

    async def _unregister(self, request: web.Request) -> RawResponse:
        self._authenticate(request)
        await self._registrations.remove(self._device(request), request.match_info["serial"])
        return RawResponse(200, {})

    async def _changed(self, request: web.Request) -> RawResponse:
        """Passes on a device that have changed since it asked last. One request to imin for each pass."""
        device = self._device(request)
        serials = await self._registrations.serials(device)
        named = [
            (serial, name)
            for serial in serials
            if (name := self._tokens.read(serial)) is not None and not await self._is_ended(device, name)
        ]
        self._charge(f"wallet device {device}", len(named))
        asked_at = self._passes.now()
        read = await self._passes.read("", [name for _, name in named])
        found = [(serial, one) for (serial, _), one in zip(named, read, strict=True) if one is not None]
        times = await self._passes.changed_at([one for _, one in found])
        since = _moment(request.query.get("passesUpdatedSince", ""))
        changed = [serial for (serial, _), at in zip(found, times, strict=True) if at.timestamp() > since]
        if not changed:
            return RawResponse(204, {})
        latest = min(max(times), asked_at - _SAME_MOMENT)
        return json_response({"serialNumbers": changed, "lastUpdated": str(int(latest.timestamp()))})

    async def _latest(self, request: web.Request) -> RawResponse:
        name, serial = self._authenticate(request), request.match_info["serial"]
        await self._check_owner(name)
        self._charge(f"wallet pass {serial}", 1)
        [one] = await self._passes.read("", [name])
        if one is None:
            raise NotFound("no such item")
        [changed_at] = await self._passes.changed_at([one])
        if _is_known(request.if_modified_since, changed_at):
            return RawResponse(304, {})
        return await pass_response(self._passes, one)

    async def _log(self, request: web.Request) -> RawResponse:
        """Log why devices could not update passes, without what identifies a device or a pass."""
        try:
            logs = msgspec.json.decode(await read_body(request, self._body_seconds), type=_Logs).logs
        except (msgspec.MsgspecError, RecursionError):
            raise BadRequest(400, "The body must be JSON with a list of logs.") from None
        reasons = [found[1] for found in map(_REASON.search, logs[:_MAX_REASONS]) if found]
        log.warning("a wallet reports problems", messages=len(logs), reasons=reasons)
        return RawResponse(200, {})

    async def _check_owner(self, name: PassName) -> None:
        """Raises NotFound if the account of the pass's owner is deleted."""
        if await self._erasures.has_owner_ended(name.order):
            raise NotFound("the owner's account is deleted")

    async def _is_ended(self, device: str, name: PassName) -> bool:
        """Whether the account of the pass's owner is deleted; then the registration is deleted too."""
        is_ended = await self._erasures.has_owner_ended(name.order)
        if is_ended:
            await self._registrations.remove(device, serial_of(name))
        return is_ended

    def _authenticate(self, request: web.Request) -> PassName:
        """The pass whose token the request has. Raises BadRequest."""
        authorization = request.headers.get(hdrs.AUTHORIZATION, "")
        serial, is_own_type = request.match_info["serial"], self._is_own_type(request)
        token = authorization.removeprefix(_SCHEME) if authorization.startswith(_SCHEME) else ""
        name = self._tokens.verify(serial, token)
        if name is None or not is_own_type:
            raise BadRequest(401, "The pass's token is missing or wrong.", code=UNAUTHENTICATED)
        return name

    def _device(self, request: web.Request) -> str:
        device = request.match_info["device"]
        if _DEVICE.match(device) is None or not self._is_own_type(request):
            raise NotFound("no such device")
        return device

    def _is_own_type(self, request: web.Request) -> bool:
        return request.match_info["type"] == self._passes.options.type_id

    def _charge(self, name: str, cost: int) -> None:
        """Charge the cost to a bucket that no customer has. Raises RateLimited."""
        bucket = self._rates.bucket_of(Caller(name))
        cost = min(cost, bucket.rules.burst) if bucket else cost
        if bucket and not bucket.charge(cost):
            raise RateLimited(bucket, cost)


def _moment(tag: str) -> float:
    """The time that an earlier response has named; for any other text the beginning of time."""
    return float(tag) if tag.isascii() and tag.isdecimal() and len(tag) < 12 else 0.0  # noqa: PLR2004  # digits


def _is_known(since: datetime | None, changed_at: datetime) -> bool:
    return since is not None and changed_at <= since
