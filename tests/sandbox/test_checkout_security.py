"""Checkout's pages against hostile texts and other sites."""

import re

import pytest

from tests.sandbox.conftest import Imin
from tests.support.checkout_bodies import LINKS, booked, item
from tests.support.checkout_pages import CANCEL, PAY, open_session, quoted, submit

SCRIPT = "<script>alert(1)</script>"
QUOTES = "\"'><img src=x>"


async def test_headers(imin: Imin) -> None:
    """The policy allows only the page's style, the sandbox's pictures, and forms to itself and the broker."""
    session, offer = booked(imin.sandbox)
    link = LINKS[0] | {"url": "http://127.0.0.1:3000/done?a=1"}
    page = await open_session(imin, item(session, offer), links=[link], customer="1234")

    async with imin.http.get(page) as response:
        policy = re.sub("'sha256-[^']{44}'", "HASH", response.headers["Content-Security-Policy"])
        headers = response.headers

    assert policy == (
        "default-src 'none'; style-src HASH; img-src 'self'; form-action 'self' http://127.0.0.1:3000; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["a;script-src%20*", "a;sandbox", "[::1]:80", "a,b"])
async def test_policy_cannot_be_extended(imin: Imin, host: str) -> None:
    """An address of the broker adds nothing else to the policy."""
    session, offer = booked(imin.sandbox)
    link = LINKS[0] | {"url": f"https://{host}/done"}
    page = await open_session(imin, item(session, offer), links=[link], customer="1234")

    async with imin.http.get(page) as response:
        assert "form-action 'self' https:; base-uri" in response.headers["Content-Security-Policy"]


async def test_hostile_texts(imin: Imin) -> None:
    """Texts of the broker, of the session and of the customer are escaped."""
    session, _ = booked(imin.sandbox)
    hostile = await imin.call("GET", f"/search/events-api/v2/scheduled-sessions/{quoted(session)}")
    document = hostile[1]
    for level in (document, document["superEvent"]["superEvent"]):
        level["name"] = SCRIPT + QUOTES
    document["superEvent"]["location"]["name"] = SCRIPT
    document["superEvent"]["superEvent"]["organizer"]["name"] = SCRIPT
    document["superEvent"]["offers"][0]["name"] = SCRIPT
    imin.sandbox.search.put(session["identifier"], document)
    customer = {"type": "Person", "email": QUOTES, "givenName": SCRIPT, "familyName": QUOTES}
    link = LINKS[0] | {"url": 'https://globex.example/"><script>alert(1)</script>'}
    order = {"customer": customer, "broker": {"name": SCRIPT}}
    page = await open_session(imin, item(session), links=[link, LINKS[1]], **order)
    guest = await open_session(imin, item(session))
    forms = PAY | {"givenName": SCRIPT, "familyName": QUOTES, "email": QUOTES}

    pages = []
    async with imin.http.get(page) as response:
        pages.append(await response.text())
    async with imin.http.post(guest, data=forms) as response:
        pages.append(await response.text())
    await submit(imin, page, CANCEL)
    async with imin.http.get(page) as response:
        pages.append(await response.text())

    for html in pages:
        assert "<script" not in html
        assert "<img src=x" not in html
        assert html.count("&lt;script&gt;") >= 1
