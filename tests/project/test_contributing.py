"""CONTRIBUTING.md names what is in the tree."""

import re

import pytest

from tests.project.tree import PROJECT

CONTRIBUTING = (PROJECT / "CONTRIBUTING.md").read_text()
DIFFS = re.findall(r"^ *```diff\n(.*?)^ *```$", CONTRIBUTING, re.DOTALL | re.MULTILINE)


def names_in(code: str) -> set[str]:
    """Every name in the code, also in strings without blanks; prose is left out."""
    return set(re.findall(r"[A-Za-z_]\w*", re.sub(r"\"[^\"\n]* [^\"\n]*\"", "", code)))


def file_of(diff: str) -> str:
    """The path in the first line: `+++ path` for a new file, ` # path` for a change."""
    header = re.match(r"\s*(?:\+\+\+|#) (\S+)\n", diff)
    assert header, diff
    return header[1]


@pytest.mark.parametrize("diff", DIFFS, ids=file_of)
def test_diff(diff: str) -> None:
    """Each name that a step shows is in the file of the step.

    Names only: a diff shows what was added once, and code may be rearranged without editing it.
    """
    header, *lines = diff.splitlines()
    shown = names_in("\n".join(re.sub(r"^ *\+?", "", line) for line in lines))

    missing = shown - names_in((PROJECT / file_of(diff)).read_text())

    assert not missing, f"CONTRIBUTING.md shows of{header} what is no longer in it; change it there too"


def test_walk_through() -> None:
    """Fields, endpoints and mutations are explained by diffs."""
    sections = dict(re.findall(r"^## (Add .+?)$(.+?)(?=^## )", CONTRIBUTING, re.DOTALL | re.MULTILINE))

    explained = {name: text.count("```diff") for name, text in sections.items()}
    assert explained["Add a field"] == 3
    assert explained["Add an endpoint"] == 4
    assert explained["Add a mutation"] == 6
