"""All settings, in one frozen object. The setting `name` is read from the variable GATEWAY_NAME."""

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from gateway.settings.files import FileSettings
from gateway.settings.server import ServerSettings
from gateway.settings.values import (
    Age,
    Count,
    HeaderKey,
    HeaderNames,
    HttpUrl,
    Origins,
    PathSegment,
    RedisUrl,
    Reuse,
    Seconds,
    Secrets,
    matching,
)

PREFIX = "GATEWAY_"


class Settings(FileSettings, ServerSettings):
    """Settings of the gateway. Secrets are masked in repr.

    They are in the order of the table in docs/settings.md: first those of the last base class.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Lowest severity that is logged."
    )
    traces_enabled: bool = Field(
        default=False, description="Send OpenTelemetry traces. Needs the extra `otel`."
    )
    cors_origins: Origins = Field(
        (),
        description="Origins of front ends that may call the gateway from a browser: exact, comma-separated.",
    )
    cors_allowed_headers: HeaderNames = Field(
        (),
        description="Request headers that these front ends may send besides those of common GraphQL clients: "
        "comma-separated.",
    )
    imin_base_url: HttpUrl = Field(
        "https://book.imin.co/api/v2", description="Base URL of imin's Booking API."
    )
    search_base_url: HttpUrl | None = Field(
        None,
        description="Base URL of imin's Search API, `https://search.imin.co`, for live sessions. It gets the "
        "API key. Leave empty for none.",
    )
    checkout_base_url: HttpUrl | None = Field(
        None,
        description="Base URL of the broker's checkout, where `createCheckoutSession` creates sessions and "
        "links lead; https in production. Leave empty for neither.",
    )
    checkout_return_origins: Origins = Field(
        (),
        description="Origins of the pages that checkout may link back to: exact, comma-separated. Leave "
        "empty for any: then a checkout page may lead elsewhere.",
    )
    imin_api_key: HeaderKey | None = Field(None, description="imin's API key. Required by `gateway serve`.")
    imin_timeout_seconds: Seconds = Field(
        1.5, description="Time for one response from imin, including queueing, headers, body and one retry."
    )
    imin_cancel_timeout_seconds: Seconds = Field(
        2.5, description="Time for imin's response to a cancellation or another change."
    )
    imin_max_answer_bytes: int = Field(
        1_048_576, gt=0, description="Largest response that is read, after decompression."
    )
    imin_max_receipt_bytes: int = Field(
        10_485_760, gt=0, description="Largest receipt PDF that is passed on."
    )
    imin_concurrency: int = Field(
        16, ge=1, le=256, description="Concurrent requests to imin for one operation."
    )
    imin_endpoint_concurrency: int = Field(
        16, ge=1, le=256, description="Concurrent requests to one endpoint of imin."
    )
    imin_endpoint_queue: int = Field(
        32,
        ge=0,
        le=10_000,
        description="Requests that may always queue for one endpoint; more while its queue moves fast.",
    )
    imin_connection_max_seconds: Reuse = Field(
        60.0,
        description="How long a connection to imin is reused, so that a moved name is followed.",
    )
    imin_customer_accounts_path: Annotated[
        str, matching(r"[A-Za-z0-9/_-]+", "must consist of letters, digits, /, - and _")
    ] = Field(
        "customer-accounts",
        description="Path of customer accounts; older documentation says `customers` (assumption).",
    )
    imin_linked_accounts_path: PathSegment | None = Field(
        None,
        description="Last segment of the path of a customer's accounts at sellers, below their account: "
        "`linked-accounts`, or `seller-accounts` in older documentation (assumption). Leave empty for none.",
    )
    imin_account_style: Literal["wrapped", "flat"] = Field(
        "wrapped",
        description="How requests to create and update accounts are written: imin documents a `wrapped` "
        "person, and in one example a `flat` one, with which no sellers can be named (assumption).",
    )
    imin_cancel_item_id: Literal["identifier", "iri"] = Field(
        "identifier",
        description="How a cancellation names an item: by `identifier`, as imin documents, or by `iri` "
        "(assumption).",
    )
    imin_webhook_key: HeaderKey | None = Field(
        None,
        description="`X-Api-Key` that imin sends with its webhook about changed customers. Leave empty to "
        "turn the webhook off.",
    )
    imin_order_webhook_key: HeaderKey | None = Field(
        None,
        description="`X-Api-Key` that imin sends with checkout's success webhook (assumption). Leave empty "
        "to turn the webhook off.",
    )
    request_timeout_seconds: Seconds = Field(
        5.0,
        description="Time for a whole query or mutation, and for the first result of a subscription, however "
        "many requests to imin it needs. What a mutation cannot begin in that time is not sent.",
    )
    cache_enabled: bool = Field(
        default=True, description="Cache imin's responses, and share one request among identical reads."
    )
    cache_fresh_seconds: Age = Field(3.0, description="Age up to which a cached response is used as it is.")
    cache_stale_seconds: Age = Field(
        2.0,
        description="For this long after that, it is used while a new one is requested in the background.",
    )
    cache_error_seconds: Age = Field(
        600.0,
        description="For this long after that, it is used when imin fails, with its age in the response.",
    )
    cache_max_bytes: int = Field(
        67_108_864,
        gt=0,
        description="Memory for cached responses and finished answers in each worker process.",
    )
    cache_answers_enabled: bool = Field(
        default=True,
        description="Send a finished answer to a query again while all that it was made from is still fresh. "
        "Without the cache none is.",
    )
    cancel_deadline_seconds: Seconds = Field(
        4.0,
        description="Time for a whole cancellation or another change: read, request, read again.",
    )
    cancel_doubt_seconds: float = Field(
        60.0,
        gt=0,
        le=86_400,
        description="How long imin may still act on a change whose response was lost (assumption). The same "
        "items, or the same change, are not sent again during this time.",
    )
    state_path: str = Field(
        "",
        description="SQLite file that remembers cancellations, versions and addresses of calendars, and "
        "devices with wallet passes, across restarts. When empty, `gateway serve` uses "
        "`gateway-state.sqlite3` in its working directory and `gateway demo` keeps them in memory.",
    )
    follow_first_seconds: Seconds = Field(
        2.0, description="Delay before a watched order, list or account is read again after a change."
    )
    follow_longest_seconds: Seconds = Field(
        60.0, description="Longest delay between two reads, reached while nothing changes."
    )
    follow_most: int = Field(
        10_000, ge=1, description="Concurrent subscriptions, over WebSockets and event streams."
    )
    follow_sockets: int = Field(
        10_000, ge=1, description="Concurrent WebSockets. Each takes an open file, and some 12 KB."
    )
    follow_most_each: int = Field(
        200, ge=1, description="Concurrent subscriptions to one customer's orders, lists and account."
    )
    follow_sockets_each: int = Field(50, ge=1, description="Concurrent WebSockets of one customer.")
    follow_operations: int = Field(20, ge=1, description="Concurrent operations on one WebSocket.")
    follow_init_seconds: Seconds = Field(
        5.0, description="Time within which a WebSocket must send `connection_init`."
    )
    redis_url: RedisUrl | None = Field(
        None, description="Redis or Valkey shared by replicas, for example `redis://host:6379/0`."
    )
    redis_timeout_seconds: Seconds = Field(
        0.05,
        description="Time for one call to Redis. After a failure the gateway does without it for a second.",
    )
    redis_connection_max_seconds: Seconds = Field(
        60.0,
        description="Age at which connections to Redis are replaced, so that a moved name is followed.",
    )
    id_secret: Secrets = Field(
        (),
        description="Comma-separated keys that sign global ids: the first signs, all are accepted. "
        "Derived from the API key when empty.",
    )
    auth_jwks_url: HttpUrl | None = Field(
        None,
        description="JWK Set with the keys that sign tokens. `gateway serve` requires this or "
        "`GATEWAY_AUTH_PUBLIC_KEY`.",
    )
    auth_public_key: str | None = Field(
        None, description="The key itself instead of a URL: a PEM public key, a JWK or a JWK Set."
    )
    auth_jwks_max_age_seconds: float = Field(
        300.0,
        ge=2,
        le=86_400,
        description="Age at which keys are fetched again. An unknown key is looked up sooner.",
    )
    auth_issuer: str = Field("", description="Expected `iss` of tokens. Required by `gateway serve`.")
    auth_audience: str = Field(
        "", description="Expected `aud` of tokens, or one of its values. Required by `gateway serve`."
    )
    auth_customer_claim: str = Field(
        "sub", min_length=1, description="Claim that holds imin's customer identifier."
    )
    auth_service_scope: Annotated[
        str, matching(r"[!-~]+", "must consist of printable ASCII characters without spaces")
    ] = Field(
        "bookings:any-customer",
        description="Scope (`scope` or `scp`) of trusted services, which may act for any customer.",
    )
    auth_skew_seconds: int = Field(
        30, ge=0, le=300, description="Accepted difference between the issuer's clock and ours."
    )
    auth_nbf_required: bool = Field(
        default=True, description="Require `nbf` in tokens; some issuers leave it out."
    )

    keep_alive_seconds: float = Field(
        620.0,
        gt=0,
        le=86_400,
        description="How long an idle connection stays open. It must be longer than a load balancer's "
        "keep-alive, which is 600 s at Google and 60 s at AWS.",
    )
    header_timeout_seconds: Seconds = Field(10.0, description="Time for a request's headers to arrive.")
    body_timeout_seconds: Seconds = Field(15.0, description="Time for a request's body to arrive.")
    write_timeout_seconds: Seconds = Field(30.0, description="How long a client may stop reading.")
    limit_body_bytes: Count = Field(
        65_536, description="Maximum size of a request body, after decompression."
    )
    limit_document_bytes: Count = Field(32_768, description="Maximum size of a document.")
    limit_tokens: Count = Field(4_000, description="Maximum number of tokens in a document.")
    limit_depth: Count = Field(12, description="Maximum depth of fields.")
    limit_aliases: Count = Field(
        30, description="Maximum number of aliases, counted after expanding fragments."
    )
    limit_root_fields: Count = Field(20, description="Maximum number of root fields in an operation.")
    limit_introspections: Count = Field(
        4, description="Maximum number of introspection fields; the whole schema takes about 20 ms."
    )
    limit_directives: Count = Field(
        50, description="Maximum number of directives, counted after expanding fragments."
    )
    limit_fields: Count = Field(
        100_000, description="Maximum number of fields, counted after expanding fragments."
    )
    limit_pairs: Count = Field(
        5_000,
        description="Maximum number of pairs of fields with one response name, which slow down validation.",
    )
    limit_list_items: Count = Field(100, description="Maximum length of a list in arguments or variables.")
    limit_cost: Count = Field(250, description="Maximum cost of an operation, in requests to imin.")
    limit_errors: Count = Field(5, description="Maximum number of errors in a response.")
    limit_requests: Count = Field(
        256, description="Maximum number of concurrent operations; more are refused with 503 at once."
    )
    rate_limited: bool = Field(default=True, description="Limit the request rate of each customer.")
    rate_cost_per_second: float = Field(
        100.0, gt=0, description="Requests to imin a customer may cause per second, on average."
    )
    rate_burst_cost: Count = Field(2_000, description="Requests to imin a customer may cause in a burst.")

    @model_validator(mode="before")
    @classmethod
    def _strip(cls, values: dict[str, object]) -> dict[str, object]:
        # A value from a mounted file ends in a newline.
        stripped = {name: _stripped(value) for name, value in values.items()}
        return {name: value for name, value in stripped.items() if value != ""}

    @field_validator("checkout_base_url")
    @classmethod
    def _is_secure(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url and info.data.get("profile") == "production" and not url.startswith("https://"):
            raise ValueError("must be an https URL in production")
        return url

    @field_validator("imin_base_url", "public_url", "search_base_url", "checkout_base_url")
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        return url.rstrip("/") if url else url

    def but(self, **changes: object) -> Self:
        """A copy with some settings changed and validated again. Raises pydantic's ValidationError."""
        return type(self).model_validate({**self.model_dump(exclude_unset=True), **changes})


def _stripped(value: object) -> object:
    return value.strip(" \t\r\n") if isinstance(value, str) else value
