"""Which fields of documents must be decoded so that given attributes of them can be read.

Names are followed over all classes of documents: a property that reads `self.seller.name` needs the field
`seller`, and the field `name`, or what the property `name` reads, of whatever class. What a property reads is
derived from its code by `code_reads`. Where that cannot be done, all fields are needed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from types import FunctionType, MemberDescriptorType
from typing import Any, Generic, get_args

import msgspec
from msgspec import Struct

from gateway.imin.documents.code_reads import CodeReads
from gateway.imin.documents.code_values import Call, Kind, Value
from gateway.imin.documents.expression_property import ExpressionProperty
from gateway.imin.documents.function_source import Code, Source, Unclear, source_of
from gateway.imin.documents.thing import GATEWAY_PREFIX, Thing

_NO_DOCUMENTS = {"owner", "booking"}
"""Fields that are set by the gateway, and hold no document though their type is Any."""

_METHODS = (FunctionType, staticmethod, classmethod)


@dataclass(frozen=True)
class _Summary:
    """What a call reads. unclear: why it may read any attribute, None if it may not."""

    names: frozenset[str] = frozenset()
    calls: frozenset[Call] = frozenset()
    result: Value = Kind.DATA
    unclear: str | None = None


class PropertyReads:
    """What the properties of some classes of documents read. The results are cached."""

    def __init__(self, documents: Iterable[type[Struct]]) -> None:
        self.classes = tuple(documents)
        self._fields: dict[str, Kind] = {}
        self._members: dict[str, dict[type, Any]] = defaultdict(dict)
        """Properties and methods by their names, and by the classes that define them."""
        self._python_calls: list[str] = []
        self._summaries: dict[Call, _Summary] = {}
        self._callers: dict[Call, set[Call]] = defaultdict(set)
        self._waiting: set[Call] = set()
        self._sources: dict[Code, Source] = {}
        self._current: Call
        for cls in self.classes:
            self._add(cls)

    def fields(self, attributes: Iterable[str], calls: Iterable[Call] = ()) -> frozenset[str]:
        """The fields that are read by reading these attributes, and by these calls.

        Raises Unclear if that may be any field; its message names the property and the reason.
        """
        if self._python_calls:
            raise Unclear(f"{self._python_calls[0]} is called by Python itself")
        names: set[str] = set()
        roots: list[str | Call] = [*attributes, *calls]
        waiting = [("", one) for one in roots]
        seen: set[str | Call] = set()
        while waiting:
            label, one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if isinstance(one, str):
                names.add(one)
                waiting += self._property_calls(one)
            else:
                summary = self._summary(one)
                if summary.unclear is not None:
                    raise Unclear(f"{label} {summary.unclear}")
                waiting += [(label, name) for name in summary.names]
                waiting += [(label, call) for call in summary.calls]
        return frozenset(names & self._fields.keys())

    def unclear(self) -> dict[str, str]:
        """Properties that may read any field, by name, and why."""
        reasons = {}
        for name, members in self._members.items():
            if not all(isinstance(member, _METHODS) for member in members.values()):
                try:
                    self.fields([name])
                except Unclear as unclear:
                    reasons[name] = str(unclear)
        return reasons

    def _add(self, document: type[Struct]) -> None:
        for one in msgspec.structs.fields(document):
            # What JSON holds in a field of type Any is no document.
            is_json = issubclass(document, Thing) and not one.encode_name.startswith(GATEWAY_PREFIX)
            may_hold = one.name not in _NO_DOCUMENTS and _may_hold_documents(one.type, any_may=not is_json)
            if may_hold or one.name not in self._fields:
                self._fields[one.name] = Kind.DOCUMENT if may_hold else Kind.DATA
        for cls in defining_classes(document):
            for name, member in vars(cls).items():
                if not name.startswith("__"):
                    if not isinstance(member, MemberDescriptorType):
                        self._members[name][cls] = member
                elif isinstance(member, FunctionType) and "annotat" not in name:
                    self._python_calls.append(f"{cls.__name__}.{name}")

    def _property_calls(self, name: str) -> list[tuple[str, Call]]:
        """What is called where an attribute of that name is read, with class and name. Raises Unclear."""
        calls = []
        for cls, member in self._members.get(name, {}).items():
            label, function = f"{cls.__name__}.{name}", getattr(member, "fget", None)
            getter = getattr(type(member), "__get__", None)
            if type(member) is property and isinstance(function, FunctionType):
                self_name = function.__code__.co_varnames[0]
                calls.append((label, Call(function, ((self_name, Kind.DOCUMENT),))))
            elif getter is ExpressionProperty.__get__:
                calls.append((label, Call(member, (("self", Kind.DOCUMENT),))))
            elif getter is not None:
                raise Unclear(f"{label} is a {type(member).__name__}, of which nothing is known")
        return calls

    # What code_reads.Documents asks for.

    def has_class(self, cls: Any) -> bool:
        """Whether it is the class of a document."""
        return cls in self.classes

    def methods(self, name: str) -> list[FunctionType]:
        """Methods of that name in all classes. Raises Unclear if it is another kind of attribute in one."""
        members = [*self._members.get(name, {}).values()]
        if name in self._fields or not all(isinstance(member, FunctionType) for member in members):
            raise Unclear(f"calls the value of {name}")
        return members

    def value_of(self, name: str) -> Value:
        """What the attribute of that name may be, of any document. Raises Unclear if it is a method."""
        if name not in self._fields and name not in self._members:
            return Kind.DOCUMENT  # it is the attribute of something that may hold documents
        values = [self.result_of(call) for _, call in self._property_calls(name)]
        return Kind.DOCUMENT if Kind.DOCUMENT in [self._fields.get(name), *values] else Kind.DATA

    def result_of(self, call: Call) -> Value:
        """What a call may return, as far as is known by now; the caller is analysed again if that changes."""
        self._callers[call].add(self._current)
        if call not in self._summaries:
            self._summaries[call] = _Summary()
            self._waiting.add(call)
        return self._summaries[call].result

    def source_of(self, code: Code) -> Source:
        """The source of a function. Raises Unclear."""
        if code not in self._sources:
            self._sources[code] = source_of(code)
        return self._sources[code]

    def _summary(self, call: Call) -> _Summary:
        if call not in self._summaries:
            self._waiting.add(call)
        while self._waiting:
            self._current = self._waiting.pop()
            summary = self._analysed(self._current)
            if summary != self._summaries.get(self._current):
                self._summaries[self._current] = summary
                self._waiting |= self._callers[self._current]
        self._sources.clear()
        return self._summaries[call]

    def _analysed(self, call: Call) -> _Summary:
        try:
            reads = CodeReads(call, self)
        except Unclear as unclear:
            return _Summary(result=Kind.DOCUMENT, unclear=str(unclear))
        except Exception as error:  # noqa: BLE001  # an optimisation must not fail a request
            return _Summary(result=Kind.DOCUMENT, unclear=f"cannot be analysed: {error!r}")
        return _Summary(frozenset(reads.names), frozenset(reads.calls), reads.result)


def defining_classes(document: type[Struct]) -> list[type]:
    """The classes that define the members of a document's class: itself and its bases."""
    return [cls for cls in document.__mro__ if cls not in (*Struct.__mro__, Generic)]


def _may_hold_documents(declared: Any, *, any_may: bool) -> bool:
    if declared is Any:
        return any_may
    if isinstance(declared, type) and issubclass(declared, Struct):
        return True
    return any(_may_hold_documents(option, any_may=any_may) for option in get_args(declared))
