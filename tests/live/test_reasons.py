"""The reasons of changes: their order, their types, and what docs/live-updates.md says of them."""

import re
from typing import Any

from graphql import get_named_type, is_object_type, parse, validate

from gateway.graph.schema import build_schema
from gateway.graph.subscriptions.order_change import CHANGE_TYPES
from gateway.live.change_code import ChangeCode
from tests.support.processes import REPOSITORY

_SCHEMA: Any = build_schema()._schema  # noqa: SLF001  # graphql-core's
_PAGE = (REPOSITORY / "docs" / "live-updates.md").read_text(encoding="utf-8")
_DOCUMENTED = re.findall(r"^\| `([A-Z_]+)` \| `(\w+)` \| (.+?) \|$", _PAGE, re.MULTILINE)


def test_documented() -> None:
    """The page lists every reason in the order in which changes are sent, with its type."""
    types = {code: type_.__name__ for type_, codes in CHANGE_TYPES.items() for code in codes}

    assert [(code, type_) for code, type_, _ in _DOCUMENTED] == [
        (code.value, types[code]) for code in ChangeCode
    ]


def test_fields_side_by_side() -> None:
    """A client can select `before` and `after` of all types in one selection without aliases."""
    selections = " ".join(
        f"... on {type_.__name__} {{ {_values(type_.__name__)} }}" for type_ in CHANGE_TYPES
    )
    document = f'subscription {{ orderChanges(id: "x") {{ changes {{ __typename {selections} }} }} }}'

    assert validate(_SCHEMA, parse(document)) == []


def _values(name: str) -> str:
    """A selection of all leaf fields of a type, and of what is below it."""
    selected = ["__typename"]
    for field_name, field in _SCHEMA.type_map[name].fields.items():
        below = get_named_type(field.type)
        if not is_object_type(below):
            selected += [field_name] if not hasattr(below, "fields") else []
        elif below.name not in {"OrderItem", "Receipt"}:
            selected.append(f"{field_name} {{ {_values(below.name)} }}")
    return " ".join(selected)
