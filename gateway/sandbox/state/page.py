"""Write the envelope of a page of a list. Source: imin docs, Order History and Upcoming OrderItems."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from gateway.sandbox.data.vocabulary import BOOK, COLLECTION_CONTEXT, Document

ITEMS_PER_PAGE = 10
_WRONG_TOTAL_PAGES = 192


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a customer's orders or upcoming items.

    number: starts at 1. total: the items on all pages. view_lies: as in Style.
    """

    path: Literal["orders", "order-items"]
    customer: str
    number: int
    total: int
    view_lies: bool = False

    @property
    def items(self) -> slice:
        """The slice of the whole list that is on this page."""
        return slice((self.number - 1) * ITEMS_PER_PAGE, self.number * ITEMS_PER_PAGE)

    def envelope(self) -> Document:
        """The page without its items, imin:item."""
        return {
            "@context": COLLECTION_CONTEXT,
            "id": self._url(self.number),
            "type": "imin:RestrictedCollection",
            "imin:totalItems": self.total,
            "view": self._view(),
        }

    def _view(self) -> Document:
        pages = -(-self.total // ITEMS_PER_PAGE)
        view: Document = {
            "id": self._url(self.number),
            "type": "PartialCollectionView",
            "first": self._url(1),
            "last": self._url(max(pages, 1)),
            "imin:currentPage": self.number,
            "imin:itemsPerPage": ITEMS_PER_PAGE,
            "imin:totalPages": pages,
            "urlTemplate": self._url("{page}"),
        }
        if self.view_lies:
            view["imin:totalPages"] = 1 if pages > 1 else _WRONG_TOTAL_PAGES
        if self.number < pages or self.view_lies:
            view["next"] = self._url(self.number + 1)
        if self.number > 1:
            view["previous"] = self._url(self.number - 1)
        return view

    def _url(self, number: int | str) -> str:
        return f"{BOOK}/{self.path}?customerIdentifier={quote(self.customer, safe='')}&page={number}"
