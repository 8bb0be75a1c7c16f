"""The wallets for which the operator has keys."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.artefacts.wallet.apple import ApplePasses
    from gateway.artefacts.wallet.google import GoogleWallet


@dataclass(frozen=True)
class Wallets:
    """None for a wallet without a key."""

    apple: "ApplePasses | None" = None
    google: "GoogleWallet | None" = None

    @property
    def is_enabled(self) -> bool:
        """Whether there is any."""
        return self.apple is not None or self.google is not None
