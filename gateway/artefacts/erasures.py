"""What ends with a customer's account: signed links to their files, their calendar feed, their wallet passes.

That imin was asked to erase a customer is recorded before it is asked, so that a crash does not forget it.
Until its answer is known, each use of a link has the account read: it ends once imin has erased the account.
Customers are stored by digests, beside what calendars remember.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from gateway.artefacts.calendar_state import NO_ENTRY, CalendarState, Entry, erasure_name, owner_name
from gateway.clock import Clock
from gateway.imin.documents import CustomerAccount
from gateway.imin.endpoints.account_changes import is_erased
from gateway.imin.endpoints.customer_account import CUSTOMER_ACCOUNT
from gateway.imin.errors import IminError
from gateway.imin.repository import Repository
from gateway.journal.errors import JournalUnavailable

_NOT_ASKED, _ASKED, _ACCEPTED = range(3)
_STATES = 4
"""An entry's number is the time in milliseconds, and in the last two bits one of these states."""
_ASKED_MILLISECONDS = 7 * 86_400_000
"""If an account is still there a week later, imin has not accepted its erasure, or it never got the request.

Source: imin docs, Delete Customer: "before the next working day".
"""


async def _nothing(_customer: str) -> None: ...


class Erasures:
    """Records erasures. state: of all replicas."""

    def __init__(self, state: CalendarState, repository: Repository, now: Clock) -> None:
        self._state = state
        self._repository = repository
        self._now = now
        self.on_end: Callable[[str], Awaitable[None]] = _nothing
        """Called with a customer whose data is erased, or will be."""

    async def begin(self, customer: str) -> None:
        """Record that imin is about to be asked. Raises JournalUnavailable: it must not be asked."""
        await self._put(customer, _ASKED)

    async def end(self, customer: str) -> None:
        """imin has accepted the erasure, or has erased the data: end what the customer has here."""
        with suppress(JournalUnavailable):  # then it ends when imin has erased the data
            await self._put(customer, _ACCEPTED)
        await self.on_end(customer)

    async def drop(self, customer: str) -> None:
        """imin was not asked, or has refused."""
        with suppress(JournalUnavailable):
            await self._put(customer, _NOT_ASKED)

    async def has_ended(self, customer: str) -> bool:
        """Whether what the customer has here has ended. Raises JournalUnavailable."""
        number = await self._read(erasure_name(customer))
        state, since = number % _STATES, number // _STATES
        if state != _ASKED or since + _ASKED_MILLISECONDS < self._milliseconds():
            return state == _ACCEPTED
        try:
            account: CustomerAccount | None = await self._repository.get_now(CUSTOMER_ACCOUNT, (customer,))
        except IminError:
            return False
        if not is_erased(account):
            return False
        await self.end(customer)
        return True

    async def note_owner(self, order: str, customer: str) -> None:
        """Remember whose order a pass is of, which names the order only. customer: "" if not known."""
        if not customer:
            return
        entry = Entry(self._milliseconds(), erasure_name(customer))
        with suppress(JournalUnavailable):
            await self._state.put({owner_name(order): entry})

    async def has_owner_ended(self, order: str) -> bool:
        """As has_ended, for the owner of an order; False if they are not known. Raises JournalUnavailable."""
        owner = (await self._state.get([name := owner_name(order)])).get(name)
        return owner is not None and await self._read(owner.digest) % _STATES == _ACCEPTED

    async def reopen(self, customer: str) -> None:
        """imin has made an account with that identifier: what the customer gets here from now on works."""
        with suppress(JournalUnavailable):
            if known := await self._read(name := erasure_name(customer)):
                await self._state.put({name: Entry(self._number(_NOT_ASKED, known))})

    async def _read(self, name: str) -> int:
        return (await self._state.get([name])).get(name, NO_ENTRY).number

    async def _put(self, customer: str, state: int) -> None:
        known = await self._read(name := erasure_name(customer))
        if known % _STATES == _ACCEPTED or (state == _NOT_ASKED and not known):
            return
        await self._state.put({name: Entry(self._number(state, known))})

    def _number(self, state: int, known: int) -> int:
        return max(self._milliseconds(), known // _STATES + 1) * _STATES + state

    def _milliseconds(self) -> int:
        return int(self._now().timestamp() * 1_000)
