"""Prints the schema of a release, to compare the next one with: see RELEASING.md."""

import sys
from dataclasses import replace
from typing import Any

from graphql import Node, Visitor, parse, print_ast, visit

from tests.project.tree import PROJECT


def released_text(schema: str, version: str) -> str:
    """A schema without its descriptions, which break no client, below a line with the version."""
    return f"# The schema of {version}\n{print_ast(visit(parse(schema), _WithoutDescriptions()))}\n"


class _WithoutDescriptions(Visitor):
    def leave(self, node: Node, *_: Any) -> Node | None:
        is_described = getattr(node, "description", None) is not None
        return replace(node, description=None) if is_described else None  # type: ignore[call-arg]  # a node with this attribute


if __name__ == "__main__":
    sys.stdout.write(released_text((PROJECT / "schema.graphql").read_text(), sys.argv[1]))
