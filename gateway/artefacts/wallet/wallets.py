"""The wallets for which the operator has keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.artefacts.wallet.apple import ApplePasses
    from gateway.artefacts.wallet.google import GoogleWallet
    from gateway.artefacts.wallet.registrations import Registrations, SqliteRegistrations


@dataclass(frozen=True)
class Wallets:
    """None for a wallet without a key.

    registrations: of Apple's devices. file: those that this process stores; opened by `running`.
    """

    apple: "ApplePasses | None" = None
    google: "GoogleWallet | None" = None

    registrations: "Registrations | None" = None
    file: "SqliteRegistrations | None" = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the state file, if anything is stored there. Raises StateUnusable."""
        async with self.file or nullcontext():
            yield

    @property
    def is_enabled(self) -> bool:
        """Whether there is any."""
        return self.apple is not None or self.google is not None
