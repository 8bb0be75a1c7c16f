"""Settings of what customers take with them: receipts, barcodes, calendars and wallet passes."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from gateway.settings.values import HttpsUrl, Reuse, TimeZone
from gateway.settings.wallet_keys import (
    GoogleIssuer,
    GoogleKey,
    PassCertificate,
    PassKey,
    PassTypeId,
    TeamId,
    Wwdr,
)
from gateway.time_zones import DEFAULT_TIME_ZONE


class FileSettings(BaseSettings):
    """A part of Settings."""

    receipt_link_seconds: int = Field(
        300,
        ge=10,
        le=86_400,
        description="How long links to receipts, pictures of passes and calendar files work without a token.",
    )
    default_barcode: Literal["QR", "CODE_128"] = Field(
        "QR",
        description="Barcode of a pass for which imin states no symbology, or one that cannot show its text.",
    )
    time_zone: TimeZone = Field(
        DEFAULT_TIME_ZONE,
        description="IANA time zone of sessions and venues whose schedule, address and position tell none.",
    )
    map_provider: Literal["openstreetmap", "google", "apple"] = Field(
        "openstreetmap", description="Map service that links to venues lead to."
    )
    calendar_name: str = Field(
        "Bookings", min_length=1, max_length=100, description="Name of calendar feeds, for people."
    )
    calendar_fresh_seconds: Reuse = Field(
        300.0,
        description="Age up to which a calendar feed is served from the cache, unless a change of its "
        "bookings is known.",
    )
    calendar_poll_minutes: int = Field(
        60, ge=5, le=10_080, description="How often calendar programs are asked to poll a feed."
    )
    calendar_alarm_minutes: int = Field(
        0, ge=0, le=40_320, description="Alarm of calendar entries, in minutes before the start; 0 for none."
    )
    card_management_url: HttpsUrl | None = Field(
        None,
        description="Page of the broker where customers manage their payment cards. Leave empty for none.",
    )
    wallet_issuer_name: str = Field(
        "Bookings",
        min_length=1,
        max_length=100,
        description="Name of the issuer of wallet passes, for people.",
    )
    apple_pass_certificate: PassCertificate | None = Field(
        None,
        description="Certificate of a pass type at Apple: PEM, or a path to it. Leave empty for no passes in "
        "Apple Wallet.",
    )
    apple_pass_key: PassKey = Field(
        None,
        validate_default=True,
        description="Private key of that certificate: PEM without a password, or a path to it. Required with "
        "`GATEWAY_APPLE_PASS_CERTIFICATE`.",
    )
    apple_pass_wwdr: Wwdr = Field(
        None,
        validate_default=True,
        description="Apple's certificate (WWDR) that issued that certificate: PEM, or a path to it. Required "
        "with `GATEWAY_APPLE_PASS_CERTIFICATE`.",
    )
    apple_pass_type_id: PassTypeId = Field(
        "", validate_default=True, description="Pass type identifier. That of the certificate when empty."
    )
    apple_team_id: TeamId = Field(
        "", validate_default=True, description="Team identifier. That of the certificate when empty."
    )
    google_wallet_key: GoogleKey | None = Field(
        None,
        description="JSON of the Google service account that signs passes, or a path to it. Leave empty for "
        "no links to Google Wallet.",
    )
    google_wallet_issuer_id: GoogleIssuer = Field(
        "",
        validate_default=True,
        description="Issuer id in Google Wallet. Required with `GATEWAY_GOOGLE_WALLET_KEY`.",
    )
