"""Versions of what is made of documents: since when something says what it says.

A version is the time at which it was first seen. So versions do not go backwards, even if what is remembered
of them is lost.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from gateway.artefacts.calendar_state import NO_ENTRY, CalendarState, Entry
from gateway.clock import Clock

_EPOCH_SECONDS = 1_577_836_800
"""2020-01-01: versions are counted in seconds from here, so that they fit into 31 bits until 2088."""


def changed_at(version: int) -> datetime:
    """When that version was first seen."""
    return datetime.fromtimestamp(version + _EPOCH_SECONDS, UTC)


async def versions_of(state: CalendarState, now: Clock, digests: Mapping[str, str]) -> dict[str, int]:
    """The version of each thing: a new one for each that is new or has changed. Raises JournalUnavailable.

    digests: of what each thing says now, by the name of its entry in the state.
    """
    known = await state.get(list(digests)) if digests else {}
    seconds = int(now().timestamp()) - _EPOCH_SECONDS
    found, new = {}, {}
    for name, digest in digests.items():
        entry = known.get(name, NO_ENTRY)
        if entry.digest != digest:
            entry = new[name] = Entry(max(seconds, entry.number + 1), digest)
        found[name] = entry.number
    if new:
        await state.put(new)
    return found
