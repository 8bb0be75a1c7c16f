"""Spelling: no known misspellings in texts that people read, and British English in the documentation."""

import re
import subprocess
import sys
from pathlib import Path

import codespell_lib

from tests.project.tree import PROJECT, files

PAGES = [path for path in files(".md") if path.is_relative_to(PROJECT / "docs") or path.parent == PROJECT]
BRITISH = Path(codespell_lib.__file__).parent / "data" / "dictionary_en-GB_to_en-US.txt"
BOTH = re.compile(r"checks?|dialogs?|disks?|meters?|programs?|practices?|licensed|routing|story|\w*iz\w*")
"""American for a British word, but British for another thing too; or with -ize, which is both (Oxford)."""


def test_no_misspellings() -> None:
    """codespell finds nothing in the documentation and the schema."""
    command = [sys.executable, "-m", "codespell_lib", *map(str, PAGES), str(PROJECT / "schema.graphql")]
    process = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # ours

    assert (process.stdout, process.returncode) == ("", 0)


def test_codespell_finds_faults(tmp_path: Path) -> None:
    """A misspelling is reported."""
    page = tmp_path / "page.md"
    page.write_text("This is teh page.\n")

    process = subprocess.run(  # noqa: S603  # ours
        [sys.executable, "-m", "codespell_lib", str(page)], capture_output=True, text=True, check=False
    )

    assert "teh ==> the" in process.stdout


def test_british() -> None:
    """Prose is in British English."""
    american = {
        word.strip()
        for line in BRITISH.read_text(encoding="utf-8").splitlines()
        for word in line.partition("->")[2].split(",")
    }
    found = {
        f"{path.relative_to(PROJECT)}: {word}"
        for path in PAGES
        for word in re.findall(r"[a-z]+", prose(path.read_text(encoding="utf-8")).lower())
        if word in american and not BOTH.fullmatch(word)
    }

    assert {"color", "behavior", "canceled"} <= american
    assert found == set()


def prose(markdown: str) -> str:
    """Without code and addresses."""
    return re.sub(
        r"^ *```.*?^ *```|`[^`]*`|\]\([^)]*\)|<https?:[^>]*>", "", markdown, flags=re.DOTALL | re.MULTILINE
    )
