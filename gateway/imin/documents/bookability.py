"""Whether a session can be booked in imin's checkout, and where. Source: imin docs, Checkout, Setup."""

from typing import Any

_BASE = "{checkoutBaseUrl}"
"""What imin's templates hold, literally, in place of the base URL of the broker's checkout."""


class Bookability:
    """An event as something that may be booked. checkout_url_template: of this occurrence alone."""

    __slots__ = ()

    booking: Any
    checkout_url_template: str | None

    @property
    def is_bookable(self) -> bool | None:
        """Whether checkout sells it now; None for what an order states, which is a snapshot."""
        return bool(self.checkout_url_template) if self.booking.is_live else None

    @property
    def checkout_url(self) -> str | None:
        """Page of the broker's checkout that sells it; None for a template that leads to any other host."""
        template, base = self.checkout_url_template, self.booking.owner.checkout_base_url
        if not template or not base or not template.startswith(f"{_BASE}/") or not self.booking.is_live:
            return None
        return f"{base}{template.removeprefix(_BASE)}"
