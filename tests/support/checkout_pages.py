"""Checkout pages of the sandbox, as a browser uses them."""

import re
from html import unescape
from typing import Any

from yarl import URL

from tests.sandbox.conftest import Imin
from tests.support.checkout_bodies import PATH, body

PAY, CANCEL = {"action": "pay"}, {"action": "cancel"}
ANN = {"givenName": "Ann", "familyName": "Lee", "email": "ann@example.com"}


async def open_session(imin: Imin, *items: Any, links: Any = (), **order: Any) -> URL:
    """The page of a new session."""
    request = body(*items, **order) | {"imin:navigationLinks": list(links)}
    status, created = await imin.call("POST", PATH, request)
    assert status == 201
    return URL(created["potentialAction"][0]["target"])


async def show(imin: Imin, page: URL) -> tuple[int, str]:
    """(status, text) of a page, without what is not text."""
    async with imin.http.get(page) as response:
        html = await response.text()
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL)
    return response.status, " ".join(unescape(text).split())


async def submit(imin: Imin, page: URL, form: dict[str, str]) -> tuple[int, str | None]:
    """(status, where the browser is sent)."""
    async with imin.http.post(page, data=form, allow_redirects=False) as response:
        await response.read()
    return response.status, response.headers.get("Location")


async def guest_page(imin: Imin, session: dict[str, Any]) -> URL:
    """Where the guest page of a session leads."""
    segment = {"ScheduledSession": "scheduled-sessions", "Slot": "slots"}[session["type"]]
    url = URL(str(imin.server.make_url("/v1")) + f"/{segment}/{quoted(session)}", encoded=True)
    async with imin.http.get(url, allow_redirects=False) as response:
        assert response.status == 303
        return imin.server.make_url(response.headers["Location"])


async def found(imin: Imin, session: dict[str, Any]) -> Any:
    """The session as Search has it."""
    path = f"/search/events-api/v2/scheduled-sessions/{quoted(session)}"
    status, document = await imin.call("GET", path)
    assert status == 200
    return document


def quoted(session: dict[str, Any]) -> str:
    return str(session["id"]).rpartition("/")[2]
