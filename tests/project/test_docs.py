"""Documentation: every page is listed, and every link leads to a file."""

import re
import tomllib
from pathlib import Path

from tests.project.tree import PROJECT, files

DOCS = PROJECT / "docs"
DECISIONS = sorted(DOCS.glob("decisions/[0-9]*.md"))


def links(page: Path) -> list[str]:
    """Targets of a page's Markdown links, relative to the page. Ignores code."""
    prose = re.sub(r"^ *```.*?^ *```|`[^`]*`", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return [link for link in re.findall(r"\]\(([^)#\s]+)", prose) if "://" not in link]


def headings(page: Path) -> list[str]:
    return re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)


def test_links() -> None:
    """Every link of every page leads to a file or a folder that exists."""
    broken = [
        f"{page.relative_to(PROJECT)}: {link}"
        for page in files(".md")
        for link in links(page)
        if not (page.parent / link).exists()
    ]

    assert broken == []


def test_map() -> None:
    """docs/README.md lists every page of docs/; decisions have an index of their own."""
    listed = {(DOCS / link).resolve() for link in links(DOCS / "README.md")}

    expected = {page for page in DOCS.rglob("*.md") if page.parent.name != "decisions"}
    assert expected - {DOCS / "README.md"} - listed == set()
    assert DOCS / "decisions" / "README.md" in listed


def test_decisions_listed() -> None:
    """The index lists every decision once, under its own number."""
    index = (DOCS / "decisions" / "README.md").read_text()

    listed = re.findall(r"^- \[(\d{4})\]\((\S+)\)", index, re.MULTILINE)
    assert sorted(file for _, file in listed) == [page.name for page in DECISIONS]
    assert [number for number, file in listed if not file.startswith(f"{number}-")] == []


def test_decisions_follow_the_template() -> None:
    """Each decision has its number in the title, a status, a context, a decision and consequences."""
    for page in DECISIONS:
        title, _, status = page.read_text().splitlines()[:3]

        assert title.startswith(f"# {page.name[:4]} "), page.name
        assert re.match(r"Status: (accepted, \w+ \d{4}|superseded by \[?\d{4})", status), page.name
        assert {"Context", "Decision", "Consequences"} <= set(headings(page)), page.name


def test_changelog() -> None:
    """The changelog has the sections of Keep a Changelog, newest first, and the current version."""
    changelog = (PROJECT / "CHANGELOG.md").read_text()
    releases = headings(PROJECT / "CHANGELOG.md")
    kinds = set(re.findall(r"^### (.+)$", changelog, re.MULTILINE))
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]

    assert releases[0] == "[Unreleased]"
    assert re.match(rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", releases[1])
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert f"| {version.rpartition('.')[0]}.x | yes |" in (PROJECT / "SECURITY.md").read_text()


def test_decisions_mentioned_in_code() -> None:
    """Every decision that a comment refers to by its number exists."""
    missing = [
        f"{path.relative_to(PROJECT)}: {number}"
        for path in files(".py", ".mjs", ".toml", "Makefile")
        for number in re.findall(r"docs/decisions/(\d{4})", path.read_text())
        if not any(page.name.startswith(number) for page in DECISIONS)
    ]

    assert missing == []
