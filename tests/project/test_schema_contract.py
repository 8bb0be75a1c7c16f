"""The schema as a contract: what breaks clients of the last release is in docs/schema-changelog.md."""

import re
import tomllib

import pytest
from graphql import build_schema

from tests.project.released_schema import released_text
from tests.project.schema_changes import breaking, deprecated, named, unnamed
from tests.project.tree import PROJECT

RELEASED_TEXT = (PROJECT / "tests/examples/released-schema.graphql").read_text()
RELEASED = build_schema(RELEASED_TEXT)
CURRENT_TEXT = (PROJECT / "schema.graphql").read_text()
CURRENT = build_schema(CURRENT_TEXT)
CHANGELOG = (PROJECT / "docs/schema-changelog.md").read_text()


def test_breaking_changes_named() -> None:
    """Each breaking change since the last release is under "Breaking" in the schema's changelog."""
    assert unnamed(breaking(RELEASED, CURRENT), CHANGELOG) == []


def test_deprecations_named() -> None:
    """Each deprecation since the last release is under "Deprecated" in the schema's changelog."""
    assert deprecated(CURRENT) - deprecated(RELEASED) - named(CHANGELOG, "Deprecated") == set()


def test_released_version() -> None:
    """The released schema, both changelogs and pyproject.toml have the same version and date."""
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    release = re.search(r"^## \[([\d.]+)\] - (\S+)$", (PROJECT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert release
    assert release[1] == version
    assert released_text(RELEASED_TEXT, version) == RELEASED_TEXT
    dated = re.findall(r"^## (\d.*)$", CHANGELOG, re.MULTILINE)
    assert dated[0] == f"{release[2]} ({version})"
    assert dated == sorted(dated, reverse=True)


def test_released_text() -> None:
    """What a release commits of its schema has all that comparisons need, and no descriptions."""
    text = released_text(CURRENT_TEXT, "9.8.7")
    released = build_schema(text)

    assert text.startswith("# The schema of 9.8.7\n")
    assert breaking(CURRENT, released) == breaking(released, CURRENT) == {}
    assert deprecated(released) == deprecated(CURRENT) != set()
    assert '"""' not in text


BEFORE = """
directive @old(by: Int) on FIELD
interface Named { name: String }
interface Node { id: ID! }
type Query implements Named & Node {
  id: ID!  name: String  plain: Int  find(id: ID): Found  list(in: Input): [Kind]
}
union Found = A | B
type A { a: Int! }
type B { b: Int }
type Gone { g: Int }
enum Kind { ONE TWO }
input Input { text: String }
"""


@pytest.mark.parametrize(
    ("old", "new", "coordinate"),
    [
        ("a: Int!", "a: Int", "A.a"),
        ("plain: Int", "", "Query.plain"),
        ("find(id: ID)", "find", "Query.find(id:)"),
        ("find(id: ID)", "find(id: ID!)", "Query.find(id:)"),
        ("find(id: ID)", "find(id: ID, by: Int!)", "Query.find(by:)"),
        ("type Gone { g: Int }", "", "Gone"),
        ("type Gone { g: Int }", "scalar Gone", "Gone"),
        ("Found = A | B", "Found = A", "B"),
        ("ONE TWO", "ONE", "Kind.TWO"),
        ("text: String }", "text: String  more: Int! }", "Input.more"),
        ("text: String }", "text: Int }", "Input.text"),
        ("Named & Node {", "Named {", "Query"),
        ("@old(by: Int)", "@old", "@old(by:)"),
        ("directive @old(by: Int) on FIELD", "", "@old"),
        ("on FIELD", "on QUERY", "@old"),
    ],
)
def test_breaking_change_refused(old: str, new: str, coordinate: str) -> None:
    """A breaking change of any kind is refused until "Breaking" names it; another section does not count."""
    changes = breaking(build_schema(BEFORE), build_schema(BEFORE.replace(old, new)))

    assert coordinate in changes
    entry = f"- `{coordinate}` is another. **Do:** nothing."
    assert changes[coordinate] in unnamed(changes, f"## [Unreleased]\n### Changed\n{entry}\n")
    assert changes[coordinate] in unnamed(changes, f"## [Unreleased]\n\n## 2026\n### Breaking\n{entry}\n")
    assert changes[coordinate] not in unnamed(changes, f"## [Unreleased]\n### Breaking\n{entry}\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [("find(id: ID)", "find(id: ID, by: Int)"), ("ONE TWO", "ONE TWO THREE"), ("b: Int", "b: Int!")],
)
def test_other_changes_accepted(old: str, new: str) -> None:
    """What breaks no valid query need not be named."""
    assert breaking(build_schema(BEFORE), build_schema(BEFORE.replace(old, new))) == {}
