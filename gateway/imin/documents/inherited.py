"""What an event inherits from the levels above it.

OpenActive lets a level leave out what the level above it states. In imin's data the name and the
organizer are stated two levels up and the location one level up; in plain OpenActive data one level up.
Source: OpenActive Modelling Specification, "Inheritance"; imin docs, Order History.
"""

from typing import TypeVar

from gateway.imin.documents.expression_property import ExpressionProperty
from gateway.imin.documents.thing import IS_ZERO

T = TypeVar("T")


class Inherited(ExpressionProperty[T]):
    """The value of an attribute on the nearest level that states one: the event itself or one above it."""

    def __init__(self, attribute: str) -> None:
        # The usual three levels are written out, since calling `inherited` takes longer.
        super().__init__(
            f"value if (value := self.{attribute}) or {IS_ZERO} else "
            f"value if (above := self.super_event) and ((value := above.{attribute}) or {IS_ZERO}) else "
            f"value if above and (above := above.super_event) "
            f"and ((value := above.{attribute}) or {IS_ZERO}) else "
            f"self.inherited({attribute!r})",
        )
