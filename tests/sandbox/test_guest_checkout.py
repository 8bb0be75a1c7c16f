"""Guest checkout: the page that asks for a name, and whose order it makes."""

import re

import pytest

from tests.sandbox.conftest import Imin
from tests.support.checkout_bodies import booked, item
from tests.support.checkout_pages import ANN, PAY, guest_page, open_session, show, submit


@pytest.mark.parametrize("kind", ["session", "slot"])
async def test_guest(imin: Imin, kind: str) -> None:
    """The page of a session asks a guest for name and e-mail; no list has the order, its id has."""
    session, _ = booked(imin.sandbox, kind=kind)
    page = await guest_page(imin, session)

    text = (await show(imin, page))[1]
    await submit(imin, page, PAY | ANN)

    assert "First name Last name E-mail Total" in text
    order = await imin.get(f"/orders/{imin.sandbox.checkout.sessions()[0].order}")
    assert order["customer"] == {"type": "Person"} | ANN
    assert (await imin.orders())["imin:totalItems"] == 1917
    assert (await imin.orders("small"))["imin:totalItems"] == 4


async def test_guest_with_an_account(imin: Imin) -> None:
    """The order of a guest whose e-mail address has an account is in its history."""
    session, _ = booked(imin.sandbox)
    page = await guest_page(imin, session)

    await submit(imin, page, PAY | ANN | {"email": "Owen.Price@example.com"})

    (order,) = (await imin.orders("empty"))["imin:item"]
    assert order["customer"]["givenName"] == "Ann"


async def test_customer_object(imin: Imin) -> None:
    """A broker can send the customer's details instead of an identifier."""
    session, offer = booked(imin.sandbox)
    customer = {"@type": "Person", "email": "owen.price@example.com", "givenName": "Owen"}
    page = await open_session(imin, item(session, offer), customer=customer)

    await submit(imin, page, PAY)

    (order,) = (await imin.orders("empty"))["imin:item"]
    assert order["customer"] == {"type": "Person", "email": "owen.price@example.com", "givenName": "Owen"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "ann"},
        {"email": "a b@c"},
        {"givenName": " "},
        {"familyName": "x" * 101},
        {"email": "a@b\x00"},
    ],
)
async def test_incomplete_guest(imin: Imin, wrong: dict[str, str]) -> None:
    """Without a name and an e-mail address nothing is booked, and what was entered is still there."""
    session, _ = booked(imin.sandbox)
    page = await guest_page(imin, session)

    async with imin.http.post(page, data=PAY | ANN | wrong, allow_redirects=False) as response:
        html = await response.text()

    assert response.status == 422
    assert 'role="alert">Please enter your name and your e-mail address.<' in html
    entered = {**ANN, **wrong}
    assert [entered[name].strip() for name in ANN] == re.findall(
        r'required maxlength="100" value="([^"]*)"', html
    )
    assert imin.sandbox.checkout.sessions()[0].state == "open"


async def test_guest_page_of_nothing(imin: Imin) -> None:
    """There is no guest page for what is not for sale."""
    for segment in ("scheduled-sessions", "slots"):
        status, text = await show(imin, imin.server.make_url(f"/v1/{segment}/nothing"))
        assert (status, "Not available" in text) == (404, True)


async def test_no_such_session(imin: Imin) -> None:
    """An unknown session is a page that says so, also for a form."""
    page = imin.server.make_url("/checkout/nothing")

    assert await submit(imin, page, PAY) == (303, page.path)
    assert (await show(imin, page))[0] == 404
