"""The code of one field, adapted to its data: generic, then specialised, then none if it often bails."""

from typing import Any

from graphql import GraphQLOutputType
from graphql.execution.collect_fields import FieldDetailsList

from gateway.execution.compiled.generic_code import GenericCode
from gateway.execution.compiled.namespace import Complete
from gateway.execution.compiled.specialised_code import SpecialisedCode

MAX_BAILS = 8
"""Bails after which code is dropped, provided that more than half of its runs have bailed."""

MAX_SPECIALISATIONS = 8
"""How often the code of one field is specialised again because a new class has been seen."""


class AdaptiveCode:
    """The code that completes the values of one field.

    complete: the function to call; None once the code is dropped. The generic function is called until a run
    sees no new class; then it is replaced by a specialised one, until the next class is seen.
    runs: incremented by the caller of `complete`. generic_function: see GenericCode.function.
    """

    __slots__ = (
        "_details",
        "_generic",
        "_is_observing",
        "_return_type",
        "_specialisations",
        "bails",
        "complete",
        "generic_function",
        "runs",
    )

    def __init__(
        self,
        generic: GenericCode,
        function: Complete,
        return_type: GraphQLOutputType,
        details: FieldDetailsList,
    ) -> None:
        self._generic = generic
        self.generic_function = function
        self._return_type = return_type
        self._details = details
        self._is_observing = True
        self._specialisations = 0
        self.complete: Complete | None = self._observe
        self.runs = 0
        self.bails = 0

    def _observe(self, value: Any) -> Any:
        """Complete a value with the generic function; specialise unless it has seen a new class."""
        before = self._generic.classes_seen
        completed = self.generic_function(value)
        if before == self._generic.classes_seen:
            self._is_observing = False
            self.complete = self._specialised()
        return completed

    def _specialised(self) -> Complete:
        try:
            specialised = SpecialisedCode(self._generic).function(self._return_type, self._details)
        except (SyntaxError, RecursionError):  # nested deeper than Python allows
            return self.generic_function
        return specialised or self.generic_function

    def on_class(self) -> None:
        """Observe again: somewhere in the plan the first object of a class has been seen."""
        if not self._is_observing and self._specialisations < MAX_SPECIALISATIONS and self.complete:
            self._specialisations += 1
            self._is_observing = True
            self.complete = self._observe

    def count_bail(self, max_bails: int) -> None:
        """Count a bail; drop the code if that is the rule."""
        self.bails += 1
        if self.bails >= max_bails and self.bails * 2 > self.runs:
            self.complete = None
