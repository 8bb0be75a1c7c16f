"""The parsed source of functions and properties."""

import ast
import inspect
import textwrap
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from gateway.imin.documents.expression_property import ExpressionProperty

Code = FunctionType | ExpressionProperty[Any]


class Unclear(Exception):  # a finding about code, not a failure
    """The code may read any attribute of a document. The message says why."""


@dataclass(frozen=True)
class Source:
    """body: statements. assigned: names of the variables that they assign. names: the global ones."""

    body: list[ast.stmt]
    assigned: set[str]
    names: dict[str, Any]


def source_of(code: Code) -> Source:
    """The source of a function, or of `return` with an expression. Raises Unclear if it cannot be had."""
    if isinstance(code, ExpressionProperty):
        body = ast.parse(f"return {code.expression}").body
        return Source(body, _names_in(body[0])[0], code.names)
    if code.__closure__ is not None or hasattr(code, "__wrapped__"):
        raise Unclear("is a closure, or wrapped by a decorator")
    try:
        # That of the code object: `getsource` of a function follows what its decorators claim.
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(code.__code__))).body
    except (OSError, SyntaxError, ValueError) as error:
        raise Unclear("has no source") from error
    assigned, mentioned = _names_in(definition)
    # A file that was edited since shows in the names that the code looks up.
    is_current = mentioned.issuperset(code.__code__.co_names)
    if (
        not isinstance(definition, ast.FunctionDef)
        or definition.name != code.__code__.co_name
        or not is_current
    ):
        raise Unclear("is not a plain function")
    return Source(definition.body, assigned, code.__globals__)


def _names_in(node: ast.AST) -> tuple[set[str], set[str]]:
    """Names of variables that are assigned, and all names of variables and attributes."""
    assigned, mentioned = set(), set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            mentioned.add(part.id)
            if isinstance(part.ctx, ast.Store):
                assigned.add(part.id)
        elif isinstance(part, ast.Attribute):
            mentioned.add(part.attr)
    return assigned, mentioned
