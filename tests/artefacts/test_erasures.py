"""Records of erasures, over the state file."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from gateway.artefacts.calendar_state import SqliteCalendarState
from gateway.artefacts.erasures import Erasures
from gateway.imin.client import IminClient
from tests.imin.transport.test_client import options
from tests.support.imin import repository

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9/api/v2"


@pytest.fixture
async def erasures() -> AsyncIterator[Erasures]:
    """Without an imin that answers."""
    async with SqliteCalendarState("") as state, IminClient(options(NOWHERE)) as client:
        yield Erasures(state, repository(client), lambda: NOW)


async def test_accepted(erasures: Erasures) -> None:
    """An accepted erasure stays so, whatever is asked later, until an account has the identifier again."""
    await erasures.begin("1234")
    await erasures.end("1234")
    await erasures.begin("1234")
    await erasures.drop("1234")
    ended = [await erasures.has_ended(customer) for customer in ("1234", "abc")]
    await erasures.reopen("1234")
    reopened = await erasures.has_ended("1234")
    await erasures.end("1234")

    assert (ended, reopened, await erasures.has_ended("1234")) == ([True, False], False, True)


async def test_not_known(erasures: Erasures) -> None:
    """While imin cannot be read, what may have been accepted has not ended; nor has what was refused."""
    await erasures.begin("1234")
    unknown = await erasures.has_ended("1234")
    await erasures.drop("1234")

    assert (unknown, await erasures.has_ended("1234")) == (False, False)


async def test_owner(erasures: Erasures) -> None:
    """What is of an order ends with its owner's account, if the owner is known."""
    await erasures.note_owner("order-1", "1234")
    await erasures.note_owner("order-2", "")
    await erasures.end("1234")
    await erasures.end("")

    assert [await erasures.has_owner_ended(f"order-{number}") for number in (1, 2, 3)] == [True, False, False]
