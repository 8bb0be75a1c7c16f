"""Mutants of the compiled execution: versions with one mistake each, which the comparisons must detect."""

import importlib
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from tests.fuzz.changing_classes import compare_changing_classes
from tests.fuzz.compare import Engine, fuzz
from tests.fuzz.matrix import compare_matrix


async def random_requests(engine: Engine) -> None:
    await fuzz(engine, seed=0, executions=3_000)


@dataclass(frozen=True)
class Mutant:
    """A mistake: in that module of gateway.execution, `original` is replaced by `mistake`.

    detect: the comparison that raises Difference because of it.
    """

    module: str
    original: str
    mistake: str
    detect: Callable[[Engine], Awaitable[object]] = random_requests


def _of_leaf(original: str, mistake: str) -> Mutant:
    return Mutant("compiled.leaf_code", original, mistake, compare_matrix)


MUTANTS = {
    "a 33-bit Int passes": _of_leaf("{0} <= 2147483647", "{0} <= 2147483648"),
    "an Int one below the smallest passes": _of_leaf("-2147483648 <=", "-2147483649 <="),
    "True passes for an Int": _of_leaf("type({1}) is int and", "isinstance({1}, int) and"),
    "infinity passes for a Float": _of_leaf("-inf < {0} < inf", "-inf < {0} <= inf"),
    "1 passes for a Boolean": _of_leaf("{1} is True or {0} is False", "{1} == True or {0} is False"),
    "a member is serialised by its value": _of_leaf(
        "= enum.coerce_output_value(member)", "= str(member.value)"
    ),
    "a scalar may give null": _of_leaf(
        "completed is None or completed is Undefined", "completed is Undefined"
    ),
    "an exception passes for a value": Mutant(
        "compiled.guards", "or isinstance(value, Exception)", "", compare_matrix
    ),
    "an awaitable passes for a value": Mutant(
        "compiled.guards", "or optimized_is_awaitable(value)", "", compare_matrix
    ),
    "anything iterable passes for a list": Mutant(
        "compiled.generic_code",
        'f"type({first}) is tuple or type({name}) is list"',
        "f\"hasattr({first}, '__iter__')\"",
        compare_matrix,
    ),
    "null passes in a list of non-null items": Mutant(
        "compiled.generic_code",
        "each = self.expression(nullable.of_type, details, item)",
        "each = self.expression(getattr(nullable.of_type, 'of_type', nullable.of_type), details, item)",
        compare_matrix,
    ),
    "null passes in a non-null type": Mutant(
        "compiled.generic_code",
        "return self._non_null_expression(return_type.of_type, details, source)",
        "return self.expression(return_type.of_type, details, source)",
        compare_matrix,
    ),
    "one function serves every selection of a type": Mutant(
        "compiled.generic_code", "details[0].node.name.value, *nodes", "details[0].node.name.value"
    ),
    "is_type_of is not called for objects": Mutant(
        "compiled.generic_code", "if is_type_of is None or", "if True or", compare_changing_classes
    ),
    "is_type_of is not called for classes": Mutant(
        "compiled.guards", "if is_type_of and is_type_of(", "if False and (", compare_changing_classes
    ),
    "code specialised for one class accepts all classes": Mutant(
        "compiled.specialised_code",
        'with self._block(f"if type({value}) is {self._namespace.constant(cls)}:"):',
        'with self._block("if True:"):',
        compare_changing_classes,
    ),
    "is_type_of is not called in specialised code": Mutant(
        "compiled.specialised_code",
        "if test := self._generic.type_test(",
        "if False and (",
        compare_changing_classes,
    ),
    "one text resolves to all types": Mutant(
        "compiled.specialised_code",
        "type({text} := {inlined.text})",
        "type({text} := 'any')",
        compare_changing_classes,
    ),
    "is_type_of is not called for a new text": Mutant(
        "compiled.specialised_code",
        "(is_type_of and is_type_of(value, info) is not True)",
        "False",
        compare_changing_classes,
    ),
    "a cache of results accepts keys other than strings": Mutant(
        "compiled.specialised_code",
        "if type({raw} := {slot}) is str",
        "if type({raw} := {slot})",
        compare_matrix,
    ),
    "anything iterable passes for a list in specialised code": Mutant(
        "compiled.specialised_code", "is not list:", "is str:", compare_matrix
    ),
    "equal amounts are serialised alike": _of_leaf("{4}[str({0})]", "{4}[{0}]"),
    "anything but False passes for True": Mutant("compiled.generic_code", "is not True:", "is False:"),
    "a class whose objects differ is checked once only": Mutant(
        "compiled.guards", "if _has_uniform_objects(type(value)):", "if True:", compare_changing_classes
    ),
    "__typename names another type": Mutant(
        "compiled.generic_code", "repr(object_type.name)", "repr('Thing')"
    ),
    "plans ignore @skip and @include": Mutant(
        "compiled.plan", "tuple(variables.coerced.get(name) for", "tuple(True for"
    ),
    "fields with the same name share their code": Mutant(
        "compiled.plan", "id(details)", "details[0].node.name.value"
    ),
    "only the first of merged fields is selected": Mutant(
        "compiled.plan",
        "object_type,\n                details,",
        "object_type,\n                details[:1],",
    ),
    "a value that bails is null": Mutant(
        "compiled.executor",
        "request.counts.bailed += 1\n        return BAILED",
        "request.counts.bailed += 1\n        return None",
    ),
    "an operation's errors are lost": Mutant(
        "compiled.root_fields", "self.core.collected_errors.add(error, None)", "pass"
    ),
    "a resolver's error is lost": Mutant(
        "compiled.executor",
        "request.core.handle_field_error(error, definition.type, site.details, site.path)",
        "pass",
    ),
    "a number passes for a string": Mutant(
        "variables", "type(value) is not expected", "not isinstance(value, (str, int, float))"
    ),
    "a Boolean passes for an Int": Mutant(
        "variables", "type(value) is not expected", "not isinstance(value, expected)"
    ),
    "null passes for a non-null argument": Mutant(
        "compiled.resolver_call", "if value is None and one.is_required:", "if False:"
    ),
    "a variable without a value is null": Mutant(
        "compiled.resolver_call", "                continue\n", "                value = None\n"
    ),
    "every resolver gets self": Mutant("compiled.resolver_call", "if self._passes_self else", "if True else"),
    "invalid variables pass": Mutant(
        "run", "return ExecutionResult(None, read)", "read = VariableValues({}, {})"
    ),
}
"""By a description of the mistake."""


@contextmanager
def mutant(name: str, directory: Path) -> Iterator[Engine]:
    """The execution with that mistake, as a separate package."""
    one = MUTANTS[name]
    package = "mutated_execution"
    with resources.as_file(resources.files("gateway.execution")) as original:
        for source in original.rglob("*.py"):
            text = source.read_text().replace("gateway.execution", package)
            module = ".".join(source.relative_to(original).with_suffix("").parts)
            if module == one.module:
                if one.original not in text:
                    raise LookupError(f"{module} does not contain {one.original!r}")
                text = text.replace(one.original, one.mistake)
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
