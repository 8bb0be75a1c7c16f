"""The feed of a customer's account."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf

from gateway.imin.documents import CustomerAccount
from gateway.imin.endpoints.customer_account import CUSTOMER_ACCOUNT
from gateway.imin.repository import Repository
from gateway.live.order_state import Path, digest_of

AccountComparison = Callable[[CustomerAccount, CustomerAccount], Iterator[Path]]
"""Finds what a client could see of a difference between two states of an account."""


@dataclass(frozen=True, eq=False)
class AccountState:
    """account: None if imin has none. digest: the same for documents that state the same."""

    account: CustomerAccount | None
    digest: int


class AccountFeed:
    """Implements Feed for the account; its only size is 1."""

    topic = "account"

    def __init__(self, repository: Repository, comparison: AccountComparison) -> None:
        self._repository = repository
        self._comparison = comparison

    async def read(
        self, customer: str, known: Mapping[int, AccountState | None]
    ) -> Mapping[int, AccountState]:
        account = await self._repository.get_now(CUSTOMER_ACCOUNT, (customer,))
        return dict.fromkeys(known, AccountState(account, digest_of(account)))

    def differ(self, before: AccountState, after: AccountState) -> bool:
        if before.digest == after.digest:
            return False
        if before.account is None or after.account is None:
            return before.account is not after.account
        return any(self._comparison(before.account, after.account))

    def now(self, state: AccountState) -> AccountState:
        return state

    def seconds_to_change(self, _state: AccountState) -> float:
        return inf

    def shows(self, _state: AccountState, _order: str) -> bool:
        return False

    def rest(self, _state: AccountState) -> None: ...
