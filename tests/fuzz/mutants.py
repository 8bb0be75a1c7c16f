"""Wrong versions of the compiled execution, which the comparisons must find out."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from tests.fuzz.compare import Engine, fuzz
from tests.fuzz.kinds import compare_kinds
from tests.fuzz.matrix import compare_matrix


@dataclass(frozen=True)
class Mutant:
    """A mistake: in that module of gateway.execution, `wrong` stands for `right`.

    is_of_leaves: whether the matrix finds it. is_of_kinds: whether objects of changing types do; else random
    requests.
    """

    module: str
    right: str
    wrong: str
    is_of_leaves: bool = False
    is_of_kinds: bool = False

    async def find(self, engine: Engine) -> None:
        """Compare until it shows. Raises Difference when it does."""
        if self.is_of_leaves:
            await compare_matrix(engine)
        elif self.is_of_kinds:
            await compare_kinds(engine)
        else:
            await fuzz(engine, seed=0, executions=3_000)


def _of_leaf(right: str, wrong: str) -> Mutant:
    return Mutant("compiled.leaf_code", right, wrong, is_of_leaves=True)


MUTANTS = {
    "a 33-bit Int passes": _of_leaf("{0} <= 2147483647", "{0} <= 2147483648"),
    "an Int one below the smallest passes": _of_leaf("-2147483648 <=", "-2147483649 <="),
    "True passes for an Int": _of_leaf("type({1}) is int and", "isinstance({1}, int) and"),
    "infinity passes for a Float": _of_leaf("-inf < {0} < inf", "-inf < {0} <= inf"),
    "1 passes for a Boolean": _of_leaf("{1} is True or {0} is False", "{1} == True or {0} is False"),
    "a member is written by its value": _of_leaf("= enum.coerce_output_value(member)", "= str(member.value)"),
    "a scalar may give null": _of_leaf(
        "completed is None or completed is Undefined", "completed is Undefined"
    ),
    "an exception passes for a value": Mutant(
        "compiled.guards", "or isinstance(value, Exception)", "", is_of_leaves=True
    ),
    "an awaitable passes for a value": Mutant(
        "compiled.guards", "or optimized_is_awaitable(value)", "", is_of_leaves=True
    ),
    "anything iterable passes for a list": Mutant(
        "compiled.generic_code",
        'f"type({first}) is tuple or type({name}) is list"',
        "f\"hasattr({first}, '__iter__')\"",
        is_of_leaves=True,
    ),
    "null passes in a list that may hold none": Mutant(
        "compiled.generic_code",
        "each = self.expression(nullable.of_type, details, item)",
        "each = self.expression(getattr(nullable.of_type, 'of_type', nullable.of_type), details, item)",
        is_of_leaves=True,
    ),
    "null passes where none may be": Mutant(
        "compiled.generic_code",
        "return self._non_null_expression(return_type.of_type, details, source)",
        "return self.expression(return_type.of_type, details, source)",
        is_of_leaves=True,
    ),
    "one function serves every selection of a type": Mutant(
        "compiled.generic_code", "details[0].node.name.value, *nodes", "details[0].node.name.value"
    ),
    "no object is asked for its type": Mutant(
        "compiled.generic_code", "if is_type_of is None or", "if True or", is_of_kinds=True
    ),
    "no class is asked for its type": Mutant(
        "compiled.guards", "if is_type_of and is_type_of(", "if False and (", is_of_kinds=True
    ),
    "code for one class takes all": Mutant(
        "compiled.specialised_code",
        'with self._block(f"if type({value}) is {self._namespace.constant(cls)}:"):',
        'with self._block("if True:"):',
        is_of_kinds=True,
    ),
    "no object of a known class is asked for its type": Mutant(
        "compiled.specialised_code", "if test := self._generic.type_test(", "if False and (", is_of_kinds=True
    ),
    "one text tells all types": Mutant(
        "compiled.specialised_code",
        "type({text} := {inlined.text})",
        "type({text} := 'any')",
        is_of_kinds=True,
    ),
    "a text tells a type for good": Mutant(
        "compiled.specialised_code",
        "(is_type_of and is_type_of(value, info) is not True)",
        "False",
        is_of_kinds=True,
    ),
    "what is told by a text is told by anything": Mutant(
        "compiled.specialised_code",
        "if type({raw} := {slot}) is str",
        "if type({raw} := {slot})",
        is_of_leaves=True,
    ),
    "anything iterable passes for a list in known code": Mutant(
        "compiled.specialised_code", "is not list:", "is str:", is_of_leaves=True
    ),
    "amounts that are equal are written alike": _of_leaf("{4}[str({0})]", "{4}[{0}]"),
    "whatever is not False passes for True": Mutant("compiled.generic_code", "is not True:", "is False:"),
    "a class that passed once passes for good": Mutant(
        "compiled.guards", "if _has_uniform_objects(type(value)):", "if True:", is_of_kinds=True
    ),
    "__typename names another type": Mutant(
        "compiled.generic_code", "repr(object_type.name)", "repr('Thing')"
    ),
    "plans ignore @skip and @include": Mutant(
        "compiled.plan", "tuple(variables.coerced.get(name) for", "tuple(True for"
    ),
    "places are told by the name of their field": Mutant(
        "compiled.plan", "id(details)", "details[0].node.name.value"
    ),
    "only the first of merged fields is selected": Mutant(
        "compiled.plan",
        "object_type,\n                details,",
        "object_type,\n                details[:1],",
    ),
    "a value that bails is null": Mutant(
        "compiled.executor",
        "request.counts.bailed += 1\n        return _BAILED",
        "request.counts.bailed += 1\n        return None",
    ),
    "an operation's errors are forgotten": Mutant(
        "compiled.root_fields", "self.core.collected_errors.add(error, None)", "pass"
    ),
    "a resolver's error is forgotten": Mutant(
        "compiled.executor",
        "request.core.handle_field_error(error, definition.type, site.details, site.path)",
        "pass",
    ),
    "a number passes for a text": Mutant(
        "variables", "type(value) is not expected", "not isinstance(value, (str, int, float))"
    ),
    "a Boolean passes for an Int": Mutant(
        "variables", "type(value) is not expected", "not isinstance(value, expected)"
    ),
    "null passes for an argument that needs a value": Mutant(
        "compiled.resolver_call", "if value is None and one.is_required:", "if False:"
    ),
    "a variable that is not given is null": Mutant(
        "compiled.resolver_call", "                continue\n", "                value = None\n"
    ),
    "every resolver takes self": Mutant(
        "compiled.resolver_call", "if self._passes_self else", "if True else"
    ),
    "variables that do not fit pass": Mutant(
        "run", "return ExecutionResult(None, values)", "values = VariableValues({}, {})"
    ),
}
"""By what is wrong."""


@contextmanager
def mutant(name: str, directory: Path) -> Iterator[Engine]:
    """The execution with that mistake in it, as a package of its own."""
    one = MUTANTS[name]
    package = "mutated_execution"
    with resources.as_file(resources.files("gateway.execution")) as original:
        for source in original.rglob("*.py"):
            text = source.read_text().replace("gateway.execution", package)
            module = ".".join(source.relative_to(original).with_suffix("").parts)
            if module == one.module:
                if one.right not in text:
                    raise LookupError(f"{module} no longer says {one.right!r}")
                text = text.replace(one.right, one.wrong)
            copy = directory / package / source.relative_to(original)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(text)
    sys.path.insert(0, str(directory))
    try:
        yield Engine.of(package, importlib.import_module)
    finally:
        sys.path.remove(str(directory))
        for loaded in [one for one in sys.modules if one.partition(".")[0] == package]:
            del sys.modules[loaded]
        importlib.invalidate_caches()
