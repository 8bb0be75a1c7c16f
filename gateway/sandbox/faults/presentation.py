"""Orders and order items as they are answered at one moment. Pure: gives new documents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.sandbox.data.vocabulary import DELETED_PERSON, Document, order_url
from gateway.sandbox.faults.restyle import restyle
from gateway.sandbox.faults.style import Style
from gateway.sandbox.state.cancellation_rules import items_of, refusal


@dataclass(frozen=True, slots=True)
class Presenter:
    """Writes documents for one answer.

    erased: whether the customer asked to be forgotten, so that personal values are placeholders.
    """

    now: datetime
    style: Style
    seed: int
    erased: bool = False

    def order(self, order: Document, *, listed: bool) -> Any:
        """An Order, in the list or by its id."""
        where = self.style.order_status_in
        shown = dict(order)
        if where == "nowhere" or (where == "list" and not listed):
            # Documented in the list's example only.
            shown.pop("orderStatus", None)
        shown["orderedItem"] = [self._item(item) for item in items_of(order)]
        if self.erased and "customer" in shown:
            shown["customer"] = DELETED_PERSON
        return restyle(shown, self.style, self.seed)

    def order_item(self, item: Document, order: str) -> Any:
        """An OrderItem on its own, with the order it is from."""
        shown = self._item(item) | {"imin:order": order_reference(order)}
        return restyle(shown, self.style, self.seed)

    def _item(self, item: Document) -> Document:
        # Computed at the time of the request. Source: imin docs, Upcoming OrderItems.
        shown = item | {"imin:isPresentlyCancellable": refusal(item, self.now) is None}
        if self.erased and "attendee" in shown:
            shown["attendee"] = DELETED_PERSON
        return shown


def order_reference(order: str) -> Document:
    """imin:order of an upcoming order item."""
    return {"type": "Order", "id": order_url(order), "identifier": order}
