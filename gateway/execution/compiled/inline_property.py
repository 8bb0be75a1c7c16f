"""Reading an attribute of an object whose class is known, written as source text.

Asking an object for a property costs a way through the interpreter's C code. Where the class is known the
same is written into the generated code: a slot as it is; a property of one plain expression as that very
expression, so that the two cannot differ; any other property as a call of its function. A descriptor of
another kind takes part by what it has: `written`, an expression over `self`, or `fget`, a function of the
object, either of which gives what the descriptor gives.
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

_MOST_CLASSES = 512
"""Not all: there are new ones for each excerpt, which is forgotten at some time."""
_DEEPEST = 5
"""Properties within properties that are written out."""

# They have names of their own, or leave the expression.
_NOT_PLAIN = (
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
)
_LITERAL = (str, int, float, bool, type(None))


@dataclass
class Reading:
    """How an attribute is read.

    text: an expression over the object's name. names: globals that it needs.
    slot: the one slot that it depends on, where it calls nothing but functions that are declared pure.
    """

    text: str = ""
    names: dict[str, Any] = field(default_factory=dict)
    slot: str | None = None


def read(cls: type, attribute: str, source: str, fresh: Callable[[], str]) -> Reading:
    """How to read an attribute of an object of exactly that class, named `source`."""
    reading = Reading()
    expression = _Writer(reading, fresh).attribute(cls, attribute, source, 0)
    reading.text = ast.unparse(expression)
    reading.slot = _only_slot(expression, cls, source, reading.names)
    return reading


@dataclass(frozen=True)
class _Property:
    """One expression over `self`, and the globals it may name."""

    expression: ast.expr
    names: dict[str, Any]


@cache
def _property(found: Any) -> _Property | None:
    """The one plain expression that a descriptor comes down to; None where it is more than that."""
    source = getattr(found, "written", None)
    if isinstance(source, str):
        names = inspect.getmodule(type(found)).__dict__
        return _Property(ast.parse(source, mode="eval").body, names)
    function = getattr(found, "fget", None)
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
            if len(body) == 1 and not any(isinstance(node, _NOT_PLAIN) for node in ast.walk(value)):
                return _Property(value, function.__globals__)
    return None


@lru_cache(_MOST_CLASSES)
def _class_of(cls: type, slot: str) -> type | None:
    """The class that a slot's values have as a rule, as it is declared; None where that is several."""
    try:
        declared = get_type_hints(cls).get(slot)
    except NameError:  # of something that is imported for type checkers only
        return None
    classes = [option for option in get_args(declared) or (declared,) if option is not type(None)]
    one = classes[0] if len(classes) == 1 else None
    return one if isinstance(one, type) else None


class _Writer:
    """Writes properties out as expressions over objects' names."""

    def __init__(self, reading: Reading, fresh: Callable[[], str]) -> None:
        self._names = reading.names
        self._fresh = fresh

    def attribute(self, cls: type, attribute: str, source: str, depth: int) -> ast.expr:
        """The attribute of an object of that class."""
        itself = ast.Name(source, ast.Load())
        found = inspect.getattr_static(cls, attribute, None)
        if found is not None and not isinstance(found, MemberDescriptorType):
            if depth < _DEEPEST and (one := _property(found)) is not None:
                return _Substitution(self, one, cls, source, depth + 1).of(one.expression)
            function = getattr(found, "fget", None)
            if isinstance(function, FunctionType):
                return ast.Call(self.constant(function), [itself], [])
        return ast.Attribute(itself, attribute, ast.Load())

    def attribute_of_slot(
        self, cls: type, slot: str, attribute: str, source: str, depth: int
    ) -> ast.expr | None:
        """The attribute of what a slot holds, written out for the class that is declared for the slot."""
        if not isinstance(inspect.getattr_static(cls, slot, None), MemberDescriptorType):
            return None
        inner = _class_of(cls, slot)
        if inner is None or _property(inspect.getattr_static(inner, attribute, None)) is None:
            return None
        name = self._fresh()
        value = ast.NamedExpr(
            ast.Name(name, ast.Store()), ast.Attribute(ast.Name(source, ast.Load()), slot, ast.Load())
        )
        is_usual = ast.Compare(
            ast.Call(ast.Name("type", ast.Load()), [value], []), [ast.Is()], [self.constant(inner)]
        )
        plain = ast.Attribute(ast.Name(name, ast.Load()), attribute, ast.Load())
        return ast.IfExp(is_usual, self.attribute(inner, attribute, name, depth), plain)

    def constant(self, value: Any) -> ast.expr:
        """A value that does not change."""
        if isinstance(value, _LITERAL) and not isinstance(value, Enum):
            return ast.Constant(value)
        name = self._fresh()
        self._names[name] = value
        return ast.Name(name, ast.Load())

    def local(self) -> str:
        """A name that nothing has."""
        return self._fresh()


class _Substitution(ast.NodeTransformer):
    """Writes one property's expression over an object's name; its own names get new ones."""

    def __init__(self, writer: _Writer, one: _Property, cls: type, source: str, depth: int) -> None:
        self._writer = writer
        self._globals = one.names
        self._cls, self._source, self._depth = cls, source, depth
        named = {node.target.id for node in ast.walk(one.expression) if isinstance(node, ast.NamedExpr)}
        self._locals = {name: writer.local() for name in named}

    def of(self, expression: ast.expr) -> ast.expr:
        """The expression so written."""
        written: ast.expr = self.visit(copy.deepcopy(expression))
        return written

    def visit_Attribute(self, node: ast.Attribute) -> Any:  # as ast calls it
        """An attribute of the object, of what one of its slots holds, of a class or module, or another."""
        match node.value:
            case ast.Name("self"):
                return self._writer.attribute(self._cls, node.attr, self._source, self._depth)
            case ast.Attribute(ast.Name("self"), slot) if self._depth < _DEEPEST:
                inner = self._writer.attribute_of_slot(self._cls, slot, node.attr, self._source, self._depth)
                if inner is not None:
                    return inner
            case ast.Name(name) if name not in self._locals:
                holder = self._globals.get(name)
                if isinstance(holder, type | ModuleType):
                    return self._writer.constant(getattr(holder, node.attr))
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> Any:  # as ast calls it
        """The object, a name of the expression's own, a global, or a built-in."""
        if node.id == "self":
            return ast.Name(self._source, ast.Load())
        if node.id in self._locals:
            return ast.Name(self._locals[node.id], node.ctx)
        return self._writer.constant(self._globals[node.id]) if node.id in self._globals else node


def _only_slot(expression: ast.expr, cls: type, source: str, names: dict[str, Any]) -> str | None:
    """The slot that is all an expression depends on, where it does no more than to call pure functions."""
    slots: set[str] = set()
    others = calls = 0
    for node in ast.walk(expression):
        match node:
            case ast.Attribute(ast.Name(name), slot) if name == source:
                slots.add(slot)
                others -= 1  # the name itself comes too
            case ast.Name(name) if name == source:
                others += 1
            case ast.Call(ast.Name(name), keywords=[]) if getattr(names.get(name), "is_pure", False):
                calls += 1
            case ast.Call() | ast.Attribute():
                return None
    is_one = len(slots) == 1 and others == 0 and calls > 0
    slot = slots.pop() if is_one else ""
    return slot if isinstance(inspect.getattr_static(cls, slot, None), MemberDescriptorType) else None
