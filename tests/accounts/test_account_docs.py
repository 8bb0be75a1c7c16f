"""docs/accounts.md: its examples are run as the page shows them, and no outcome is missing."""

from functools import partial
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.guides import DOCS, sections
from tests.support.page_examples import examples, outcomes, run_example

PAGE = DOCS / "accounts.md"
MUTATIONS = {
    section.heading: block.text
    for section in sections(PAGE)
    for block in section.blocks
    if block.language == "graphql"
}
EXAMPLES = examples(PAGE)
BY_CUSTOMER = {"createCustomerAccount: ForbiddenError", "setEntitlement: ForbiddenError"}


async def customer(_request: object) -> Caller:
    return Caller("1234")


async def call(gateway: Gateway, mutation: str, variables: Any) -> Any:
    return (await gateway.data(MUTATIONS[mutation], **variables))[mutation]["result"]


@pytest.mark.settings(cancel_deadline_seconds=0.3)  # tests of unconfirmed changes wait for it
@pytest.mark.parametrize("heading", EXAMPLES)
async def test_example(settings: Settings, gateway: Gateway, imin: tuple[Sandbox, str], heading: str) -> None:
    """Every call of an example gives the answer that the page shows; the last one is the outcome's."""
    mutation, outcome = heading.split(": ")
    async with gateway_listening(settings, customer, imin[0].clock.now) as url:
        caller = Gateway(url, gateway.http) if heading in BY_CUSTOMER else gateway
        answers = await run_example(EXAMPLES[heading], caller, imin[1], partial(call, caller, mutation))

    assert [answer for answer, _ in answers] == [shown for _, shown in answers]
    assert answers[-1][0]["__typename"] == outcome


def test_every_outcome_is_shown() -> None:
    """The page has an example for every member of every mutation's union."""
    members = {f"{mutation}: {name}" for mutation in MUTATIONS for name in outcomes(mutation)}

    assert set(EXAMPLES) == members
