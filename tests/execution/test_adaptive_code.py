"""Code that adapts to its data: specialised for the classes seen, dropped if it often bails."""

from typing import Any

import strawberry
from graphql import get_operation_ast, parse
from graphql.execution.values import VariableValues

from gateway.execution.compiled.adaptive_code import MAX_BAILS, MAX_SPECIALISATIONS, AdaptiveCode
from gateway.execution.compiled.guards import Bail
from gateway.execution.compiled.plan import PlannedOperation

LEVELS = MAX_SPECIALISATIONS + 2


class Link:
    """A chain of objects of one class."""

    __slots__ = ("name", "next")

    def __init__(self, length: int) -> None:
        self.name = str(length)
        self.next = Link(length - 1) if length > 1 else None


@strawberry.type
class Node:
    name: str
    next: "Node | None"


@strawberry.type
class Query:
    @strawberry.field
    def first(self) -> Node | None:
        return None


def code_for_chain() -> AdaptiveCode:
    """The code for a chain of LEVELS objects."""
    selection = "{ name " + "next { name " * (LEVELS - 1) + "}" * LEVELS
    document = parse(f"{{ first {selection} }}")
    definition = get_operation_ast(document)
    assert definition
    schema = strawberry.Schema(Query)._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    operation = PlannedOperation.of(schema, document, definition)
    plan = operation.plan(VariableValues({}, {})) if operation else None
    assert plan
    (details,) = plan.root_fields.values()
    code = plan.field(plan.root_type, details).code
    assert code
    return code


def complete(code: AdaptiveCode, value: Any) -> Any:
    assert code.complete
    return code.complete(value)


def specialised_levels(code: AdaptiveCode) -> int:
    """How many levels of nested objects the function completes without a call."""
    function: Any = code.complete
    names = getattr(function, "__code__", None)
    return sum(function.__globals__.get(name) is Link for name in names.co_names) if names else 0


def test_specialised_for_classes_seen() -> None:
    """Code is specialised once a run sees no new class, and again when a class is seen in a new place."""
    code = code_for_chain()
    levels = []

    for length in (LEVELS - 1, LEVELS - 1, LEVELS, LEVELS):
        completed = complete(code, Link(length))
        assert str(completed).count("name") == length
        levels.append(specialised_levels(code))

    assert levels == [0, LEVELS - 1, 0, LEVELS]


def test_specialised_a_bounded_number_of_times() -> None:
    """After a number of specialisations the code stays; objects in new places are completed all the same."""
    code = code_for_chain()

    for length in range(1, LEVELS + 1):
        for _ in range(2):
            completed = complete(code, Link(length))
            assert str(completed).count("name") == length

    assert specialised_levels(code) == MAX_SPECIALISATIONS + 1


def test_dropped_if_it_often_bails() -> None:
    """Code that bails in most of its runs is dropped."""
    code = code_for_chain()
    bails = 0

    while code.complete:
        code.runs += 1
        try:
            complete(code, 7)
        except (Bail, AttributeError):
            bails += 1
            code.count_bail(MAX_BAILS)

    assert bails == MAX_BAILS
