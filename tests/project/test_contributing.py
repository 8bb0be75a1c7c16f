"""CONTRIBUTING.md shows code that is in the tree."""

import re

import pytest

from tests.project.tree import PROJECT

CONTRIBUTING = (PROJECT / "CONTRIBUTING.md").read_text()
DIFFS = re.findall(r"^ *```diff\n(.*?)^ *```$", CONTRIBUTING, re.DOTALL | re.MULTILINE)


def compact(code: str) -> str:
    """Code without what the formatter decides: blanks, line breaks, trailing commas."""
    return re.sub(r",(?=[)\]}])", "", re.sub(r"\s+", "", code))


def file_of(diff: str) -> str:
    """The path in the first line: `+++ path` for a new file, ` # path` for a change."""
    header = re.match(r"\s*(?:\+\+\+|#) (\S+)\n", diff)
    assert header, diff
    return header[1]


@pytest.mark.parametrize("diff", DIFFS, ids=file_of)
def test_diff(diff: str) -> None:
    """The lines of each step are in the file that it names, in this order; "…" is what was left out."""
    _, *lines = [re.sub(r"^ *\+?", "", line) for line in diff.splitlines()]
    parts = [compact(part).rstrip(",") for line in lines for part in line.split("…")]
    code = compact((PROJECT / file_of(diff)).read_text())

    position = 0
    for part in parts:
        position = code.find(part, position)
        assert position >= 0, f"{file_of(diff)} has changed: update what CONTRIBUTING.md shows of it, {part}"
        position += len(part)


def test_walk_through() -> None:
    """Fields, endpoints and mutations are explained by diffs."""
    sections = dict(re.findall(r"^## (Add .+?)$(.+?)(?=^## )", CONTRIBUTING, re.DOTALL | re.MULTILINE))

    explained = {name: text.count("```diff") for name, text in sections.items()}
    assert explained["Add a field"] == 3
    assert explained["Add an endpoint"] == 4
    assert explained["Add a mutation"] == 6
