"""The names that generated functions of one plan share: each other, constants and tables."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from gateway.execution.compiled.guards import bail

Complete = Callable[[Any], Any]
"""A generated function: a resolver's value → its part of the response. Raises anything to bail."""


class Namespace:
    """Compiles functions from source text, and gives unique names to what they refer to."""

    def __init__(self) -> None:
        self.globals: dict[str, Any] = {"inf": float("inf"), "Decimal": Decimal, "bail": bail}
        self._count = 0

    def new_name(self, prefix: str) -> str:
        """A name that is not in use."""
        self._count += 1
        return f"{prefix}{self._count}"

    def constant(self, value: Any) -> str:
        """The name of a new global with that value."""
        name = self.new_name("c")
        self.globals[name] = value
        return name

    def compile(self, name: str, functions: Iterable[str]) -> Complete:
        """Define functions from their source text; returns the one with that name."""
        exec(compile("\n\n".join(functions), "<generated>", "exec"), self.globals)  # noqa: S102  # see the package
        function: Complete = self.globals[name]
        return function
