"""Orders, receipts and accounts by their identifiers."""

import pytest

from gateway.sandbox.data.documented import documented_account
from tests.sandbox.conftest import BOOK, Imin


async def test_unknown_order(imin: Imin) -> None:
    """An unknown order is OpenActive's 404."""
    response = await imin.call("GET", "/api/v2/orders/00000000-0000-4000-8000-000000000000")

    assert response == (
        404,
        {
            "@context": "https://openactive.io/",
            "@type": "UnknownOrderError",
            "name": "The Booking System has no 'Order' matching the one requested.",
            "statusCode": 404,
        },
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_unknown_path(imin: Imin, method: str) -> None:
    """A path or method imin does not have is OpenActive's 404."""
    status, body = await imin.call(method, "/api/v2/nothing/here")

    assert (status, body["@type"]) == (404, "UnknownOrIncorrectEndpointError")
    assert imin.sandbox.request_log.counts() == {f"{method} (unknown)": 1}


@pytest.mark.parametrize(
    ("headers", "message"),
    [({}, "No API key found in request"), ({"X-Api-Key": "wrong"}, "Invalid authentication credentials")],
)
async def test_key(imin: Imin, headers: dict[str, str], message: str) -> None:
    """A request without the right key gets Kong's 401."""
    response = await imin.call("GET", "/api/v2/orders?customerIdentifier=1234", headers=headers)

    assert response == (401, {"message": message})


async def test_receipt_is_a_valid_pdf(imin: Imin) -> None:
    """A receipt is a PDF whose cross-reference table points at its objects."""
    url = imin.server.make_url("/api/v2/receipts/1")

    async with imin.http.get(url, headers={"X-API-KEY": "sandbox-key"}) as response:
        pdf = await response.read()
        content_type = response.headers["Content-Type"]

    assert content_type == "application/pdf"
    start = int(pdf.split(b"startxref\n")[1].split(b"\n")[0])
    entries = pdf[start:].split(b"\n")[3:8]
    offsets = [int(entry[:10]) for entry in entries]
    assert pdf[start:].startswith(b"xref\n0 6\n")
    assert [pdf[at : at + 7] for at in offsets] == [b"%d 0 obj" % number for number in range(1, 6)]
    assert b"(Order 29) Tj" in pdf
    assert b"(Ordered 2022-11-15T15:24:26Z) Tj" in pdf
    assert b"(Total 10.00 GBP) Tj" in pdf


@pytest.mark.parametrize("identifier", ["2", "999999999", "abc", "-1"])
async def test_unknown_receipt(imin: Imin, identifier: str) -> None:
    """An unknown receipt is 404."""
    status, body = await imin.call("GET", f"/api/v2/receipts/{identifier}")

    assert (status, body["@type"]) == (404, "NotFoundError")


async def test_every_receipt_opens(imin: Imin) -> None:
    """Every receipt of an order can be fetched."""
    added = imin.sandbox.add_order("receipts")
    entry = imin.sandbox.add_receipt(added["identifier"])
    orders = (await imin.orders("receipts"))["imin:item"]

    urls = [one["url"] for order in orders for one in order.get("imin:receipt", [])]
    pages = [await imin.get(url.removeprefix(BOOK)) for url in urls]

    assert urls[0] == entry["url"]
    assert len(urls) == 8
    assert {page[:8] for page in pages} == {b"%PDF-1.4"}


async def test_documented_account(imin: Imin) -> None:
    """Account abc is imin's documented example."""
    account = await imin.get("/customer-accounts/abc")

    assert account == documented_account()
    assert account["@id"] == f"{BOOK}/customer-accounts/abc"


async def test_erased_customer(imin: Imin) -> None:
    """The orders of an erased customer remain, with placeholders for personal data."""
    imin.sandbox.erase_customer("group")

    orders = (await imin.orders("group"))["imin:item"]

    deleted = {
        "type": "Person",
        "email": "deleted@deleted.invalid",
        "givenName": "Deleted",
        "familyName": "Deleted",
    }
    assert len(orders) == 5
    assert [order["customer"] for order in orders] == [deleted] * 5
    assert orders[0]["orderedItem"][0]["attendee"] == deleted


async def test_entitlements(imin: Imin) -> None:
    """The entitlements are a ConceptScheme."""
    scheme = await imin.get("/entitlements")

    assert (scheme["type"], scheme["concept"][0]["prefLabel"]) == ("ConceptScheme", "Adult Resident")
