"""What an event inherits from the levels above it.

OpenActive lets a level leave out what the level above it states. In imin's data the name and the
organizer are stated two levels up and the location one level up; in plain OpenActive data one level up.
A blank text, an empty list and an object that states nothing hide nothing: the level leaves them out as well.
Source: OpenActive Modelling Specification, "Inheritance"; imin docs, Order History.
"""

from typing import TypeVar

from gateway.imin.documents.expression_property import ExpressionProperty
from gateway.imin.documents.thing import IS_ZERO

T = TypeVar("T")


class Inherited(ExpressionProperty[T]):
    """The value of an attribute on the nearest level that states one: the event itself or one above it."""

    def __init__(self, attribute: str) -> None:
        super().__init__(
            _nearest(f"(value := {{0}}.{attribute}) or {IS_ZERO}", f"self.inherited({attribute!r})")
        )


class InheritedText(ExpressionProperty[str | None]):
    """As Inherited, of a text: a blank one states nothing."""

    def __init__(self, attribute: str) -> None:
        super().__init__(
            _nearest(
                f"(value := {{0}}.{attribute}) and not value.isspace()", f"self.inherited({attribute!r})"
            )
        )


class InheritedObject(ExpressionProperty[T]):
    """As Inherited, of a document, or several: stated if the attribute `test` of the first is true.

    other: attribute to look at if no level states the first.
    """

    def __init__(self, attribute: str, test: str, *, several: bool = False, other: str = "") -> None:
        first = "value[0]" if several else "value"
        method = "inherited_list" if several else "inherited_object"
        fallback = f"self.{method}({attribute!r}, {test!r})"
        super().__init__(
            _nearest(
                f"(value := {{0}}.{attribute}) and {first}.{test}",
                f"({fallback} or self.{method}({other!r}, {test!r}))" if other else fallback,
            )
        )


def _nearest(stated: str, fallback: str) -> str:
    """The expression for three levels, written out because calling a function takes longer.

    stated: the condition that the level `{0}` states the value, which it assigns to `value`.
    """
    return (
        f"value if ({stated.format('self')}) else "
        f"value if (above := self.super_event) and ({stated.format('above')}) else "
        f"value if above and (above := above.super_event) and ({stated.format('above')}) else {fallback}"
    )
