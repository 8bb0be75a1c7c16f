"""Which operations in the guides use a field. Tests run them, so the reference may point at them.

Operations whose shown answer has errors are left out: they show what goes wrong.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, parse, visit
from markdown.extensions.toc import slugify


@dataclass(frozen=True)
class Example:
    """An operation in a guide. page: below docs/. anchor: of the heading above it, "" for the page's own."""

    page: str
    title: str
    anchor: str
    text: str

    @property
    def link(self) -> str:
        """A Markdown link from a page of the reference."""
        return f"[{self.title}](../{self.page}{'#' if self.anchor else ''}{self.anchor})"


_PART = re.compile(r"^(#+) ([^\n]+)$|^```(\w*)[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def examples_in(docs: Path) -> Iterable[Example]:
    """The GraphQL operations of all pages in the folder."""
    for path in sorted(docs.glob("*.md")):
        title = anchor = page_title = ""
        parts = _PART.findall(path.read_text(encoding="utf-8"))
        for number, (marks, heading, language, text) in enumerate(parts):
            if marks == "#":
                title = page_title = heading
            elif marks:
                plain = heading.replace("`", "")
                title, anchor = f"{page_title}: {plain}", slugify(plain, "-")
            elif language == "graphql" and not _shows_errors(parts[number + 1 :]):
                yield Example(path.name, title, anchor, text)


def _shows_errors(following: list[tuple[str, str, str, str]]) -> bool:
    """Whether the answer below an operation has errors. following: the parts of the page after it."""
    for marks, _, language, text in following:
        if marks or language == "graphql":
            break
        if language == "json" and '"errors":' in text:
            return True
    return False


def uses_of_fields(schema: GraphQLSchema, examples: Iterable[Example]) -> dict[str, list[Example]]:
    """By coordinate `Type.field`: the examples that use it, the shortest first."""
    found: defaultdict[str, list[Example]] = defaultdict(list)
    for example in sorted(examples, key=lambda one: len(one.text)):
        try:
            document = parse(example.text)
        except GraphQLError:  # a part of a document
            continue
        collector = _Collector(TypeInfo(schema))
        visit(document, TypeInfoVisitor(collector.type_info, collector))
        for coordinate in collector.coordinates:
            found[coordinate].append(example)
    return found


class _Collector(Visitor):
    """Collects the coordinates of the fields of a document."""

    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self.type_info = type_info
        self.coordinates: dict[str, None] = {}

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.type_info.get_parent_type()
        if parent and self.type_info.get_field_def():
            self.coordinates[f"{parent.name}.{node.name.value}"] = None
