"""What can become of a change of a customer's account."""

from dataclasses import dataclass

from msgspec import Struct

from gateway.imin.documents import CustomerAccount
from gateway.imin.documents.account_answer import LinkedProblem


class Outcome(Struct, frozen=True, tag=True):
    """Contains no details of a person: it is stored for idempotency keys."""


class Created(Outcome, frozen=True):
    """imin has made an account. customer: its identifier."""

    customer: str


class Applied(Outcome, frozen=True):
    """imin's account has the whole change, and so have the linked accounts.

    members: that were changed, by imin's names. are_linked_known: whether imin said what became of linked
    accounts; it did not if its answer was lost and the change was found in a reading.
    """

    members: tuple[str, ...] = ()
    are_linked_known: bool = True


class PartlyApplied(Outcome, frozen=True):
    """Something was changed, and something was not.

    missing: members that were requested and are not applied. problems: of linked accounts.
    """

    members: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[LinkedProblem, ...]


class ChangeRefused(Outcome, frozen=True):
    """imin says no: nothing was changed in its account. kind: its error type. text: its sentence, or ""."""

    kind: str = ""
    text: str = ""
    problems: tuple[LinkedProblem, ...] = ()


class ErasureAccepted(Outcome, frozen=True):
    """imin has accepted to erase the personal data. is_done: whether a reading shows that it has."""

    is_done: bool = False


class AccountMissing(Outcome, frozen=True):
    """imin has no such account."""


class ChangeUnconfirmed(Outcome, frozen=True):
    """The change was sent, and it is not known whether it was made."""


class ChangeUnavailable(Outcome, frozen=True):
    """Nothing was changed: imin cannot be reached, or failed without effect, or the journal fails."""

    is_journal_unread: bool = False


class KeyUsed(Outcome, frozen=True):
    """The idempotency key was used for something else."""


@dataclass(frozen=True, repr=False)
class AccountResult:
    """An outcome. account: as imin answered it or as it was read in this call; None if neither."""

    outcome: Outcome
    account: CustomerAccount | None = None


STORED = Created | Applied | PartlyApplied | ChangeRefused | ErasureAccepted | AccountMissing
"""Outcomes that are stored for a key."""
