"""Paging through a list whose head is live: nothing is shown twice, and nothing that stayed is missed."""

import os
from dataclasses import dataclass, field
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.live.list_changes import changes_between, needed_below
from gateway.pagination.window import Window
from tests.support.served_list import ORDERS, UPCOMING, Entry, ServedList

EXAMPLES = int(os.environ.get("LIVE_WALK_EXAMPLES", "40"))
"""LIVE_WALK_EXAMPLES=20000 takes some minutes."""

Step = tuple[Literal["add", "erase", "event", "page"], int]
kinds: st.SearchStrategy[Literal["add", "erase", "event", "page"]] = st.sampled_from(
    ["add", "add", "erase", "event", "event", "page", "page"]
)
steps = st.lists(st.tuples(kinds, st.integers(0, 10_000)), max_size=24)


@dataclass
class Client:
    """A client that keeps a list of edges: (entry, cursor). It applies events, and asks for further pages."""

    served: ServedList
    is_upcoming: bool
    first: int
    page_size: int
    window: Window[Entry] = field(init=False)
    known: int = field(init=False)
    shown: list[tuple[Entry, str]] = field(init=False)
    repeated: list[str] = field(default_factory=list)
    is_complete: bool = False

    def __post_init__(self) -> None:
        self.window = self.read(first=self.first)
        self.known = len(self.window.items)
        self.shown = [self.edge(index) for index in range(len(self.window.items))]

    def read(self, first: int, after: str | None = None) -> Window[Entry]:
        return self.served.window_of(UPCOMING if self.is_upcoming else ORDERS, first=first, after=after)

    def edge(self, index: int) -> tuple[Entry, str]:
        return self.window.items[index], self.window.cursor_text(index)

    def event(self) -> None:
        """What the subscription sends, applied as OrderConnectionChange says."""
        before, self.window = self.window, self.read(first=self.first)
        now = self.window
        more = needed_below(before, now)
        wider = self.read(first=self.first + more) if more else None
        changes = changes_between(
            before, self.known, now, wider, lambda one, other: before.items[one] != now.items[other]
        )
        self.known = changes.known
        if changes.is_snapshot or not now.has_next:
            self.shown = [self.edge(index) for index in range(len(now.items))]
            self.is_complete = not now.has_next
            return
        put = sorted((*changes.added, *changes.moved), key=lambda place: place.index)
        edges = {place.index: self.edge(place.index) for place in put}
        taken = {entry.name for entry in changes.removed} | {entry.name for entry, _ in edges.values()}
        self.shown = [edge for edge in self.shown if edge[0].name not in taken]
        for index, edge in edges.items():
            self.shown.insert(index, edge)

    def page(self) -> None:
        """The next page after what is shown."""
        page = self.read(first=self.page_size, after=self.shown[-1][1] if self.shown else None)
        known = {entry.name for entry, _ in self.shown}
        self.repeated += [entry.name for entry in page.items if entry.name in known]
        self.shown += [(entry, page.cursor_text(index)) for index, entry in enumerate(page.items)]
        self.is_complete = not page.has_next


def change(served: ServedList, step: Step, number: int, *, is_upcoming: bool) -> str:
    """Change the list as imin's can change; the name of what was added or erased."""
    kind, where = step
    entries = served.entries
    if kind == "erase" and entries:
        return entries.pop(where % len(entries)).name
    if kind == "add":
        # An order is always the newest; an item may be booked for any time. No two of them have one date.
        newest = max((entry.date or 0 for entry in entries), default=0) + 1
        date = where % 41 * 1_000 + number + 1 if is_upcoming else newest
        new = Entry(f"new{number}", date)
        entries.insert(sum((entry.date or 0) < date for entry in entries) if is_upcoming else 0, new)
        return new.name
    return ""


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 40), st.integers(1, 12), st.integers(1, 12), st.integers(1, 3), st.booleans(), steps)
def test_walk(  # noqa: PLR0913, PLR0917  # what hypothesis varies
    total: int,
    first: int,
    page_size: int,
    same_date: int,
    is_upcoming: bool,  # noqa: FBT001  # as above
    walk: list[Step],
) -> None:
    """Events and pages in any order, while the list changes, show every entry that stayed exactly once."""
    dated = [Entry(str(number), number // same_date * 1_000) for number in range(1, total + 1)]
    served = ServedList(dated if is_upcoming else dated[::-1])
    stayed = {entry.name for entry in served.entries}
    client = Client(served, is_upcoming, first, page_size)
    for number, step in enumerate(walk):
        if step[0] == "event":
            client.event()
        elif step[0] == "page":
            client.page()
        else:
            stayed.discard(change(served, step, number, is_upcoming=is_upcoming))
    client.event()
    while not client.is_complete:
        client.page()

    names = [entry.name for entry, _ in client.shown]
    assert client.repeated == []
    assert len(names) == len(set(names))
    assert stayed <= set(names)
    order = [entry.name for entry in served.entries]
    assert [name for name in names if name in stayed] == [name for name in order if name in stayed]
