"""Everything that can be set from outside, in one frozen object.

Each setting is an environment variable `GATEWAY_…` of the field's name in capitals.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AnyHttpUrl, Field, SecretStr, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, le=300)]
Age = Annotated[float, Field(ge=0, le=86_400)]


class Settings(BaseSettings):
    """Settings of the gateway. Secrets never show in repr."""

    model_config = SettingsConfigDict(
        env_prefix="GATEWAY_", frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    workers: int = Field(1, ge=1, le=64, description="Processes that share the port.")
    public_url: HttpUrl | None = Field(
        None, description="Address at which browsers reach the gateway; receipt links start with it."
    )
    profile: Literal["development", "production"] = Field(
        "development", description="`production` turns GraphiQL, introspection and queries by GET off."
    )
    graphiql_enabled: bool | None = Field(
        None, description="Whether there is GraphiQL; as the profile says when empty."
    )
    introspection_enabled: bool | None = Field(
        None, description="Whether the schema may be asked for; as the profile says when empty."
    )
    trusted_documents: Path | None = Field(
        None, description="File of trusted documents, JSON: id → text, or Apollo's manifest."
    )
    trusted_documents_mode: Literal["also", "only"] = Field(
        "also", description="`only` refuses every other document."
    )
    persisted_queries: int = Field(
        1_000, ge=0, le=100_000, description="Documents kept for clients that name them by hash; 0 for none."
    )
    receipt_link_seconds: int = Field(
        300, ge=10, le=86_400, description="How long a receipt's url opens without a token."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severity that is logged."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins of front ends that may ask, exact, comma-separated."
    )
    imin_base_url: HttpUrl = Field("https://book.imin.co/api/v2", description="Where imin's Booking API is.")
    imin_api_key: SecretStr | None = Field(None, description="imin's key; required by `gateway serve`.")
    imin_timeout_seconds: Seconds = Field(
        1.5, description="Time for one answer of imin: waiting for a turn, headers, body, one repeat."
    )
    imin_cancel_timeout_seconds: Seconds = Field(2.5, description="Time for imin's answer to a cancellation.")
    imin_max_answer_bytes: int = Field(
        1_048_576, gt=0, description="Largest answer that is read, after inflating."
    )
    imin_max_receipt_bytes: int = Field(
        10_485_760, gt=0, description="Largest receipt PDF that is passed on."
    )
    imin_concurrency: int = Field(16, ge=1, le=256, description="Requests to imin in flight for one query.")
    imin_endpoint_concurrency: int = Field(
        16, ge=1, le=256, description="Requests in flight to one endpoint of imin."
    )
    imin_endpoint_queue: int = Field(
        32, ge=0, le=10_000, description="Requests that may always wait for that; more while it moves fast."
    )
    imin_customer_accounts_path: str = Field(
        "customer-accounts",
        pattern=r"^[A-Za-z0-9/_-]+$",
        description="Path of customer accounts; older documentation says `customers` (assumption).",
    )
    imin_cancel_item_id: Literal["identifier", "iri"] = Field(
        "identifier",
        description="What a cancellation names an item by; imin says identifier (assumption).",
    )
    imin_webhook_key: SecretStr | None = Field(
        None,
        description="What imin sends as X-Api-Key when it tells that a customer's details have changed; "
        "none is listened to when empty.",
    )
    request_timeout_seconds: Seconds = Field(
        5.0, description="Time for a whole query, however many answers of imin it needs."
    )
    cache_enabled: bool = Field(
        default=True, description="Whether what imin answered is kept, and questions shared."
    )
    cache_fresh_seconds: Age = Field(3.0, description="Age up to which an answer is given as it is.")
    cache_stale_seconds: Age = Field(
        2.0, description="For so long after that it is given while it is asked for anew."
    )
    cache_error_seconds: Age = Field(
        600.0, description="For so long after that it is given while imin is down, marked with its age."
    )
    cache_max_bytes: int = Field(
        67_108_864, gt=0, description="Memory for what is kept, in each worker process."
    )
    cancel_deadline_seconds: Seconds = Field(
        4.0, description="Time for a whole cancellation: reading, asking, reading again."
    )
    cancel_doubt_seconds: float = Field(
        60.0,
        gt=0,
        le=86_400,
        description="How long imin may still act on a cancellation whose answer was lost (assumption); for "
        "so long it is not asked again.",
    )
    state_path: str = Field(
        "",
        description="File that remembers cancellations across restarts. When empty, `gateway serve` takes "
        "`gateway-state.sqlite3` in its working directory, and `gateway demo` keeps them in memory.",
    )
    follow_first_seconds: Seconds = Field(
        2.0, description="Pause before an order that is followed is read again, after a change."
    )
    follow_longest_seconds: Seconds = Field(60.0, description="Longest pause, reached while nothing changes.")
    traces_enabled: bool = Field(
        default=False, description="Whether OpenTelemetry traces are sent; needs the extra `otel`."
    )
    follow_most: int = Field(
        2_000, ge=1, description="Subscriptions at a time, over WebSockets and event streams."
    )
    follow_sockets: int = Field(1_000, ge=1, description="WebSockets at a time.")
    follow_most_each: int = Field(
        200, ge=1, description="Subscriptions at a time to the orders of one customer."
    )
    follow_sockets_each: int = Field(50, ge=1, description="WebSockets of one customer at a time.")
    follow_operations: int = Field(20, ge=1, description="Operations at a time on one WebSocket.")
    follow_init_seconds: Seconds = Field(
        5.0, description="Time in which a WebSocket must say who it is, in connection_init."
    )
    redis_url: SecretStr | None = Field(
        None, description="Redis or Valkey that replicas share, such as `redis://host:6379/0`."
    )
    redis_timeout_seconds: Seconds = Field(
        0.05, description="Time for one answer of it; then the gateway does without for a second."
    )
    id_secret: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Key of the global ids, comma-separated: the first signs, all are accepted. "
        "Derived from the API key when empty.",
    )
    auth_jwks_url: HttpUrl | None = Field(
        None, description="Keys that sign tokens, a JWK Set; `gateway serve` requires this or the next."
    )
    auth_public_key: str | None = Field(
        None, description="The key itself, instead of an address: PEM of a public key, JWK or JWK Set."
    )
    auth_jwks_max_age_seconds: float = Field(
        300.0,
        ge=2,
        le=86_400,
        description="Age at which keys are asked for again; a new one is found sooner.",
    )
    auth_issuer: str = Field("", description="`iss` of tokens; required by `gateway serve`.")
    auth_audience: str = Field(
        "", description="What `aud` of tokens must be or hold; required by `gateway serve`."
    )
    auth_customer_claim: str = Field(
        "sub", min_length=1, description="Claim with imin's identifier of the customer."
    )
    auth_service_scope: str = Field(
        "bookings:any-customer",
        pattern=r"^[!-~]+$",
        description="Scope (`scope` or `scp`) of trusted services, which may name any customer.",
    )
    auth_skew_seconds: int = Field(
        30, ge=0, le=300, description="By how much the issuer's clock and ours may differ."
    )
    auth_nbf_required: bool = Field(
        default=True, description="Whether tokens must say `nbf`; some issuers do not."
    )

    header_timeout_seconds: Seconds = Field(10.0, description="Time for a request's headers to arrive.")
    body_timeout_seconds: Seconds = Field(15.0, description="Time for a request's body to arrive.")
    write_timeout_seconds: Seconds = Field(30.0, description="Time for which a client may stop reading.")
    limit_body_bytes: Count = Field(65_536, description="Most bytes of a request, after inflating.")
    limit_document_bytes: Count = Field(16_384, description="Most bytes of a document.")
    limit_tokens: Count = Field(2_000, description="Most tokens of a document.")
    limit_depth: Count = Field(12, description="Most levels of fields.")
    limit_aliases: Count = Field(30, description="Most aliases, fragments put in place.")
    limit_root_fields: Count = Field(20, description="Most fields at the root of an operation.")
    limit_introspections: Count = Field(
        4, description="Most fields that ask for the schema; the whole of it takes some 20 ms."
    )
    limit_directives: Count = Field(50, description="Most directives, fragments put in place.")
    limit_fields: Count = Field(20_000, description="Most fields, fragments put in place.")
    limit_pairs: Count = Field(
        5_000, description="Most pairs of fields of one response name: what makes validation slow."
    )
    limit_list_items: Count = Field(100, description="Most items of a list in arguments or variables.")
    limit_cost: Count = Field(250, description="Most requests to imin that an operation may cause.")
    limit_errors: Count = Field(5, description="Most errors told in an answer.")
    limit_requests: Count = Field(
        256, description="Most operations that run at one time; more are answered 503 at once."
    )
    rate_limited: bool = Field(default=True, description="Whether customers' rates are limited.")
    rate_cost_per_second: float = Field(
        100.0, gt=0, description="Requests to imin a customer may cause each second, over time."
    )
    rate_burst_cost: Count = Field(2_000, description="Requests to imin a customer may cause in a burst.")

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())

    @field_validator("cors_origins")
    @classmethod
    def _exact_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            url = TypeAdapter(AnyHttpUrl).validate_python(origin)
            if url.path not in {None, "/"} or url.query or url.username:
                raise ValueError("an origin is scheme://host[:port], without a path")
        return origins

    @field_validator("imin_api_key", mode="before")
    @classmethod
    def _without_newline(cls, value: object) -> object:
        """A key from a mounted file ends in a newline, which no header may hold."""
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not isinstance(text, str):
            return value
        text = text.strip()
        if not text.isascii() or not text.isprintable():
            raise ValueError("a key is printable ASCII")
        return SecretStr(text)

    @field_validator("id_secret", mode="before")
    @classmethod
    def _split_secrets(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(SecretStr(secret.strip()) for secret in value.split(",") if secret.strip())

    @field_validator("imin_base_url", "public_url")
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        return url.rstrip("/") if url else url

    def but(self, **changes: object) -> Self:
        """These settings with some changed, checked again."""
        return type(self).model_validate({**self.model_dump(exclude_unset=True), **changes})
