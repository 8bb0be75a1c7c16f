"""Links of pages that are read in the repository too, as they must be in the site.

Some pages of the site are files outside docs/. A link to a file that the site does not have becomes plain
text.
"""

import re
from pathlib import Path
from posixpath import dirname, relpath

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"

ELSEWHERE = {
    "clients/README.md": "client-kit.md",
    "examples/README.md": "examples.md",
    "examples/apollo/README.md": "examples-apollo.md",
    "examples/relay/README.md": "examples-relay.md",
    "deploy/README.md": "running.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security-policy.md",
}
"""Files outside docs/ that are pages of the site: where."""

_LINK = re.compile(
    r"(```.*?^ *```|`[^`\n]*`)|\[([^\]]*)\]\((?!\w+:|#)([^)\s#]*)(#[^)\s]*)?\)", re.DOTALL | re.MULTILINE
)


def site_links(markdown: str, source: Path, page: str) -> str:
    """The text with links that hold in the site. source: of the text. page: its path in the site."""

    def replaced(match: re.Match[str]) -> str:
        code, text, target, anchor = match.groups()
        if code:
            return match[0]
        place = _page_of((source.parent / target).resolve())
        return f"[{text}]({relpath(place, dirname(page) or '.')}{anchor or ''})" if place else text

    return _LINK.sub(replaced, markdown)


def _page_of(file: Path) -> str | None:
    """Where the site has a file of the repository; None if it does not."""
    file = file / "README.md" if file.is_dir() else file
    if file.is_relative_to(DOCS):
        return file.relative_to(DOCS).as_posix()
    return ELSEWHERE.get(file.relative_to(PROJECT).as_posix()) if file.is_relative_to(PROJECT) else None
