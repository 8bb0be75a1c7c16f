"""Settings of the server, and of the documents that it accepts."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from gateway.settings.values import HttpUrl, Port


class ServerSettings(BaseSettings):
    """A part of Settings."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8000, description="Port to listen on; 0 picks a free one.")
    workers: int = Field(1, ge=1, le=64, description="Processes that share the port.")
    public_url: HttpUrl | None = Field(
        None,
        description="Address at which browsers reach the gateway. Links to files start with it.",
    )
    profile: Literal["development", "production"] = Field(
        "development", description="`production` turns off GraphiQL, introspection and queries over GET."
    )
    graphiql_enabled: bool | None = Field(None, description="Serve GraphiQL. Follows the profile when empty.")
    introspection_enabled: bool | None = Field(
        None, description="Answer introspection queries. Follows the profile when empty."
    )
    docs_path: Path | None = Field(
        None,
        description="Folder of the documentation site to serve at `/docs`. When empty, the one that "
        "`make docs` builds in development, and none in production.",
    )
    trusted_documents: Path | None = Field(
        None, description="JSON file of trusted documents: id → text, or an Apollo manifest."
    )
    trusted_documents_mode: Literal["also", "only"] = Field(
        "also", description="`also` accepts other documents too; `only` refuses them."
    )
    persisted_queries: int = Field(
        1_000,
        ge=0,
        le=100_000,
        description="Documents stored for clients that send only their hash; 0 turns this off.",
    )

    @field_validator("trusted_documents_mode")
    @classmethod
    def _has_documents(cls, mode: str, info: ValidationInfo) -> str:
        if mode == "only" and not info.data.get("trusted_documents"):
            raise ValueError("`only` needs GATEWAY_TRUSTED_DOCUMENTS; without it every document is refused")
        return mode
