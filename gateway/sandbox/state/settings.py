"""The settings that a sandbox is created with."""

from dataclasses import dataclass
from datetime import UTC, datetime

EARLIEST = datetime(2023, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SandboxSettings:
    """The settings of a sandbox.

    seed: the random seed of the generated data.
    now: pins the sandbox's clock; None follows the real time.
    confirm_after_seconds: the time from a PATCH to the confirmation of its cancellations, in sandbox time.
    gateway_url: of the gateway whose webhooks imin calls, without a path; None: a control request names it.
    order_webhook_key, customer_webhook_key: sent with these webhooks as X-Api-Key.
    Raises ValueError when `now` is too early for imin's documented order of November 2022 to be in the past.
    """

    api_key: str = "sandbox-key"
    seed: int = 1917
    now: datetime | None = None
    confirm_after_seconds: float = 20.0
    gateway_url: str | None = None
    order_webhook_key: str | None = None
    customer_webhook_key: str | None = None

    def __post_init__(self) -> None:
        if self.now is None:
            return
        if self.now.tzinfo is None:
            raise ValueError(f"now must have an offset, got {self.now.isoformat()}.")
        if self.now < EARLIEST:
            raise ValueError(f"now must be {EARLIEST.isoformat()} or later, got {self.now.isoformat()}.")
