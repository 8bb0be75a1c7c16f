"""`/docs`: the documentation site, where its folder is set or the profile is development."""

import base64
import gzip
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.settings.model import Settings

INLINE = "document.title += '!'"
PAGE = f"<html><script>{INLINE}</script><script src=a.js></script><p>£</p></html>"
NOT_BUILT = "The documentation is not built yet: run `make docs`.\n"
NO_PAGE = "There is no such page in the documentation; it starts at /docs/index.html.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small site, beside a file that is not part of it."""
    site = tmp_path / "site"
    (site / "part").mkdir(parents=True)
    for name in ("index.html", "part/index.html", "a.js", "b.bin", ".hidden"):
        (site / name).write_text(PAGE, encoding="utf-8")
    (tmp_path / "secret.html").write_text("secret")
    (site / "link.html").symlink_to(tmp_path / "secret.html")
    return site


@pytest.fixture
async def docs(settings: Settings, folder: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a gateway that serves the site, in production."""
    running = gateway_listening(settings.but(docs_path=folder, profile="production"), demo_caller)
    async with running as url, aiohttp.ClientSession(url, auto_decompress=False) as http:
        yield http


@pytest.mark.parametrize("path", ["", "index.html", "part/", "part/index.html"])
async def test_page(docs: aiohttp.ClientSession, path: str) -> None:
    """A page is sent with a policy that allows its own inline scripts and files of this host only."""
    digest = base64.b64encode(hashlib.sha256(INLINE.encode()).digest()).decode()

    async with docs.get(f"/docs/{path}", headers={"Accept-Encoding": "identity"}) as response:
        text = await response.text()

    assert (response.status, text) == (200, PAGE)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Content-Security-Policy"] == (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; worker-src 'self'; connect-src 'self'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


async def test_script(docs: aiohttp.ClientSession) -> None:
    """A script is compressed for those who accept that; what has not changed is 304; HEAD has no body."""
    async with docs.get("/docs/a.js", headers={"Accept-Encoding": "gzip"}) as response:
        assert gzip.decompress(await response.read()).decode() == PAGE
        assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
        etag = response.headers["ETag"]
    async with docs.get("/docs/a.js", headers={"If-None-Match": etag}) as response:
        assert (response.status, await response.read()) == (304, b"")
    async with docs.head("/docs/a.js") as response:
        assert (response.status, await response.read(), response.headers["ETag"]) == (200, b"", etag)


async def test_start(docs: aiohttp.ClientSession) -> None:
    """`/docs` leads to the first page."""
    async with docs.get("/docs") as response:
        assert (response.status, response.url.path) == (200, "/docs/")


@pytest.mark.parametrize(
    "path",
    [
        "nothing.html",
        "../secret.html",
        "..%2Fsecret.html",
        "%2E%2E/secret.html",
        "part/../../secret.html",
        "part%2F..%2F..%2Fsecret.html",
        "%2Fetc%2Fpasswd",
        "link.html",
        "b.bin",
        ".hidden",
        "a.js%00.html",
        "%00",
        "x" * 4_000,
    ],
)
async def test_no_other_file(docs: aiohttp.ClientSession, path: str) -> None:
    """Nothing outside the folder is served, no hidden file, and no file of another kind."""
    async with docs.get(URL(f"/docs/{path}", encoded=True)) as response:
        assert (response.status, await response.text()) in ((404, NO_PAGE), (404, await not_found(docs)))
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


async def not_found(docs: aiohttp.ClientSession) -> str:
    """The response to a path that the gateway does not have: a client may shorten `/docs/../x` to `/x`."""
    async with docs.get("/secret.html") as response:
        return await response.text()


async def test_built_again(docs: aiohttp.ClientSession, folder: Path) -> None:
    """A site that is built again is served as it is now."""
    async with docs.get("/docs/part/") as response:
        before = response.headers["ETag"]
    (folder / "part/index.html").write_text(PAGE.replace("£", "€"))

    async with docs.get("/docs/part/", headers={"If-None-Match": before}) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"docs_path": Path("none")}, NOT_BUILT),
        ({"docs_path": Path("none"), "profile": "production"}, NOT_BUILT),
        (
            {"profile": "production"},
            '{"errors":[{"message":"Not Found.","extensions":{"code":"NOT_FOUND"}}]}',
        ),
    ],
)
async def test_not_served(settings: Settings, changes: dict[str, Any], expected: str) -> None:
    """Without a built site the response names the command that builds it. Production has none by default."""
    running = gateway_listening(settings.but(**changes), demo_caller)
    async with running as url, aiohttp.ClientSession() as http, http.get(f"{url}/docs/x.html") as response:
        assert (response.status, await response.text()) == (404, expected)


async def test_development_serves_the_built_site(settings: Settings) -> None:
    """In development, `/docs` is there without a setting."""
    running = gateway_listening(settings, demo_caller)
    async with running as url, aiohttp.ClientSession() as http, http.get(f"{url}/docs/") as response:
        text = await response.text()

    assert text == NOT_BUILT or re.search(r"<h1.*?>", text)
