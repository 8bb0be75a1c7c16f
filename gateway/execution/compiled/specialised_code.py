"""Specialised code: one function for a whole field, written for the classes that generic code has seen.

Objects within objects are completed without calls, and their attributes are read as `inline_property` writes
them. What depends on the class or on one text alone is computed once and remembered. Each object's class is
compared first; objects of other classes go to the generic function. So classes affect speed, never results.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    TypeNameMetaFieldDef,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from gateway.execution.compiled.attribute_fields import attribute_of
from gateway.execution.compiled.generic_code import GenericCode
from gateway.execution.compiled.guards import Bail
from gateway.execution.compiled.inline_property import InlinedProperty, inline
from gateway.execution.compiled.memo import TextMemo
from gateway.execution.compiled.namespace import Complete

MAX_FIELDS = 1_000
"""Fields written into one function; objects beyond them are completed by generic functions."""
_MAX_TEXTS = 256


class SpecialisedCode:
    """Writes the specialised function of one field of the operation."""

    def __init__(self, generic: GenericCode) -> None:
        self._generic = generic
        self._namespace = generic.namespace
        self._functions: list[str] = []
        self._lines: list[str] = []
        self._indent = ""
        self._field_count = 0
        self._class_count = 0

    def function(self, return_type: GraphQLOutputType, details: FieldDetailsList) -> Complete | None:
        """The function for values of that type; None if no class has been seen below it."""
        name = self._namespace.new_name("specialised")
        with self._function(name, "value"):
            self._write(f"return {self._expression(return_type, details, 'value')}")
        return self._namespace.compile(name, self._functions) if self._class_count else None

    @contextmanager
    def _function(self, name: str, argument: str) -> Iterator[None]:
        """Write a function; what is written inside the context is its body."""
        outer = self._lines, self._indent
        self._lines, self._indent = [f"def {name}({argument}):"], "    "
        yield
        self._functions.append("\n".join(self._lines))
        self._lines, self._indent = outer

    @contextmanager
    def _block(self, head: str) -> Iterator[None]:
        self._write(head)
        self._indent += "    "
        yield
        self._indent = self._indent[:-4]

    def _write(self, line: str) -> None:
        self._lines.append(self._indent + line)

    def _expression(self, return_type: GraphQLOutputType, details: FieldDetailsList, source: str) -> str:
        """An expression for the completed value of `source`; may write statements that it depends on."""
        nullable = get_nullable_type(return_type)
        if is_leaf_type(nullable):
            return self._generic.expression(return_type, details, source)
        value, result = source, self._namespace.new_name("r")
        if not source.isidentifier():
            value = self._namespace.new_name("v")
            self._write(f"{value} = {source}")
        if is_non_null_type(return_type):
            self._complete(nullable, details, value, result)
        else:
            self._write(f"if {value} is None:")
            self._write(f"    {result} = None")
            with self._block("else:"):
                self._complete(nullable, details, value, result)
        return result

    def _complete(self, nullable: Any, details: FieldDetailsList, value: str, result: str) -> None:
        """Write statements that complete a value that is not null."""
        if is_list_type(nullable):
            self._list(nullable.of_type, details, value, result)
        elif is_object_type(nullable):
            self._object(nullable, details, value, result)
        else:
            self._abstract(nullable, details, value, result)

    def _list(self, item_type: GraphQLOutputType, details: FieldDetailsList, value: str, result: str) -> None:
        self._write(f"if type({value}) is not tuple and type({value}) is not list:")
        self._write("    bail()")
        self._write(f"{result} = []")
        item = self._namespace.new_name("i")
        with self._block(f"for {item} in {value}:"):
            self._write(f"{result}.append({self._expression(item_type, details, item)})")

    def _object(
        self, object_type: GraphQLObjectType, details: FieldDetailsList, value: str, result: str
    ) -> None:
        function = self._generic.object_function(object_type, details)
        cls = self._generic.class_seen(function)
        if cls is None or self._field_count > MAX_FIELDS:
            self._write(f"{result} = {function}({value})")
            return
        self._class_count += 1
        with self._block(f"if type({value}) is {self._namespace.constant(cls)}:"):
            self._type_test(object_type, details, value)
            self._write(f"{result} = {self._dictionary(object_type, details, cls, value)}")
        self._write("else:")
        self._write(f"    {result} = {function}({value})")

    def _type_test(self, object_type: GraphQLObjectType, details: FieldDetailsList, value: str) -> None:
        if test := self._generic.type_test(object_type, details, value):
            self._write(f"if {test} is not True:")
            self._write("    bail()")

    def _dictionary(
        self, object_type: GraphQLObjectType, details: FieldDetailsList, cls: type, value: str
    ) -> str:
        """An expression for the completed fields of an object of exactly that class."""
        selection = self._generic.selection(object_type, details)
        entries = [
            f"{key!r}: {self._field(object_type, field, cls, value)}" for key, field in selection.items()
        ]
        return f"{{{', '.join(entries)}}}"

    def _field(self, object_type: GraphQLObjectType, details: FieldDetailsList, cls: type, value: str) -> str:
        self._field_count += 1
        field = self._generic.selected_field(object_type, details)
        if field is TypeNameMetaFieldDef:
            return repr(object_type.name)
        attribute = attribute_of(field)
        if attribute is None:
            function = self._generic.calculated(field, details)
            return self._expression(field.type, details, f"{function}({value})")
        inlined = self._inline(cls, attribute, value)
        if inlined.only_slot is not None and is_leaf_type(get_nullable_type(field.type)):
            return self._memoised(field.type, inlined, value)
        return self._expression(field.type, details, inlined.text)

    def _inline(self, cls: type, attribute: str, value: str) -> InlinedProperty:
        inlined = inline(cls, attribute, value, lambda: self._namespace.new_name("x"))
        self._namespace.globals |= inlined.names
        return inlined

    def _memoised(self, leaf: GraphQLOutputType, inlined: InlinedProperty, value: str) -> str:
        """An expression that looks a completed leaf up by the one text that it depends on."""
        name, memo, raw = (self._namespace.new_name(prefix) for prefix in ("from_text", "memo", "raw"))
        slot = f"{value}.{inlined.only_slot}"
        completed = self._generic.expression(leaf, [], inlined.text.replace(slot, "text"))
        function = self._namespace.compile(name, [f"def {name}(text):\n    return {completed}"])
        self._namespace.globals[memo] = TextMemo(function, _MAX_TEXTS)
        return f"{memo}[{raw}] if type({raw} := {slot}) is str else {name}({raw})"

    def _abstract(self, abstract: Any, details: FieldDetailsList, value: str, result: str) -> None:
        """Choose the object type by the one text on which `resolve_type` depends, if it declares that."""
        function = self._generic.abstract_function(abstract, details)
        cls = self._generic.class_seen(function)
        attributes: tuple[str, ...] = getattr(abstract.resolve_type, "depends_only_on", None) or ()
        if cls is None or len(attributes) != 1 or self._field_count > MAX_FIELDS:
            self._write(f"{result} = {function}({value})")
            return
        self._class_count += 1
        inlined = self._inline(cls, attributes[0], value)
        branches, text, branch = (
            self._namespace.new_name(prefix) for prefix in ("branches", "text", "branch")
        )
        is_expected = f"type({value}) is {self._namespace.constant(cls)}"
        with self._block(f"if {is_expected} and type({text} := {inlined.text}) is str:"):
            self._write(f"{branch} = {branches}.get({text}) or {branches}_resolve({value}, {text})")
            self._write(f"{result} = {branch}({value})")
        self._write("else:")
        self._write(f"    {result} = {function}({value})")
        by_text, resolve = self._branches(abstract, details, cls, attributes)
        self._namespace.globals |= {branches: by_text, f"{branches}_resolve": resolve}

    def _branches(
        self, abstract: Any, details: FieldDetailsList, cls: type, attributes: tuple[str, ...]
    ) -> tuple[dict[str, Complete], Callable[[Any, str], Complete]]:
        """Write a function for each possible type.

        Returns the functions by the text that selects them, at first empty, and what adds to them.
        """
        functions: dict[str, tuple[str, Any]] = {}
        for possible in self._generic.possible_types(abstract):
            name = self._namespace.new_name("branch")
            # What is_type_of reads is then part of the key, so one call for each key is enough.
            is_memoised = getattr(possible.is_type_of, "depends_only_on", None) in ((), attributes)
            with self._function(name, "o"):
                if not is_memoised:
                    self._type_test(possible, details, "o")
                self._write(f"return {self._dictionary(possible, details, cls, 'o')}")
            functions[possible.name] = name, possible.is_type_of if is_memoised else None
        return self._resolution(abstract, details, functions)

    def _resolution(
        self, abstract: Any, details: FieldDetailsList, functions: dict[str, tuple[str, Any]]
    ) -> tuple[dict[str, Complete], Callable[[Any, str], Complete]]:
        resolve_type, info = abstract.resolve_type, self._generic.resolve_info(details)
        names, by_text = self._namespace.globals, dict[str, Complete]()

        def resolve(value: Any, text: str) -> Complete:
            name, is_type_of = functions.get(resolve_type(value, info, abstract), (None, None))
            if name is None or (is_type_of and is_type_of(value, info) is not True):
                raise Bail
            if len(by_text) >= _MAX_TEXTS:
                by_text.clear()
            function: Complete = names[name]
            by_text[text] = function
            return function

        return by_text, resolve
