"""Declaring functions pure, so that their results may be remembered together with what is made of them."""

from typing import TypeVar

F = TypeVar("F")


def pure(function: F) -> F:
    """Declare that a function's result depends on its arguments alone, and that it does nothing else."""
    function.is_pure = True  # type: ignore[attr-defined]  # of a function, or of one that is remembered
    return function
