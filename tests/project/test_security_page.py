"""docs/security.md names existing tests."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_every_named_test_exists() -> None:
    """Each row names at least one test, and every test it names exists."""
    page = (PROJECT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| (?!threat|-)(.+?) \| .+ \| (.+) \|$", page, re.MULTILINE)
    named = [re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", shown) for _, shown in rows]

    assert len(rows) == 20
    assert [row for row, tests in zip(rows, named, strict=True) if not tests] == []
    missing = [
        f"{file}::{name}"
        for tests in named
        for file, name in tests
        if not re.search(rf"^(async )?def {name}\(", (PROJECT / file).read_text(), re.MULTILINE)
    ]
    assert missing == []
