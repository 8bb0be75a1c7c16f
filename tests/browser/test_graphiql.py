"""The GraphiQL page: in a real browser, and file by file over HTTP."""

import gzip
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from tests.support.processes import REPOSITORY, demo_process, run_script, running_demo

DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"
BUILT = REPOSITORY / "gateway" / "http" / "static"
FILES = sorted(file.name for file in BUILT.iterdir() if file.name != "index.html")
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
GZIPPED = {".css", ".js", ".ttf", ".txt"}
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
BROWSER_ACCEPTS = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def demo_url() -> Iterator[str]:
    """A demo that the tests of this file share; one of them cancels an item of the newest order."""
    with running_demo() as url:
        yield url


@pytest.fixture
async def http(demo_url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the demo that does not decompress."""
    async with aiohttp.ClientSession(demo_url, auto_decompress=False) as http:
        yield http


# In a browser


def test_in_a_browser(folder: Path, demo_url: str) -> None:
    """The page runs its first tab and a typed query, without requests to other hosts or policy violations."""
    query = "query Typed { viewer { orders(last: 1) { totalCount nodes { orderNumber } } } }"

    seen = run_script(folder, "graphiql.mjs", demo_url, "--query", query)

    assert seen["orderNumber"] == "1917"
    assert json.loads(seen["typedAnswer"]) == {
        "data": {"viewer": {"orders": {"totalCount": 1917, "nodes": [{"orderNumber": "1"}]}}}
    }
    assert seen["tabs"] == ["History", "OneOrder", "Preview", "Cancel", "Follow", "Book", "Account"]
    assert seen["outside"] == []
    assert seen["cspViolations"] == []
    assert seen["consoleErrors"] == []


def test_subscription(folder: Path, demo_url: str) -> None:
    """A subscription in the page opens a WebSocket at the page's own path, and shows the current order."""
    query = f'subscription Watched {{ orderChanged(id: "{DOCUMENTED}") {{ orderNumber }} }}'

    seen = run_script(folder, "graphiql.mjs", demo_url, "--query", query)

    assert json.loads(seen["typedAnswer"]) == {"data": {"orderChanged": {"orderNumber": "29"}}}
    assert f"{demo_url.replace('http', 'ws', 1)}/graphql" in seen["requests"]
    assert seen["outside"] == []
    assert seen["cspViolations"] == []
    assert seen["consoleErrors"] == []


def test_follow(folder: Path, demo_url: str) -> None:
    """The tab Follow watches the order that the tab Cancel cancels: both have its ids filled in."""
    seen = run_script(folder, "graphiql.mjs", demo_url, "--follow")

    reasons = re.findall(r'"code": "(\w+)"', seen["afterwards"])
    assert '"changes": [],' in seen["followed"]
    assert reasons
    assert set(reasons) <= {"STATUS_CHANGED", "CANCELLATION_CHANGED"}
    assert seen["cspViolations"] == []
    assert seen["consoleErrors"] == []


def test_identities(folder: Path, tmp_path: Path) -> None:
    """With --auth the page signs in as the customer that is chosen, or shows how a credential is refused."""
    refused = {
        "none": ("Please sign in.", 401),
        "expired": ("The token has expired.", 401),
        "foreign": ("The token is not valid.", 401),
        "no-customer": ("The token does not identify a customer.", 403),
    }
    with demo_process("--auth", XDG_STATE_HOME=str(tmp_path)) as demo:
        seen = run_script(folder, "identities.mjs", demo.url, "1234", "small", *refused)

    as_each = seen["asEach"]
    for name, total in (("1234", 1917), ("small", 3)):
        assert f'"totalCount": {total},' in as_each[name]["history"]
        assert '"orderChanges": { "at": ' in as_each[name]["followed"]
        assert re.match(r"HTTP 200, \d+ ms$", as_each[name]["states"][0])
        assert as_each[name]["states"][1] == "WebSocket open"
    assert as_each["small"]["ids"] != as_each["1234"]["ids"]
    for name, (message, status) in refused.items():
        assert f'"message": "{message}"' in as_each[name]["history"]
        assert as_each[name]["states"][0].startswith(f"HTTP {status}, ")
        assert as_each[name]["states"][1] == f"WebSocket closed: 4403 Forbidden: {message}"
        assert f"4403 Forbidden: {message}" in as_each[name]["followed"]
        assert as_each[name]["ids"] == as_each["small"]["ids"]
    assert [URL(link).path for link in seen["links"]] == ["/docs/", "/sandbox"]
    types = seen["documentation"]["types"]
    assert types == sorted(types)
    assert {"AccessPass", "OrderItem"} <= set(types)
    assert seen["documentation"]["description"].startswith("Bookings of sport and leisure")
    assert (seen["isStacked"], seen["isReadable"]) == (True, True)
    assert seen["barriers"] == seen["overflow"] == []


def test_examples(folder: Path) -> None:
    """Each tab's operation works with the variables that the page has filled in."""
    with demo_process() as demo:
        seen = run_script(folder, "tabs.mjs", demo.url)

    assert '"order": { "id": ' in seen["OneOrder"]
    assert '"isPermitted": true' in seen["Preview"]
    assert '"__typename": "CancellationPending"' in seen["Cancel"]
    assert '"__typename": "CheckoutSession"' in seen["Book"]
    assert '"__typename": "CustomerAccountUpdated"' in seen["Account"]
    (token,) = re.findall('"token": "([^"]+)"', seen["Preview"])
    assert token in seen["previewToken"]


# The page


async def test_page(http: aiohttp.ClientSession) -> None:
    """A browser that opens /graphql gets the page, with a policy that allows only this host."""
    async with http.get("/graphql", headers={"Accept": BROWSER_ACCEPTS}) as response:
        page = await response.text()

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-cache"
    without_facts = re.sub(r'data-facts="[^"]*"', 'data-facts="{}"', page)
    assert without_facts == (BUILT / "index.html").read_text(encoding="utf-8")


async def test_program_without_a_query(http: aiohttp.ClientSession) -> None:
    """A program that sends no query to /graphql gets an error in JSON, not the page."""
    async with http.get("/graphql", headers={"Accept": "application/json"}) as response:
        answer = await response.json()

    assert response.status == 400
    assert answer == {"errors": [{"message": "query is missing.", "extensions": {"code": "BAD_REQUEST"}}]}


async def test_browser_with_a_query(http: aiohttp.ClientSession) -> None:
    """A query in the URL is answered, also for a browser."""
    query = {"query": "{ __typename }"}
    async with http.get("/graphql", params=query, headers={"Accept": BROWSER_ACCEPTS}) as response:
        answer = await response.json()

    assert answer == {"data": {"__typename": "Query"}}


def test_relative_urls_only() -> None:
    """Every URL in the page is one of the built files, relative to the page."""
    page = (BUILT / "index.html").read_text(encoding="utf-8")

    urls = re.findall(r"""(?:href|src|action|content)=["']([^"']*/[^"']*)["']""", page)

    assert urls == [
        "graphiql/static/favicon.svg",
        "graphiql/static/graphiql.css",
        "graphiql/static/graphiql.js",
    ]
    assert "//" not in page


# Its files


@pytest.mark.parametrize("name", FILES)
async def test_file(http: aiohttp.ClientSession, name: str) -> None:
    """A file is sent whole, with its type, and browsers must revalidate it each time."""
    async with http.get(f"/graphiql/static/{name}", headers={"Accept-Encoding": "identity"}) as response:
        body = await response.read()

    assert response.status == 200
    assert response.headers["Content-Type"] == CONTENT_TYPES[Path(name).suffix]
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in response.headers
    assert body == (BUILT / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
async def test_file_not_modified(http: aiohttp.ClientSession, name: str) -> None:
    """A browser that has cached the file gets a 304 without a body."""
    path = f"/graphiql/static/{name}"
    async with http.get(path) as response:
        etag = response.headers["ETag"]

    async with http.get(path, headers={"If-None-Match": etag}) as second:
        body = await second.read()

    assert second.status == 304
    assert second.headers["ETag"] == etag
    assert body == b""


@pytest.mark.parametrize("name", FILES)
async def test_file_gzipped(http: aiohttp.ClientSession, name: str) -> None:
    """A file that compresses well is sent with gzip if the browser accepts it; others are sent unchanged."""
    async with http.get(f"/graphiql/static/{name}", headers={"Accept-Encoding": "gzip"}) as response:
        body = await response.read()

    is_gzipped = Path(name).suffix in GZIPPED
    assert response.headers.get("Content-Encoding") == ("gzip" if is_gzipped else None)
    assert (gzip.decompress(body) if is_gzipped else body) == (BUILT / name).read_bytes()


@pytest.mark.parametrize("name", ["nothing.js", "index.html", "..%2Fgraphiql.py", "%2E%2E%2Fgraphiql.py"])
async def test_no_such_file(http: aiohttp.ClientSession, name: str) -> None:
    """Every other path gives a 404 in JSON."""
    async with http.get(URL(f"/graphiql/static/{name}", encoded=True)) as response:
        answer = await response.json()

    assert response.status == 404
    assert answer == {"errors": [{"message": "There is no such file.", "extensions": {"code": "NOT_FOUND"}}]}
