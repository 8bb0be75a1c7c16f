"""Mutations that make one request to imin, as the runs with random faults use them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.sandbox import Sandbox
from tests.support.accounts import ACTIONS, CREATE, DELETE, READ, VALID


class Operation(Protocol):
    """A mutation. route: of its request in the sandbox. reading: of the reading that may follow it, or "".

    document: the whole mutation, whose only variable is `$input`; its payload's `result` has the alias
    `result`. is_found_out: whether a reading shows later what became of a request whose response was lost.
    makes_new: whether each request has an effect of its own. Otherwise a second one changes nothing further.
    successes: types of results that claim an effect. refusals: those that claim that imin has refused.
    """

    @property
    def route(self) -> str: ...

    @property
    def reading(self) -> str: ...

    @property
    def document(self) -> str: ...

    @property
    def is_found_out(self) -> bool: ...

    @property
    def makes_new(self) -> bool: ...

    @property
    def successes(self) -> frozenset[str]: ...

    @property
    def refusals(self) -> frozenset[str]: ...

    def input(self, sandbox: Sandbox) -> dict[str, Any]:
        """Input that imin accepts, without a key."""

    def effects(self, sandbox: Sandbox) -> list[str]:
        """What imin has that such requests make, each by a name of its own."""

    def effect_of(self, result: Mapping[str, Any]) -> str:
        """The name of the effect that a successful result claims."""


class CreateCheckoutSession:
    """Each request makes a session of its own, and nothing shows later which there are."""

    route = "POST /api/checkout-sessions"
    reading = ""
    document = """
    mutation ($input: CreateCheckoutSessionInput!) {
      payload: createCheckoutSession(input: $input) { result {
        __typename ... on CheckoutSession { id url } ... on Error { code message } } } }
    """
    is_found_out = False
    makes_new = True
    successes = frozenset({"CheckoutSession"})
    refusals = frozenset({"CheckoutRefusedError"})

    def input(self, sandbox: Sandbox) -> dict[str, Any]:
        opportunity = min(sandbox.opportunities(), key=lambda one: str(one["identifier"]))
        kind = {"ScheduledSession": "SCHEDULED_SESSION", "Slot": "SLOT"}[opportunity["type"]]
        return {"opportunityId": opportunity["identifier"], "opportunityType": kind}

    def effects(self, sandbox: Sandbox) -> list[str]:
        return [session.identifier for session in sandbox.checkout.sessions()]

    def effect_of(self, result: Mapping[str, Any]) -> str:
        return str(result["id"])


@dataclass(frozen=True)
class AccountChange:
    """A mutation of an account. shown: what to select of a success. read: its effects in the sandbox.

    effect: of a success.
    """

    mutation: str
    route: str
    success: str
    shown: str
    read: Callable[[Sandbox], list[str]]
    effect: Callable[[Mapping[str, Any]], str]
    is_found_out: bool = True
    makes_new: bool = False
    reading: str = READ
    refusals: frozenset[str] = frozenset({"UpdateFailedError"})

    @property
    def document(self) -> str:
        type_ = self.mutation[0].upper() + self.mutation[1:]
        return f"""
        mutation ($input: {type_}Input!) {{
          payload: {self.mutation}(input: $input) {{ result {{
            __typename ... on {self.success} {{ {self.shown} }} ... on Error {{ code message }} }} }} }}
        """

    @property
    def successes(self) -> frozenset[str]:
        return frozenset({self.success})

    def input(self, _sandbox: Sandbox) -> dict[str, Any]:
        return VALID[self.mutation]

    def effects(self, sandbox: Sandbox) -> list[str]:
        return self.read(sandbox)

    def effect_of(self, result: Mapping[str, Any]) -> str:
        return self.effect(result)


def _created(sandbox: Sandbox) -> list[str]:
    accounts = sandbox.accounts._changed  # noqa: SLF001  # no request of imin's lists them
    email = VALID["createCustomerAccount"]["email"]
    return [name for name, account in accounts.items() if account["customer"].get("email") == email]


def _deleted(sandbox: Sandbox) -> list[str]:
    return [*sandbox.accounts._erased_at]  # noqa: SLF001  # imin does not show an erasure that is to come


def _has(read: Callable[[Any], Any], value: str) -> Callable[[Sandbox], list[str]]:
    """The value, if the account of customer 1234 has it. read: what it has in its place."""
    return lambda sandbox: [value] if read(sandbox.account("1234")) == value else []


_NAME, _TEXT = VALID["updateCustomerAccount"]["givenName"], VALID["setAccessPass"]["text"]
_UNTIL = VALID["setEntitlement"]["validUntil"]
_ACCOUNT_CHANGES = (
    AccountChange(
        "createCustomerAccount",
        CREATE,
        "CustomerAccountCreated",
        "customer { identifier }",
        _created,
        lambda result: str(result["customer"]["identifier"]),
        is_found_out=False,
        makes_new=True,
    ),
    AccountChange(
        "updateCustomerAccount",
        ACTIONS,
        "CustomerAccountUpdated",
        "appliedFields",
        _has(lambda account: account["customer"].get("givenName"), _NAME),
        lambda _result: str(_NAME),
    ),
    AccountChange(
        "deleteCustomerAccount",
        DELETE,
        "CustomerAccountDeletionAccepted",
        "customerId",
        _deleted,
        lambda result: str(result["customerId"]),
        is_found_out=False,
    ),
    AccountChange(
        "setAccessPass",
        ACTIONS,
        "AccessPassSet",
        "customer { identifier }",
        _has(lambda account: account.get("accessPass", {}).get("text"), _TEXT),
        lambda _result: str(_TEXT),
    ),
    AccountChange(
        "setEntitlement",
        ACTIONS,
        "EntitlementSet",
        "customer { identifier }",
        _has(lambda account: account.get("entitlement", {}).get("validUntil"), _UNTIL),
        lambda _result: str(_UNTIL),
    ),
)

OPERATIONS: dict[str, Operation] = {"createCheckoutSession": CreateCheckoutSession()} | {
    change.mutation: change for change in _ACCOUNT_CHANGES
}
