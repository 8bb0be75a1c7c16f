"""Write orders and order items as a response shows them. Does not change the given documents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.sandbox.data.order_items import items_of
from gateway.sandbox.data.vocabulary import DELETED_PERSON, Document, order_url
from gateway.sandbox.faults.restyle import restyle
from gateway.sandbox.faults.style import Style
from gateway.sandbox.state.cancellation_rules import reason_not_cancellable


@dataclass(frozen=True, slots=True)
class Presenter:
    """Writes documents for one response.

    erased: whether the customer's data was erased, so that placeholders replace personal data.
    """

    now: datetime
    style: Style
    seed: int
    erased: bool = False

    def order(self, order: Document, *, listed: bool) -> Any:
        """An Order in a list, or (not listed) by its id."""
        where = self.style.order_status_in
        shown = dict(order)
        if where == "nowhere" or (where == "list" and not listed):
            # Assumption: as in the documented examples, where only the list has it.
            shown.pop("orderStatus", None)
        shown["orderedItem"] = [self._item(item) for item in items_of(order)]
        if self.erased and "customer" in shown:
            shown["customer"] = DELETED_PERSON
        return restyle(shown, self.style, self.seed)

    def order_item(self, item: Document, order: str) -> Any:
        """An OrderItem of the list of upcoming items, with a reference to its order."""
        shown = self._item(item) | {"imin:order": order_reference(order)}
        return restyle(shown, self.style, self.seed)

    def _item(self, item: Document) -> Document:
        # Source: imin docs, Upcoming OrderItems. Computed at the time of the request.
        shown = item | {"imin:isPresentlyCancellable": reason_not_cancellable(item, self.now) is None}
        if self.erased and "attendee" in shown:
            shown["attendee"] = DELETED_PERSON
        return shown


def order_reference(order: str) -> Document:
    """imin:order of an upcoming order item."""
    return {"type": "Order", "id": order_url(order), "identifier": order}
