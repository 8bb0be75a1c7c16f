"""The pages of imin's lists."""

import pytest

from tests.sandbox.conftest import BOOK, Imin


async def test_first_page(imin: Imin) -> None:
    """The envelope of customer 1234's first page is the documented example."""
    page = await imin.orders()

    url = f"{BOOK}/orders?customerIdentifier=1234&page="
    assert len(page.pop("imin:item")) == 10
    assert page == {
        "@context": ["https://openactive.io/", "https://schema.imin.co/", "https://openactive.io/ns-beta"],
        "id": f"{url}1",
        "type": "imin:RestrictedCollection",
        "imin:totalItems": 1917,
        "view": {
            "id": f"{url}1",
            "type": "PartialCollectionView",
            "first": f"{url}1",
            "last": f"{url}192",
            "imin:currentPage": 1,
            "imin:itemsPerPage": 10,
            "imin:totalPages": 192,
            "urlTemplate": f"{url}{{page}}",
            "next": f"{url}2",
        },
    }


async def test_last_page(imin: Imin) -> None:
    """The last page has the remaining orders, a previous page and no next page."""
    page = await imin.orders(page=192)

    assert [order["orderNumber"] for order in page["imin:item"]] == ["7", "6", "5", "4", "3", "2", "1"]
    assert "next" not in page["view"]
    assert page["view"]["previous"] == f"{BOOK}/orders?customerIdentifier=1234&page=191"


async def test_page_after_the_last(imin: Imin) -> None:
    """A page after the last has no imin:item."""
    page = await imin.orders("small", page=2)

    assert "imin:item" not in page
    assert page["imin:totalItems"] == 3


@pytest.mark.parametrize("customer", ["empty", "unknown"])
async def test_nothing_booked(imin: Imin, customer: str) -> None:
    """Without orders imin:item is absent and the total is 0."""
    page = await imin.orders(customer)

    assert "imin:item" not in page
    assert (page["imin:totalItems"], page["view"]["imin:totalPages"]) == (0, 0)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("", "customerIdentifier is required"),
        ("?customerIdentifier=1234&page=0", "page must be an integer of at least 1, got '0'"),
        ("?customerIdentifier=1234&page=-1", "page must be an integer of at least 1, got '-1'"),
        ("?customerIdentifier=1234&page=two", "page must be an integer of at least 1, got 'two'"),
    ],
)
@pytest.mark.parametrize("path", ["orders", "order-items"])
async def test_bad_query(imin: Imin, path: str, query: str, detail: str) -> None:
    """A bad parameter is 400 in the format of imin's Express code."""
    response = await imin.call("GET", f"/api/v2/{path}{query}")

    assert response == (400, {"error": {"type": "InvalidQuery", "details": [detail]}})


async def test_missing_page(imin: Imin) -> None:
    """A request without a page parameter returns the first page."""
    assert await imin.get("/orders?customerIdentifier=small") == await imin.orders("small")
