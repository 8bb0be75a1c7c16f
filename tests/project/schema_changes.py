"""What has changed between two schemas, and what a changelog names."""

import re

from graphql import GraphQLSchema, find_breaking_changes

_COORDINATE = re.compile(r"(@?\w+\.\w+(\(\w+:\))?|@\w+(\(\w+:\))?)(?=[ .]|$)")


def breaking(old: GraphQLSchema, new: GraphQLSchema) -> dict[str, str]:
    """Descriptions of breaking changes, by the coordinate of what has changed: `Type.field`."""
    return {_coordinate(change.description): change.description for change in find_breaking_changes(old, new)}


def deprecated(schema: GraphQLSchema) -> set[str]:
    """Coordinates of the fields, arguments, input fields and enum values that are deprecated."""
    found = set()
    for kind in schema.type_map.values():
        members = {**getattr(kind, "fields", {}), **getattr(kind, "values", {})}
        for name, member in members.items():
            arguments = getattr(member, "args", {})
            found |= {f"{kind.name}.{name}"} if member.deprecation_reason is not None else set()
            found |= {
                f"{kind.name}.{name}({argument}:)"
                for argument, definition in arguments.items()
                if definition.deprecation_reason is not None
            }
    return found


def named(changelog: str, section: str) -> set[str]:
    """What stands between backticks in a section of the changelog's [Unreleased]."""
    unreleased = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.MULTILINE)
    assert unreleased, "the changelog has no [Unreleased]"
    text = re.search(rf"^### {section}\n(.*?)(?=^### |\Z)", unreleased[1], re.DOTALL | re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", text[1])) if text else set()


def unnamed(changes: dict[str, str], changelog: str) -> list[str]:
    """Descriptions of breaking changes that the changelog's section "Breaking" does not name."""
    names = named(changelog, "Breaking")
    return [description for coordinate, description in changes.items() if coordinate not in names]


def _coordinate(description: str) -> str:
    """The first coordinate in a description by graphql-core; a type's name has no dot and stands first."""
    found = _COORDINATE.search(description)
    return found[1] if found else description.partition(" ")[0]
