"""Which attributes of documents a function reads, derived from its source.

The function is interpreted without being run: each expression is either data, in which there is no document,
or possibly a document. The list of what may be done with a document is short: load an attribute by a fixed
name, test, iterate, index, assign, return, pass to a function that is analysed in turn. Anything else
(`getattr` with a computed name, `vars`, a lambda, a call of an unknown function …) raises Unclear, because it
might read any attribute.
"""

import ast
import builtins
import inspect
from collections.abc import Callable
from functools import reduce
from types import FunctionType, ModuleType
from typing import Any, ClassVar, NoReturn

import msgspec

from gateway.imin.documents.code_values import Call, Documents, Kind, Value, either, element
from gateway.imin.documents.function_source import Unclear

_MISSING: Any = object()

# Even without an argument they can reach a document: the variables of their caller.
_REACH_THE_CALLER = (super, vars, locals, globals, dir, eval, exec)
_PASS_ON = (tuple, list, iter, next, enumerate, reversed)
_TEST = (len, bool, any, all, isinstance)
_ORDER_BY_KEY = (sorted, min, max)


def _kind(node: ast.AST) -> str:
    return type(node).__name__


class CodeReads:
    """What a function reads.

    names: attributes of documents that it loads or stores. calls: of functions that it passes documents to.
    result: what it returns or yields. Raises Unclear.
    """

    def __init__(self, call: Call, documents: Documents) -> None:
        self.names: set[str] = set()
        self.calls: set[Call] = set()
        self.result: Value = Kind.DATA
        self._documents = documents
        source = documents.source_of(call.code)
        self._globals = source.names
        self._variables: dict[str, Value] = dict(call.arguments)
        self._locals = source.assigned.union(self._variables)
        known: object = None
        while known != (known := (dict(self._variables), self.result)):
            # Once more, since a loop may use what it assigns further down.
            self._run(source.body)

    def _run(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            match statement:
                case ast.Return(value):
                    self.result = either(self.result, self._read(value) if value else Kind.DATA)
                case ast.Expr(value):
                    self._read(value)
                case ast.Assign(targets, value):
                    for target in targets:
                        self._assign(target, self._read(value))
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._assign(target, self._read(value))
                case ast.If(test, body, orelse) | ast.While(test, body, orelse):
                    self._read(test)
                    self._run([*body, *orelse])
                case ast.For(target=target, iter=iterated, body=body, orelse=orelse):
                    self._assign(target, element(self._read(iterated)))
                    self._run([*body, *orelse])
                case ast.Pass() | ast.Break() | ast.Continue():
                    pass
                case _:
                    self._give_up(
                        statement, f"has a statement that is not analysed, {type(statement).__name__}"
                    )

    def _assign(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(name):
                self._variables[name] = either(self._variables.get(name, value), value)
            case ast.Tuple(targets) | ast.List(targets):
                for one in targets:
                    self._assign(one, element(value))
            case ast.Attribute(holder, name) if self._read(holder) is Kind.DOCUMENT:
                self.names.add(name)
            case _:
                self._give_up(target, f"assigns to {ast.unparse(target)}")

    def _read(self, node: ast.expr) -> Value:
        """What an expression may be; notes what it reads."""
        reader = self._READERS.get(type(node))
        if reader is None:
            self._give_up(node, f"has an expression of a kind that is not analysed, {_kind(node)}")
        return reader(self, node)

    def _read_parts(self, node: ast.AST) -> Value:
        """What something may be that consists of the parts of a node."""
        parts = [self._read(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return Kind.DOCUMENT if Kind.DOCUMENT in parts else Kind.DATA

    def _read_data(self, node: ast.expr) -> Value:
        """As _read_parts, of an expression that has an unknown use for documents."""
        if self._read_parts(node) is Kind.DOCUMENT:
            self._give_up(node, f"uses a document in {ast.unparse(node)}")
        return Kind.DATA

    def _constant(self, node: ast.Constant) -> Value:
        return node.value if isinstance(node.value, str) else Kind.DATA

    def _variable(self, node: ast.Name) -> Value:
        if node.id in self._locals:
            return self._variables.get(node.id, Kind.DATA)
        if self._global(node) is _MISSING:
            self._give_up(node, f"uses the outer variable {node.id}")
        return Kind.DATA

    def _attribute(self, node: ast.Attribute) -> Value:
        if self._global(node) is not _MISSING:
            return Kind.DATA
        if self._read(node.value) is Kind.DOCUMENT:
            return self._load(node, node.attr)
        self.names.add(node.attr)  # should it be a document after all
        return Kind.DATA

    def _load(self, node: ast.expr, name: str) -> Value:
        if name.startswith("__"):
            self._give_up(node, f"reads {name}")
        self.names.add(name)
        return self._documents.value_of(name)

    def _either(self, node: ast.BoolOp | ast.IfExp) -> Value:
        if isinstance(node, ast.IfExp):
            self._read(node.test)
        first, *others = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        value = self._read(first)
        for other in others:
            value = either(value, self._read(other))
        return value

    def _named(self, node: ast.NamedExpr) -> Value:
        value = self._read(node.value)
        self._assign(node.target, value)
        return value

    def _compare(self, node: ast.Compare) -> Value:
        sides = [node.left, *node.comparators]
        has_document = Kind.DOCUMENT in [self._read(side) for side in sides]
        is_identity = all(isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops)
        has_constant = any(isinstance(side, ast.Constant) for side in sides)
        # Two documents are compared by all their fields; a document and a constant by none.
        if has_document and not is_identity and not (has_constant and len(sides) == 2):  # noqa: PLR2004  # a pair
            self._give_up(node, f"compares documents in {ast.unparse(node)}")
        return Kind.DATA

    def _unary(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            self._read(node.operand)
            return Kind.DATA
        return self._read_data(node)

    def _binary(self, node: ast.BinOp) -> Value:
        return self._read_parts(node) if isinstance(node.op, ast.Add) else self._read_data(node)

    def _subscript(self, node: ast.Subscript) -> Value:
        if self._read(node.slice) is Kind.DOCUMENT:
            self._give_up(node, f"looks something up by a document in {ast.unparse(node)}")
        return element(self._read(node.value))

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Value:
        for generator in node.generators:
            self._assign(generator.target, element(self._read(generator.iter)))
            for condition in generator.ifs:
                self._read(condition)
        return element(self._read(node.elt))

    def _yield(self, node: ast.Yield) -> Value:
        self.result = either(self.result, element(self._read_parts(node)))
        return Kind.DATA

    def _call(self, node: ast.Call) -> Value:
        arguments = [self._read(argument) for argument in node.args]
        keywords = {keyword.arg: self._read(keyword.value) for keyword in node.keywords}
        has_document = Kind.DOCUMENT in [*arguments, *keywords.values()]
        function = self._global(node.func)
        if function is getattr and len(arguments) > 1:
            return self._getattr(node, arguments)
        if function is not _MISSING and (has_document or self._documents.has_class(function)):
            return self._pass_document(node, function, arguments, keywords)
        if function in _REACH_THE_CALLER:
            self._give_up(node, f"calls {function.__name__}()")
        if function is not _MISSING:
            return Kind.DATA
        if isinstance(node.func, ast.Attribute) and self._read(node.func.value) is Kind.DOCUMENT:
            if node.func.attr.startswith("__"):
                self._give_up(node, f"calls {node.func.attr}")
            methods = self._documents.methods(node.func.attr)
            if methods:
                return self._call_each(node, methods, [Kind.DOCUMENT, *arguments], keywords)
            returned: Value = Kind.DOCUMENT  # a method of a tuple or a generator, for example
        else:
            returned = Kind.DATA
            has_document |= self._read(node.func) is Kind.DOCUMENT
        if has_document:
            self._give_up(node, f"passes a document to {ast.unparse(node.func)}")
        return returned

    def _getattr(self, node: ast.Call, arguments: list[Value]) -> Value:
        holder, name, *default = arguments
        if holder is not Kind.DOCUMENT:
            return Kind.DOCUMENT if Kind.DOCUMENT in default else Kind.DATA
        if isinstance(name, Kind):
            self._give_up(node, f"computes the name of an attribute in {ast.unparse(node)}")
        value = self._load(node, name)
        return either(value, default[0]) if default else value

    def _pass_document(
        self, node: ast.Call, function: Any, arguments: list[Value], keywords: dict[str | None, Value]
    ) -> Value:
        """What a global function or class may return that a document is passed to."""
        if isinstance(function, FunctionType):
            return self._call_each(node, [function], arguments, keywords)
        if function is msgspec.structs.replace or self._documents.has_class(function):
            self.names |= {name for name in keywords if name}
            return Kind.DOCUMENT
        if function in _ORDER_BY_KEY:
            key = next((self._global(one.value) for one in node.keywords if one.arg == "key"), None)
            if isinstance(key, FunctionType):
                self._call_each(node, [key], [Kind.DOCUMENT], {})
                return Kind.DOCUMENT
        elif function in _PASS_ON and not keywords:
            return Kind.DOCUMENT
        elif function in _TEST and not keywords:
            return Kind.DATA
        return self._give_up(node, f"passes a document to {ast.unparse(node.func)}")

    def _call_each(
        self,
        node: ast.Call,
        functions: list[FunctionType],
        arguments: list[Value],
        keywords: dict[str | None, Value],
    ) -> Value:
        """What a function may return that is one of several."""
        results = []
        for function in functions:
            code = function.__code__
            if code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS) or None in keywords:
                self._give_up(node, f"calls {ast.unparse(node.func)} with arguments of any number")
            parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            values: dict[str | None, Value] = {**dict(zip(parameters, arguments, strict=False)), **keywords}
            call = Call(function, tuple((name, values.get(name, Kind.DATA)) for name in parameters))
            self.calls.add(call)
            results.append(self._documents.result_of(call))
        return reduce(either, results)

    def _global(self, node: ast.expr) -> Any:
        """What a global name, or an attribute of a global class or module, stands for; else _MISSING."""
        match node:
            case ast.Name(name) if name not in self._locals and not name.startswith("__"):
                return self._globals.get(name, getattr(builtins, name, _MISSING))
            case ast.Attribute(holder, name) if isinstance(found := self._global(holder), type | ModuleType):
                return inspect.getattr_static(found, name, _MISSING)
        return _MISSING

    def _give_up(self, node: ast.AST, reason: str) -> NoReturn:
        raise Unclear(f"{reason} (line {getattr(node, 'lineno', 0)} of it)")

    _READERS: ClassVar[dict[type[ast.expr], Callable[["CodeReads", Any], Value]]] = {
        ast.Constant: _constant,
        ast.Name: _variable,
        ast.Attribute: _attribute,
        ast.BoolOp: _either,
        ast.IfExp: _either,
        ast.NamedExpr: _named,
        ast.Compare: _compare,
        ast.UnaryOp: _unary,
        ast.BinOp: _binary,
        ast.Subscript: _subscript,
        ast.Tuple: _read_parts,
        ast.List: _read_parts,
        ast.Slice: _read_data,
        ast.JoinedStr: _read_data,
        ast.FormattedValue: _read_data,
        ast.Dict: _read_data,
        ast.Set: _read_data,
        ast.ListComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.Yield: _yield,
        ast.Call: _call,
    }
