"""Every property that OpenActive's feeds state is shown by the graph, or there is a reason why not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.openactive.declared import Place, Shown
from tests.examples.openactive.places import PLACES
from tests.examples.openactive.shown import SHOWN
from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT = [(kind, number) for kind, places in PLACES.items() for number in range(len(places))]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


def shown(kind: str) -> dict[str, Shown]:
    """The properties of a type that the graph shows."""
    return {name: declared for name, declared in SHOWN[kind].items() if isinstance(declared, Shown)}


async def result(reader: Reader, place: Place, kind: str, name: str, declared: Shown) -> Any:
    """What the graph shows of an object of a type, in its place, which states only that property."""
    order = place.order({"@type": kind, name: declared.value, **declared.beside})
    return place.found(await reader.order(order, place.query(declared.selection)))


@pytest.mark.parametrize(("kind", "number"), AT)
async def test_shown(reader: Reader, kind: str, number: int) -> None:
    """The value of each property of each type is shown, wherever an object of the type stands."""
    place = PLACES[kind][number]
    declared = {name: one for name, one in shown(kind).items() if name not in place.missing}

    results = {name: await result(reader, place, kind, name, one) for name, one in declared.items()}

    assert results == {name: one.result for name, one in declared.items()}
