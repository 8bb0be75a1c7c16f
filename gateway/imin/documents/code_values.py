"""What the analysis of code in `code_reads` knows of values, calls and classes."""

from dataclasses import dataclass
from enum import Enum
from types import FunctionType
from typing import Any, Protocol

from gateway.imin.documents.function_source import Code, Source


class Kind(Enum):
    """What the value of an expression may be."""

    DATA = "no document, and nothing that holds one"
    DOCUMENT = "a document, or something that holds documents"


Value = Kind | str
"""A kind; or the value itself if it is a text written in the code, since that may name an attribute."""


def either(first: Value, second: Value) -> Value:
    """What an expression may be whose value is one of two."""
    if first == second:
        return first
    return Kind.DOCUMENT if Kind.DOCUMENT in {first, second} else Kind.DATA


def element(collection: Value) -> Value:
    """What an element of a collection may be, or a collection of such elements."""
    return Kind.DOCUMENT if collection is Kind.DOCUMENT else Kind.DATA


@dataclass(frozen=True)
class Call:
    """A function, or an expression over `self`, and the values of its parameters."""

    code: Code
    arguments: tuple[tuple[str, Value], ...]


class Documents(Protocol):
    """What the analysis of one call must know of the documents' classes and of other functions."""

    def has_class(self, cls: Any) -> bool:
        """Whether it is the class of a document."""

    def methods(self, name: str) -> list[FunctionType]:
        """Methods of that name in all classes. Raises Unclear if it is another kind of attribute in one."""

    def value_of(self, name: str) -> Value:
        """What the attribute of that name may be, of any document. Raises Unclear if it is a method."""

    def result_of(self, call: Call) -> Value:
        """What a call may return, as far as is known by now; the caller is analysed again if that changes."""

    def source_of(self, code: Code) -> Source:
        """The source of a function. Raises Unclear."""
