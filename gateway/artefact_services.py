"""Build what makes files of bookings: calendars and wallet passes, and what they remember."""

from typing import TYPE_CHECKING, TypeAlias

from gateway.artefacts.calendar_state import CalendarState, SqliteCalendarState
from gateway.artefacts.calendars import CalendarOptions, Calendars
from gateway.artefacts.wallet.registrations import SqliteRegistrations
from gateway.artefacts.wallet.wallets import Wallets
from gateway.clock import Clock
from gateway.imin.cache import Cache
from gateway.imin.repository import Repository
from gateway.replicas.calendar_state import ReplicaCalendarState
from gateway.replicas.redis_client import RedisClient
from gateway.replicas.wallet_registrations import ReplicaRegistrations
from gateway.settings.model import Settings
from gateway.settings.wallet_keys import service_account
from gateway.signing.global_ids import IdSigner

if TYPE_CHECKING:
    from gateway.artefacts.wallet.apple import ApplePasses
    from gateway.artefacts.wallet.google import GoogleWallet


_CalendarStates: TypeAlias = tuple[SqliteCalendarState, CalendarState]
"""What this process remembers, and over it, what all replicas do."""


def calendar_states(settings: Settings, redis: RedisClient | None) -> _CalendarStates:
    state = SqliteCalendarState(settings.state_path)
    return state, ReplicaCalendarState(redis, state) if redis else state


def calendars(
    settings: Settings, repository: Repository, cache: Cache | None, now: Clock, states: _CalendarStates
) -> Calendars:
    state, shared = states
    options = CalendarOptions(
        name=settings.calendar_name,
        time_zone=settings.time_zone,
        alarm_minutes=settings.calendar_alarm_minutes,
        fresh_seconds=settings.calendar_fresh_seconds,
        poll_minutes=settings.calendar_poll_minutes,
    )
    return Calendars(
        repository,
        cache,
        options,
        now,
        state=state,
        shared=shared,
        concurrency=settings.imin_concurrency,
    )


def wallets(settings: Settings, apple: "ApplePasses | None", redis: RedisClient | None) -> Wallets:
    google = _google_wallet(settings)
    if apple is None or redis is not None:
        return Wallets(apple, google, ReplicaRegistrations(redis) if apple and redis else None)
    file = SqliteRegistrations(settings.state_path)
    return Wallets(apple, google, file, file)


def apple_passes(  # noqa: PLR0913, PLR0917  # parts of the services
    settings: Settings,
    repository: Repository,
    now: Clock,
    signer: IdSigner,
    public_url: str,
    state: CalendarState,
) -> "ApplePasses | None":
    certificate, key, wwdr = (
        settings.apple_pass_certificate,
        settings.apple_pass_key,
        settings.apple_pass_wwdr,
    )
    if certificate is None or key is None or wwdr is None:
        return None
    from gateway.artefacts.wallet.apple import AppleOptions, ApplePasses  # noqa: PLC0415  # loads cryptography
    from gateway.artefacts.wallet.package import PassPackager  # noqa: PLC0415  # as above

    packager = PassPackager(*(pem.get_secret_value() for pem in (certificate, key, wwdr)))
    options = AppleOptions(
        settings.apple_pass_type_id,
        settings.apple_team_id,
        settings.wallet_issuer_name,
        f"{public_url}/wallet",
    )
    tokens, concurrency = signer.pass_tokens, settings.imin_concurrency
    return ApplePasses(packager, options, repository, tokens, state, now, concurrency)


def _google_wallet(settings: Settings) -> "GoogleWallet | None":
    if settings.google_wallet_key is None:
        return None
    from gateway.artefacts.wallet.google import GoogleWallet  # noqa: PLC0415  # loads joserfc

    account = service_account(settings.google_wallet_key)
    return GoogleWallet(
        account.client_email,
        account.private_key,
        settings.google_wallet_issuer_id,
        settings.wallet_issuer_name,
    )
