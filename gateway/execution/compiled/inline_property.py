"""Write the reading of an attribute as source text, for objects of one known class.

Calling a property goes through the interpreter's C code. Where the class is known, generated code contains
instead: for a slot, the slot; for a property that is one simple expression, that expression, taken from the
property's own source so that the two cannot differ; for any other property, a call of its function. Other
descriptors take part by an attribute `expression` (see gateway.hints) or `fget`, a function of the object.
"""

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, lru_cache
from types import FunctionType, MemberDescriptorType, ModuleType
from typing import Any, get_args, get_type_hints

_MAX_CLASSES = 512
"""Bounded, since each selection has its own classes of partial documents, which come and go."""
_MAX_DEPTH = 5
"""Properties within properties that are inlined."""

# Nodes with variables of their own, or that leave the expression.
_NOT_SIMPLE = (
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
)
_LITERALS = (str, int, float, bool, type(None))


@dataclass
class InlinedProperty:
    """How to read an attribute.

    text: an expression over the object's name. names: the globals that it needs.
    only_slot: the one slot that the value depends on, if the expression only calls `@pure` functions.
    """

    text: str = ""
    names: dict[str, Any] = field(default_factory=dict)
    only_slot: str | None = None


def inline(cls: type, attribute: str, source: str, new_name: Callable[[], str]) -> InlinedProperty:
    """How to read an attribute of an object of exactly that class, in a variable named `source`."""
    inlined = InlinedProperty()
    expression = _Inliner(inlined.names, new_name).attribute(cls, attribute, source, 0)
    inlined.text = ast.unparse(expression)
    inlined.only_slot = _only_slot(expression, cls, source, inlined.names)
    return inlined


@dataclass(frozen=True)
class _SimpleProperty:
    """An expression over `self`, and the globals it refers to."""

    expression: ast.expr
    names: dict[str, Any]


@cache
def _simple_property(descriptor: Any) -> _SimpleProperty | None:
    """The one expression that a descriptor evaluates; None if it does more than that."""
    source = getattr(descriptor, "expression", None)
    if isinstance(source, str):
        names = inspect.getmodule(type(descriptor)).__dict__
        return _SimpleProperty(ast.parse(source, mode="eval").body, names)
    function = getattr(descriptor, "fget", None)
    if not isinstance(function, FunctionType) or function.__closure__ is not None:
        return None
    try:
        definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, SyntaxError):
        return None
    match definition:
        case ast.FunctionDef(
            args=ast.arguments(args=[ast.arg(arg="self")]), body=[*_, ast.Return(ast.expr() as value)]
        ):
            body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
            if len(body) == 1 and not any(isinstance(node, _NOT_SIMPLE) for node in ast.walk(value)):
                return _SimpleProperty(value, function.__globals__)
    return None


@lru_cache(_MAX_CLASSES)
def _declared_class(cls: type, slot: str) -> type | None:
    """The class that a slot's annotation names, apart from None; None if that is not one class."""
    try:
        declared = get_type_hints(cls).get(slot)
    except NameError:  # the annotation names something imported for type checkers only
        return None
    classes = [option for option in get_args(declared) or (declared,) if option is not type(None)]
    one = classes[0] if len(classes) == 1 else None
    return one if isinstance(one, type) else None


class _Inliner:
    """Writes attributes as expressions over variables that hold their objects.

    names: the globals that the expressions need, filled in. new_name: makes a name that is not in use.
    """

    def __init__(self, names: dict[str, Any], new_name: Callable[[], str]) -> None:
        self._names = names
        self.new_name = new_name

    def attribute(self, cls: type, attribute: str, source: str, depth: int) -> ast.expr:
        """The attribute of the object in variable `source`, of that class."""
        itself = ast.Name(source, ast.Load())
        descriptor = inspect.getattr_static(cls, attribute, None)
        if descriptor is not None and not isinstance(descriptor, MemberDescriptorType):
            if depth < _MAX_DEPTH and (simple := _simple_property(descriptor)) is not None:
                return _Substitution(self, simple, cls, source, depth + 1).expression()
            function = getattr(descriptor, "fget", None)
            if isinstance(function, FunctionType):
                return ast.Call(self.constant(function), [itself], [])
        return ast.Attribute(itself, attribute, ast.Load())

    def attribute_of_slot(
        self, cls: type, slot: str, attribute: str, source: str, depth: int
    ) -> ast.expr | None:
        """The attribute of a slot's value: inlined if the value is of the class that the slot declares."""
        if not isinstance(inspect.getattr_static(cls, slot, None), MemberDescriptorType):
            return None
        inner = _declared_class(cls, slot)
        if inner is None or _simple_property(inspect.getattr_static(inner, attribute, None)) is None:
            return None
        name = self.new_name()
        value = ast.NamedExpr(
            ast.Name(name, ast.Store()), ast.Attribute(ast.Name(source, ast.Load()), slot, ast.Load())
        )
        is_declared = ast.Compare(
            ast.Call(ast.Name("type", ast.Load()), [value], []), [ast.Is()], [self.constant(inner)]
        )
        otherwise = ast.Attribute(ast.Name(name, ast.Load()), attribute, ast.Load())
        return ast.IfExp(is_declared, self.attribute(inner, attribute, name, depth), otherwise)

    def constant(self, value: Any) -> ast.expr:
        """An expression for a value that does not change."""
        if isinstance(value, _LITERALS) and not isinstance(value, Enum):
            return ast.Constant(value)
        name = self.new_name()
        self._names[name] = value
        return ast.Name(name, ast.Load())


class _Substitution(ast.NodeTransformer):
    """Replaces `self` in a property's expression by a variable; variables of the expression get new names."""

    def __init__(
        self, inliner: _Inliner, simple: _SimpleProperty, cls: type, source: str, depth: int
    ) -> None:
        self._inliner = inliner
        self._simple = simple
        self._cls, self._source, self._depth = cls, source, depth
        named = {node.target.id for node in ast.walk(simple.expression) if isinstance(node, ast.NamedExpr)}
        self._locals = {name: inliner.new_name() for name in named}

    def expression(self) -> ast.expr:
        """The expression after the replacement."""
        replaced: ast.expr = self.visit(copy.deepcopy(self._simple.expression))
        return replaced

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        match node.value:
            case ast.Name("self"):
                return self._inliner.attribute(self._cls, node.attr, self._source, self._depth)
            case ast.Attribute(ast.Name("self"), slot) if self._depth < _MAX_DEPTH:
                inner = self._inliner.attribute_of_slot(self._cls, slot, node.attr, self._source, self._depth)
                if inner is not None:
                    return inner
            case ast.Name(name) if name not in self._locals:
                holder = self._simple.names.get(name)
                if isinstance(holder, type | ModuleType):
                    return self._inliner.constant(getattr(holder, node.attr))
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> Any:
        if node.id == "self":
            return ast.Name(self._source, ast.Load())
        if node.id in self._locals:
            return ast.Name(self._locals[node.id], node.ctx)
        names = self._simple.names
        return self._inliner.constant(names[node.id]) if node.id in names else node  # else a built-in


def _only_slot(expression: ast.expr, cls: type, source: str, names: dict[str, Any]) -> str | None:
    """The only slot that an expression reads, if it does nothing else but call pure functions."""
    slots: set[str] = set()
    others = calls = 0
    for node in ast.walk(expression):
        match node:
            case ast.Attribute(ast.Name(name), slot) if name == source:
                slots.add(slot)
                others -= 1  # its ast.Name is visited too
            case ast.Name(name) if name == source:
                others += 1
            case ast.Call(ast.Name(name), keywords=[]) if getattr(names.get(name), "is_pure", False):
                calls += 1
            case ast.Call() | ast.Attribute():
                return None
    is_one = len(slots) == 1 and others == 0 and calls > 0
    slot = slots.pop() if is_one else ""
    return slot if isinstance(inspect.getattr_static(cls, slot, None), MemberDescriptorType) else None
