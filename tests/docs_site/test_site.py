"""The built site: every link works, nothing comes from another host, and the reference is complete."""

import json
import re
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from graphql import GraphQLEnumType, build_schema, is_introspection_type, is_specified_scalar_type

from docs_site.schema import fields_of
from tests.project.tree import PROJECT

SCHEMA = build_schema((PROJECT / "schema.graphql").read_text())
TYPES = {name: one for name, one in SCHEMA.type_map.items() if not is_introspection_type(one)}
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """Links, anchors and loaded files of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := values.get(name))}
        if tag == "a" and (link := values.get("href")):
            self.links.append(link)
        if tag in LOADED and (link := values.get(LOADED[tag])):
            self.loaded.append(link)


@cache
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_links(site: Path) -> None:
    """Every link within the site leads to a page, and to a heading or field that the page has."""
    found = pages(site)
    broken = defaultdict(list)
    for path, page in found.items():
        for link in (*page.links, *page.loaded):
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not target.is_file() or (url.fragment and unquote(url.fragment) not in found[target].anchors):
                broken[str(path.relative_to(site))].append(link)

    assert len(found) > len(TYPES)
    assert dict(broken) == {}


def test_nothing_from_elsewhere(site: Path) -> None:
    """Pages load scripts, styles, fonts and pictures from the site alone, and styles name no other host."""
    loaded = {link for page in pages(site).values() for link in page.loaded}
    styles = "".join(path.read_text() for path in site.rglob("*.css"))

    assert [link for link in loaded if urlsplit(link).netloc] == []
    assert re.findall(r"url\(\s*[\"']?(?:https?:)?//[^)]*|@import[^;]*", styles) == []


def test_quoted_code(site: Path) -> None:
    """Where a guide quotes a file, the page shows the file's lines."""
    assert [path.name for path in pages(site) if re.search(r"examples/[\w./-]+:\w", path.read_text())] == []


def test_search_index(site: Path) -> None:
    """Guides and the reference can be searched, decisions cannot."""
    index = json.loads((site / "search/search_index.json").read_text())
    locations = {entry["location"] for entry in index["docs"]}

    assert {"cancellation.html", "reference/OrderItem.html#status"} <= locations
    assert [location for location in locations if location.startswith("decisions/")] == []
    assert (site / "search/search_index.js").read_text().startswith("var __index = ")


def test_reference_is_complete(site: Path) -> None:
    """Types have pages with fields, arguments, values, members and deprecations. Directives are listed."""
    missing = []
    for name, declared in TYPES.items():
        path = site / "reference" / f"{name}.html"
        html = path.read_text() if path.exists() else ""
        shown = [f'id="{field}"' for field in fields_of(declared)]
        shown += [
            f"<code>{argument}</code>"
            for field in fields_of(declared).values()
            for argument in getattr(field, "args", {})
        ]
        members = getattr(declared, "types", ())
        if isinstance(declared, GraphQLEnumType):
            shown += [f"<code>{value}</code>" for value in declared.values]
        shown += [f'<a href="{one.name}.html">{one.name}</a>' for one in members]
        deprecated = sum(one.deprecation_reason is not None for one in fields_of(declared).values())
        missing += [f"{name}: {text}" for text in ("<h1", *shown) if text not in html]
        missing += [name] if html.count(">Deprecated<") != deprecated else []
    index = (site / "reference" / "index.html").read_text()
    missing += [one.name for one in SCHEMA.directives if f"<code>@{one.name}" not in index]

    assert missing == []


def test_costs(site: Path) -> None:
    """Costs come from the code: by the page, for each argument, shared, and none."""
    html = {name: (site / "reference" / f"{name}.html").read_text() for name in ("Query", "Customer")}

    def cost(type_name: str, field: str) -> str | None:
        section = re.search(rf'id="{field}">.*?(?=<h[23]|\Z)', html[type_name], re.DOTALL)
        assert section
        text = re.search(r"<strong>Cost:</strong> (.*?)</p>", section[0])
        return re.sub(r"<.*?>", "", text[1]) if text else None

    assert cost("Query", "viewer") is None
    assert cost("Query", "nodes") == "1 request to imin for each of ids."
    assert cost("Query", "order") == "5 requests to imin, 200 more with orderNumber."
    assert cost("Customer", "email") == "1 request to imin, shared by all fields of the object that say this."
    assert cost("Customer", "orders") == (
        "1 request to imin for each page of ten that the window touches, 20 more with itemStatuses, "
        "18 more with from or to."
    )


def test_examples(site: Path) -> None:
    """A root field shows an operation of a guide that uses it; other fields link to such operations."""
    mutation = (site / "reference/Mutation.html").read_text()
    item = (site / "reference/OrderItem.html").read_text()

    assert re.search(r'id="cancelOrderItems".*?<div class="[^"]*highlight', mutation, re.DOTALL)
    assert 'href="../cancellation.html"' in mutation
    assert re.search(r'id="walletPass".*?href="\.\./wallet\.html"', item, re.DOTALL)


def test_code_links(site: Path) -> None:
    """Code that names a type or a field leads to the reference; other code does not."""
    page = (site / "tickets.html").read_text()

    assert is_specified_scalar_type(TYPES["String"])
    assert '<code><a href="reference/OrderItem.html#walletPass">' in (site / "wallet.html").read_text()
    assert "<code>accessCodes</code>" in page
