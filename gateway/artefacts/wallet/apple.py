"""Apple's passes of booked items, and since when each says what it says."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import msgspec
from msgspec import Struct

from gateway.artefacts.calendar_state import CalendarState, pass_name
from gateway.artefacts.versions import changed_at, versions_of
from gateway.artefacts.wallet.package import PassPackager
from gateway.artefacts.wallet.pass_json import content_of
from gateway.artefacts.wallet.symbologies import APPLE
from gateway.artefacts.wallet.ticket import ticket_of
from gateway.clock import Clock
from gateway.imin.documents import Order
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.repository import ANY_USE, Repository
from gateway.imin.routes import is_identifier
from gateway.journal.errors import JournalUnavailable
from gateway.loaders import Loader, LoadScope
from gateway.signing.wallet_tokens import PassName, PassTokens, serial_of

_Orders: TypeAlias = Loader[tuple[str, str], Order | None]


@dataclass(frozen=True)
class AppleOptions:
    """type_id, team_id: of the certificate. organization: for people. service_url: of the update service."""

    type_id: str
    team_id: str
    organization: str
    service_url: str


class ApplePass(Struct, frozen=True):
    """A pass before it is signed. uid: the same for the item for ever."""

    uid: str
    content: bytes

    @property
    def digest(self) -> str:
        """The same as long as it says the same."""
        return hashlib.blake2b(self.content, digest_size=12).hexdigest()


class ApplePasses:
    """Makes the passes. state: remembers versions; opened by its owner."""

    def __init__(  # noqa: PLR0913, PLR0917  # the parts that the app puts together
        self,
        packager: PassPackager,
        options: AppleOptions,
        repository: Repository,
        tokens: PassTokens,
        state: CalendarState,
        now: Clock,
        concurrency: int,
    ) -> None:
        self.options = options
        self._packager = packager
        self._repository = repository
        self._tokens = tokens
        self._state = state
        self.now = now
        self._concurrency = concurrency

    async def read(self, customer: str, names: Sequence[PassName]) -> list[ApplePass | None]:
        """The passes as the items are now; None for one whose item is gone. Raises IminError.

        customer: the owner; "" if the owner is unknown.
        """
        slots = asyncio.Semaphore(self._concurrency)
        scope = LoadScope(self._repository, slots, lambda _age_seconds: None, lambda: None, ANY_USE)
        loader = Loader(ORDER, scope)
        return await asyncio.gather(*(self._pass(loader, customer, name) for name in names))

    async def changed_at(self, passes: Sequence[ApplePass]) -> list[datetime]:
        """Since when each says what it says; those that cannot be known, since now."""
        digests = {pass_name(one.uid): one.digest for one in passes}
        versions: dict[str, int] = {}
        with suppress(JournalUnavailable):
            versions = await versions_of(self._state, self.now, digests)
        known = [versions.get(pass_name(one.uid)) for one in passes]
        return [self.now().replace(microsecond=0) if one is None else changed_at(one) for one in known]

    def package(self, one: ApplePass) -> bytes:
        """The signed .pkpass file."""
        return self._packager.package(one.content)

    async def _pass(self, loader: _Orders, customer: str, name: PassName) -> ApplePass | None:
        if not is_identifier(name.order):
            return None
        order = await loader.get((customer, name.order))
        items = order.items if order else ()
        item = next((item for item in items if item.unique_name == name.item), None)
        ticket = ticket_of(item, APPLE) if item else None
        if order is None or item is None or ticket is None:
            return None
        serial, options = serial_of(name), self.options
        names = {
            "passTypeIdentifier": options.type_id,
            "teamIdentifier": options.team_id,
            "serialNumber": serial,
            "organizationName": options.organization,
            "webServiceURL": options.service_url,
            "authenticationToken": self._tokens.token(serial),
        }
        return ApplePass(ticket.uid, msgspec.json.encode(names | content_of(ticket, order, item)))
