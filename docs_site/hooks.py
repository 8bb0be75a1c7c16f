"""What mkdocs calls while it builds the site: the reference is added, and links are completed.

Source of the events: mkdocs' documentation, "Plugins: Events".
"""

import re
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from docs_site.code_links import CodeLinks
from docs_site.examples import examples_in, uses_of_fields
from docs_site.index_page import PLURALS, index_page
from docs_site.sandbox_requests import MARKER, sandbox_requests
from docs_site.schema import DocumentedSchema, kind_of, load
from docs_site.site_links import DOCS, ELSEWHERE, PROJECT, site_links
from docs_site.type_page import TypePages

_BOOST_OF_GUIDES = 5


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Complete the navigation: types by kind, and under the guides the pages that it does not name."""
    parts = {title: pages for part in config.nav or () for title, pages in part.items()}
    named = set(re.findall(r"'([\w./-]+\.md)'", str(config.nav)))
    parts["Guides"] += sorted(path.name for path in DOCS.glob("*.md") if path.name not in named)
    types = [one for one in _schema().types.values() if f"reference/{one.name}.md" not in named]
    for kind, plural in PLURALS.items():
        pages = [{one.name: f"reference/{one.name}.md"} for one in types if kind_of(one) == kind]
        parts["Reference"].append({plural: pages})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the reference, and pages that are files outside docs/."""
    schema = _schema()
    pages = TypePages(schema, uses_of_fields(schema.sdl, examples_in(DOCS)))
    content = {"index": index_page(schema)} | {name: pages.page(one) for name, one in schema.types.items()}
    for name, text in content.items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    for source, page in ELSEWHERE.items():
        path = PROJECT / source
        text = site_links(path.read_text(encoding="utf-8"), path, page)
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Complete a page, and leave out links to files that are not part of the site."""
    folder = page.file.src_uri.rpartition("/")[0]
    if folder == "reference":
        return markdown
    # In the search, guides come first.
    page.meta["search"] = {"exclude": True} if folder == "decisions" else {"boost": _BOOST_OF_GUIDES}
    if MARKER in markdown:
        markdown = markdown.replace(MARKER, sandbox_requests())
    return (
        markdown
        if page.file.generated_by
        else site_links(markdown, DOCS / page.file.src_uri, page.file.src_uri)
    )


def on_page_content(html: str, page: Page, **_: Any) -> str:
    """Link the code that names types and fields, and make empty headings of tables plain cells."""
    html = re.sub(r"<th[^>]*></th>", "<td></td>", html)
    path = PurePosixPath(page.file.src_uri)
    own_type = path.stem if path.parent.name == "reference" else None
    return _links().linked(html, own_type, lambda of: get_relative_url(f"reference/{of}.html", page.file.url))


def on_post_page(output: str, **_: Any) -> str:
    """Name the search for screen readers, which the theme leaves out."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')


def on_post_build(config: MkDocsConfig) -> None:
    """Remove what only works at the top of a host with a known name."""
    for name in ("404.html", "sitemap.xml", "sitemap.xml.gz"):
        (Path(config.site_dir) / name).unlink(missing_ok=True)


@cache
def _schema() -> DocumentedSchema:
    return load((PROJECT / "schema.graphql").read_text(encoding="utf-8"))


@cache
def _links() -> CodeLinks:
    return CodeLinks(_schema())
