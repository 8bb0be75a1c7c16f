"""Changes of an account: what is sent, and what an answer or a reading shows of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from gateway.accounts.comparison import shown_members, shows_entitlement, shows_pass
from gateway.accounts.outcomes import (
    Applied,
    ChangeRefused,
    Created,
    ErasureAccepted,
    Outcome,
    PartlyApplied,
)
from gateway.imin.documents import CustomerAccount
from gateway.imin.documents.account_answer import ActionAnswer, read_action
from gateway.imin.endpoints.account_changes import (
    DELETE,
    Request,
    Style,
    creation,
    entitlement_update,
    is_erased,
    pass_update,
    update,
)
from gateway.imin.endpoints.customer_account import read_new_account
from gateway.imin.endpoints.declaration import ChangeEndpoint
from gateway.imin.jsonld import iri_tail
from gateway.imin.routes import is_identifier

ACCESS_PASS, ENTITLEMENT = "accessPass", "entitlement"
"""imin's names of what the two other actions change."""


class AccountRequest(Protocol):
    """A change of one customer's account. Its repr must not show details of the person.

    kind: name of the mutation. is_found_out: whether a reading shows soon what became of it.
    """

    kind: ClassVar[str]
    is_found_out: ClassVar[bool]

    @property
    def customer(self) -> str:
        """imin's identifier; "" for a customer who has none yet."""

    def sent_as(self, style: Style) -> tuple[ChangeEndpoint, dict[str, Any] | None]:
        """Where it is sent, and its body."""

    def answered(self, json: bytes) -> tuple[Outcome | None, CustomerAccount | None]:
        """What the answer states, None if it does not state what became of the request; and the account.

        Raises Unreadable.
        """

    def shown(self, account: CustomerAccount | None) -> Outcome | None:
        """The success that a reading shows; None if it shows none. account: None if imin has none."""

    def is_untouched(self, account: CustomerAccount | None) -> bool:
        """Whether a reading shows nothing of the change."""


@dataclass(frozen=True, repr=False)
class Creation:
    """A new account. members: details of the person, by imin's names."""

    members: Mapping[str, Any]
    kind: ClassVar[str] = "createCustomerAccount"
    is_found_out: ClassVar[bool] = False
    customer: ClassVar[str] = ""

    def sent_as(self, style: Style) -> Request:
        return creation(self.members, style)

    def answered(self, json: bytes) -> tuple[Outcome | None, CustomerAccount]:
        account = read_new_account(json)
        stated = account.own_identifier
        identifier = iri_tail(account.iri or "") if stated is None else str(stated)
        return (Created(identifier) if is_identifier(identifier) else None), account

    def shown(self, _account: CustomerAccount | None) -> None:
        return None

    def is_untouched(self, _account: CustomerAccount | None) -> bool:
        return False


@dataclass(frozen=True, repr=False)
class Update:
    """members: as above, those to change. sellers: IRIs of those whose linked accounts change too."""

    customer: str
    members: Mapping[str, Any]
    sellers: tuple[str, ...] = ()
    kind: ClassVar[str] = "updateCustomerAccount"
    is_found_out: ClassVar[bool] = True

    def sent_as(self, style: Style) -> Request:
        return update(self.members, self.sellers, style)

    def answered(self, json: bytes) -> tuple[Outcome | None, None]:
        answer = read_action(json)
        stated = answer.applied or {}
        applied = tuple(name for name in self.members if name in stated)
        return _outcome(answer, applied, tuple(self.members)), None

    def shown(self, account: CustomerAccount | None) -> Outcome | None:
        members = shown_members(account, self.members) if account else ()
        is_whole = len(members) == len(self.members)
        return Applied(members, are_linked_known=not self.sellers) if is_whole else None

    def is_untouched(self, account: CustomerAccount | None) -> bool:
        return account is not None and not account.unreadable and not shown_members(account, self.members)


@dataclass(frozen=True, repr=False)
class PassUpdate:
    """text: of the barcode."""

    customer: str
    text: str
    kind: ClassVar[str] = "setAccessPass"
    is_found_out: ClassVar[bool] = True

    def sent_as(self, _style: Style) -> Request:
        return pass_update(self.text)

    def answered(self, json: bytes) -> tuple[Outcome | None, None]:
        return _action_outcome(read_action(json), ACCESS_PASS), None

    def shown(self, account: CustomerAccount | None) -> Outcome | None:
        is_shown = account is not None and shows_pass(account, self.text)
        return Applied((ACCESS_PASS,), are_linked_known=False) if is_shown else None

    def is_untouched(self, account: CustomerAccount | None) -> bool:
        return account is not None and not account.unreadable and not shows_pass(account, self.text)


@dataclass(frozen=True, repr=False)
class EntitlementUpdate:
    """type_iri: of one of the broker's types. valid_until: date and time."""

    customer: str
    type_iri: str
    valid_until: str
    kind: ClassVar[str] = "setEntitlement"
    is_found_out: ClassVar[bool] = True

    def sent_as(self, _style: Style) -> Request:
        return entitlement_update(self.type_iri, self.valid_until)

    def answered(self, json: bytes) -> tuple[Outcome | None, None]:
        return _action_outcome(read_action(json), ENTITLEMENT), None

    def shown(self, account: CustomerAccount | None) -> Outcome | None:
        is_shown = account is not None and shows_entitlement(account, self.type_iri, self.valid_until)
        return Applied((ENTITLEMENT,), are_linked_known=False) if is_shown else None

    def is_untouched(self, account: CustomerAccount | None) -> bool:
        return account is not None and not account.unreadable and self.shown(account) is None


@dataclass(frozen=True)
class Erasure:
    """The erasure of the customer's personal data, which imin carries out later."""

    customer: str
    kind: ClassVar[str] = "deleteCustomerAccount"
    is_found_out: ClassVar[bool] = False

    def sent_as(self, _style: Style) -> tuple[ChangeEndpoint, None]:
        return DELETE, None

    def answered(self, _json: bytes) -> tuple[Outcome, None]:
        return ErasureAccepted(), None

    def shown(self, account: CustomerAccount | None) -> Outcome | None:
        return ErasureAccepted(is_done=True) if is_erased(account) else None

    def is_untouched(self, _account: CustomerAccount | None) -> bool:
        # imin erases later: an account that is still there may have been accepted for erasure.
        return False


def _action_outcome(answer: ActionAnswer, member: str) -> Outcome | None:
    return _outcome(answer, (member,) if answer.applied is not None else (), (member,))


def _outcome(answer: ActionAnswer, applied: tuple[str, ...], requested: tuple[str, ...]) -> Outcome | None:
    missing = tuple(name for name in requested if name not in applied)
    if not missing and not answer.problems:
        return Applied(applied)
    if applied:
        return PartlyApplied(applied, missing, answer.problems)
    return ChangeRefused(problems=answer.problems) if answer.problems or answer.is_stated else None
