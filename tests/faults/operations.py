"""Mutations that make one request to imin, as the runs with random faults use them."""

from collections.abc import Mapping
from typing import Any, Protocol

from gateway.sandbox import Sandbox


class Operation(Protocol):
    """A mutation. route: of its request in the sandbox.

    document: the whole mutation, whose only variable is `$input`; its payload's `result` has the alias
    `result`. is_found_out: whether a reading shows later what became of a request whose response was lost.
    successes: types of results that claim an effect. refusals: those that claim that imin has refused.
    """

    @property
    def route(self) -> str: ...

    @property
    def document(self) -> str: ...

    @property
    def is_found_out(self) -> bool: ...

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
    document = """
    mutation ($input: CreateCheckoutSessionInput!) {
      payload: createCheckoutSession(input: $input) { result {
        __typename ... on CheckoutSession { id url } ... on Error { code message } } } }
    """
    is_found_out = False
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


OPERATIONS: dict[str, Operation] = {"createCheckoutSession": CreateCheckoutSession()}
