"""The settings of `gateway demo`: those of its gateway, and of the sandbox that it runs."""

from pydantic import SecretStr

from gateway.sandbox.data.customers import CUSTOMERS_BY_IDENTIFIER
from gateway.sandbox.state.settings import SandboxSettings
from gateway.settings.model import Settings

CUSTOMERS = tuple(CUSTOMERS_BY_IDENTIFIER)
"""Identifiers of the sandbox's customers."""

_WEBHOOK_KEY = SecretStr("sandbox-webhook-key")
_WEBHOOK_KEYS = {"imin_webhook_key", "imin_order_webhook_key"}


def demo_settings(settings: Settings) -> Settings:
    """The settings, without a cache, with webhooks and linked accounts, unless they say otherwise.

    Without cached responses, changes of the sandbox show at once.
    """
    ages = {"cache_fresh_seconds", "cache_stale_seconds", "cache_error_seconds"} - settings.model_fields_set
    keys = {name for name in _WEBHOOK_KEYS if getattr(settings, name) is None}
    path = settings.imin_linked_accounts_path or "linked-accounts"
    return settings.but(
        **dict.fromkeys(ages, 0.0),
        **dict.fromkeys(keys, _WEBHOOK_KEY),
        imin_linked_accounts_path=path,
    )


def sandbox_settings(settings: Settings, gateway_url: str) -> SandboxSettings:
    """A sandbox that can call the webhooks of the gateway at this URL."""
    return SandboxSettings(
        gateway_url=gateway_url,
        customer_webhook_key=_revealed(settings.imin_webhook_key),
        order_webhook_key=_revealed(settings.imin_order_webhook_key),
    )


def with_checkout(settings: Settings, sandbox_url: str) -> Settings:
    """The settings with the sandbox's checkout, unless they name another one.

    Not in production, which sends customers to https addresses only.
    """
    if settings.checkout_base_url is not None or settings.profile == "production":
        return settings
    return settings.but(checkout_base_url=sandbox_url)


def _revealed(key: SecretStr | None) -> str | None:
    return key.get_secret_value() if key else None
