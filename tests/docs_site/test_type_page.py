"""The page of a type says all that a schema can declare of it."""

import pytest
from graphql import build_schema

from docs_site.code_links import CodeLinks
from docs_site.examples import Example, uses_of_fields
from docs_site.schema import DocumentedSchema
from docs_site.type_page import TypePages

SDL = '''
directive @semanticNonNull(levels: [Int!]!) on FIELD_DEFINITION
"""What may be drunk."""
interface Drink { "Its name." name: String! }
"""Hot."""
type Tea implements Drink { name: String!  sort: Sort! @semanticNonNull(levels: [0]) }
type Water implements Drink { name: String!  old: Int @deprecated(reason: "Use `name`.") }
union Cup = Tea | Water
enum Sort { "From Assam." BLACK  GREEN @deprecated(reason: "Use BLACK.") }
scalar Hour @specifiedBy(url: "https://example.com/hour")
input By @oneOf { name: String  hour: Hour }
input Order { count: Int! = 2  sugar: Boolean!  milk: [Sort!] = [GREEN]  old: Int @deprecated(reason: "No.") }
type Query { cup("Which | one." by: By!, first: Int = 10, old: Int @deprecated(reason: "Gone.")): Cup }
'''
SCHEMA = DocumentedSchema(build_schema(SDL), build_schema(SDL))
EXAMPLES = [Example("guide.md", "Guide: Tea", "tea", '{ cup(by: {name: "a"}) { ... on Tea { name } } }\n')]
PAGES = TypePages(SCHEMA, uses_of_fields(SCHEMA.sdl, EXAMPLES))


def page(name: str) -> str:
    return PAGES.page(SCHEMA.types[name])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Drink", "*Interface* of `Tea`, `Water`\n\nWhat may be drunk."),
        ("Tea", "*Object* that implements `Drink`, in the union `Cup`\n\nHot."),
        ("Tea", "`Sort!`{ .type } · null only with an error"),
        ("Tea", "**In the guides:** [Guide: Tea](../guide.md#tea)"),
        ("Drink", "### name { #name }\n\n`String!`{ .type }\n\nIts name."),
        ("Sort", "## Where it is used\n\n`Order.milk`, `Tea.sort`"),
        ("Water", '!!! warning "Deprecated"\n    Use `name`.'),
        ("Cup", "| `Tea` | Hot. |\n| `Water` |  |"),
        ("Sort", "| `BLACK` | From Assam. |\n| `GREEN` |  **Deprecated:** Use BLACK. |"),
        ("Hour", "Specified by <https://example.com/hour>."),
        ("By", "Exactly one field must be given, and not null (`@oneOf`)."),
        ("Order", "### count { #count }\n\n`Int!`{ .type } · default `2`"),
        ("Order", "`Boolean!`{ .type } · required"),
        ("Order", "`[Sort!]`{ .type } · default `[GREEN]`"),
        ("Order", '!!! warning "Deprecated"\n    No.'),
        ("Query", "| `by` | `By!` · required | Which \\| one. |"),
        ("Query", "| `first` | `Int` · default `10` |  |"),
        ("Query", "| `old` | `Int` |  **Deprecated:** Gone. |"),
        ("Query", f"```graphql\n{EXAMPLES[0].text}```"),
    ],
)
def test_shown(name: str, text: str) -> None:
    """The page of a type has this text."""
    assert text in page(name)


@pytest.mark.parametrize(
    ("code", "linked"),
    [
        ("Tea", '<a href="Tea.html">Tea</a>'),
        ("[Tea!]!", '[<a href="Tea.html">Tea</a>!]!'),
        ("Tea.sort", '<a href="Tea.html#sort">Tea.sort</a>'),
        ("Query.cup(by:)", '<a href="Query.html#cup">Query.cup(by:)</a>'),
        ("sort", "sort"),
        ("Tea.milk", "Tea.milk"),
        ("String", "String"),
    ],
)
def test_linked(code: str, linked: str) -> None:
    """Code that names a type, or a field with its type, is a link."""
    links = CodeLinks(SCHEMA)

    assert (
        links.linked(f"<p><code>{code}</code></p>", None, "{}.html".format) == f"<p><code>{linked}</code></p>"
    )


def test_own_fields_linked() -> None:
    """On the page of a type, its fields are linked by their names; code blocks and links stay as they are."""
    html = '<code class="type">sort</code><pre><code>sort</code></pre><a href="x"><code>sort</code></a>'

    linked = CodeLinks(SCHEMA).linked(html, "Tea", "{}.html".format)

    assert linked == html.replace(
        '<code class="type">sort', '<code class="type"><a href="Tea.html#sort">sort</a>'
    )
