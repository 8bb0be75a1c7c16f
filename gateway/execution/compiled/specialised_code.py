"""Generated code for objects whose classes are known: one function for a whole place of an operation.

The open code (`projection.py`) takes objects of any class, and notes which fixed classes it has met where.
When it has been used this writes the same once more for those classes: objects within one another without
calls, attributes as `reading.py` writes them, what is told by a class or by one text asked once and then
remembered. Each object's class is looked at first. One of another class goes to the open code's function
for it, so nothing depends on which classes come; only the speed does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    TypeNameMetaFieldDef,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from gateway.execution.compiled.inline_property import Reading, read
from gateway.execution.compiled.leaf_code import Bail
from gateway.execution.compiled.memo import Remembered

if TYPE_CHECKING:
    from gateway.execution.compiled.generic_code import Project, Projections

MOST_FIELDS = 1_000
"""Fields written into one place's code; objects beyond them are left to the open code."""
_MOST_BRANCHES = 256


class KnownCode:
    """Writes the code of one place."""

    def __init__(self, open_code: "Projections") -> None:
        self._open = open_code
        self._functions: list[str] = []
        self._lines: list[str] = []
        self._indent = ""
        self._fields = 0
        self._classes = 0

    def of(self, return_type: GraphQLOutputType, fields: FieldDetailsList) -> "Project | None":
        """The function for values of that type; None where no class is known below it."""
        name = self._open.name("known")
        with self._function(name, "value"):
            self._write(f"return {self._value(return_type, fields, 'value')}")
        return self._open.compiled(name, self._functions) if self._classes else None

    @contextmanager
    def _function(self, name: str, argument: str) -> Iterator[None]:
        """Write a function; what is written inside is its body."""
        outside = self._lines, self._indent
        self._lines, self._indent = [f"def {name}({argument}):"], "    "
        yield
        self._functions.append("\n".join(self._lines))
        self._lines, self._indent = outside

    @contextmanager
    def _block(self, head: str) -> Iterator[None]:
        self._write(head)
        self._indent += "    "
        yield
        self._indent = self._indent[:-4]

    def _write(self, line: str) -> None:
        self._lines.append(self._indent + line)

    def _value(self, return_type: GraphQLOutputType, fields: FieldDetailsList, source: str) -> str:
        """An expression that completes what the expression `source` gives; it may need what this writes."""
        nullable = return_type.of_type if is_non_null_type(return_type) else return_type
        if is_leaf_type(nullable):
            return self._open.leaf_value(return_type, source)
        value, result = source, self._open.name("r")
        if not source.isidentifier():
            value = self._open.name("v")
            self._write(f"{value} = {source}")
        if nullable is return_type:
            self._write(f"if {value} is None:")
            self._write(f"    {result} = None")
            with self._block("else:"):
                self._present(nullable, fields, value, result)
        else:
            self._present(nullable, fields, value, result)
        return result

    def _present(self, nullable: Any, fields: FieldDetailsList, value: str, result: str) -> None:
        """Write what completes a value that is not null."""
        if is_list_type(nullable):
            self._list(nullable.of_type, fields, value, result)
        elif is_object_type(nullable):
            self._object(nullable, fields, value, result)
        else:
            self._abstract(nullable, fields, value, result)

    def _list(self, item_type: GraphQLOutputType, fields: FieldDetailsList, value: str, result: str) -> None:
        self._write(f"if type({value}) is not tuple and type({value}) is not list:")
        self._write("    bail()")
        self._write(f"{result} = []")
        item = self._open.name("i")
        with self._block(f"for {item} in {value}:"):
            self._write(f"{result}.append({self._value(item_type, fields, item)})")

    def _object(
        self, object_type: GraphQLObjectType, fields: FieldDetailsList, value: str, result: str
    ) -> None:
        function = self._open.object(object_type, fields)
        cls = self._open.noted(function)
        if cls is None or self._fields > MOST_FIELDS:
            self._write(f"{result} = {function}({value})")
            return
        self._classes += 1
        with self._block(f"if type({value}) is {self._open.constant(cls)}:"):
            self._fields_of(object_type, fields, cls, value, result)
        self._write("else:")
        self._write(f"    {result} = {function}({value})")

    def _fields_of(  # noqa: PLR0913
        self,
        object_type: GraphQLObjectType,
        fields: FieldDetailsList,
        cls: type,
        value: str,
        result: str,
        *,
        is_told: bool = False,
    ) -> None:
        if not is_told and (check := self._open.type_check(object_type, fields, value)):
            self._write(f"if {check} is not True:")
            self._write("    bail()")
        entries = [
            f"{key!r}: {self._field(object_type, details, cls, value)}"
            for key, details in self._open.selection(object_type, fields).items()
        ]
        self._write(f"{result} = {{{', '.join(entries)}}}")

    def _field(self, object_type: GraphQLObjectType, details: FieldDetailsList, cls: type, value: str) -> str:
        self._fields += 1
        field, attribute = self._open.field(object_type, details)
        if field is TypeNameMetaFieldDef:
            return repr(object_type.name)
        reading = read(cls, attribute, value, lambda: self._open.name("x"))
        self._open.define(reading.names)
        if reading.slot is not None and is_leaf_type(
            field.type.of_type if is_non_null_type(field.type) else field.type
        ):
            return self._remembered(field.type, reading, value)
        return self._value(field.type, details, reading.text)

    def _remembered(self, leaf: GraphQLOutputType, reading: Reading, value: str) -> str:
        """The completion of what is told by one text, looked up by that text."""
        make, memory, raw = (self._open.name(prefix) for prefix in ("make", "memory", "raw"))
        slot = f"{value}.{reading.slot}"
        completed = self._open.leaf_value(leaf, reading.text.replace(slot, "text"))
        function = self._open.compiled(make, [f"def {make}(text):\n    return {completed}"])
        self._open.define({memory: Remembered(function, _MOST_BRANCHES)})
        return f"{memory}[{raw}] if type({raw} := {slot}) is str else {make}({raw})"

    def _abstract(self, abstract: Any, fields: FieldDetailsList, value: str, result: str) -> None:
        function = self._open.abstract(abstract, fields)
        cls, depends_only_on = (
            self._open.noted(function),
            getattr(abstract.resolve_type, "depends_only_on", None),
        )
        if cls is None or depends_only_on is None or len(depends_only_on) != 1 or self._fields > MOST_FIELDS:
            self._write(f"{result} = {function}({value})")
            return
        reading = read(cls, depends_only_on[0], value, lambda: self._open.name("x"))
        self._open.define(reading.names)
        self._classes += 1
        branches, text, branch = (self._open.name(prefix) for prefix in ("branches", "text", "branch"))
        with self._block(
            f"if type({value}) is {self._open.constant(cls)} and type({text} := {reading.text}) is str:"
        ):
            self._write(f"{branch} = {branches}.get({text}) or {branches}_learn({value}, {text})")
            self._write(f"{result} = {branch}({value})")
        self._write("else:")
        self._write(f"    {result} = {function}({value})")
        self._branches(abstract, fields, cls, branches, depends_only_on)

    def _branches(
        self, abstract: Any, fields: FieldDetailsList, cls: type, branches: str, depends_only_on: Any
    ) -> None:
        """Functions for each type that it can be, and the memory of which text means which."""
        table: dict[str, tuple[str, Any]] = {}
        for possible in self._open.possible_types(abstract):
            name = self._open.name("known")
            is_told = getattr(possible.is_type_of, "depends_only_on", None) in ((), depends_only_on)
            with self._function(name, "o"):
                self._fields_of(possible, fields, cls, "o", "r", is_told=is_told)
                self._write("return r")
            table[possible.name] = name, possible.is_type_of if is_told else None
        resolve, info, names = abstract.resolve_type, self._open.info(fields), self._open.globals
        remembered: dict[str, Any] = {}

        def learn(value: Any, text: str) -> Any:
            name, is_type_of = table.get(resolve(value, info, abstract), (None, None))
            if name is None or (is_type_of and is_type_of(value, info) is not True):
                raise Bail
            if len(remembered) >= _MOST_BRANCHES:
                remembered.clear()
            remembered[text] = names[name]
            return remembered[text]

        self._open.define({branches: remembered, f"{branches}_learn": learn})
