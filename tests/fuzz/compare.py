"""Run one request in graphql-core alone and in this gateway's execution, and compare the results."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLSchema
from strawberry import Schema

from tests.fuzz.data import Data
from tests.fuzz.queries import Query, random_variables
from tests.fuzz.schema_parts import Request
from tests.fuzz.schemas import random_world
from tests.fuzz.values import exact

QUERIES_PER_SCHEMA = 6
RUNS_PER_QUERY = 10
USUAL_RUNS = 4
"""The first of these have the same usual data, so that code is specialised for its classes."""

_LIMITS = (
    "document_bytes",
    "tokens",
    "depth",
    "aliases",
    "root_fields",
    "introspections",
    "directives",
    "fields",
    "pairs",
)
_ODDNESS = ((0.0, 0), (0.04, 1), (0.08, 1), (0.08, 2), (0.1, 100))


class Difference(AssertionError):
    """The two results differ."""


@dataclass
class Engine:
    """The execution under test: modules of gateway.execution or of a mutant of it."""

    run: ModuleType
    documents: ModuleType
    plan: ModuleType
    counts: Any
    limits: Any

    @classmethod
    def of(cls, package: str, load: Callable[[str], ModuleType]) -> "Engine":
        """The execution in that package."""
        counts = load(f"{package}.counts").ExecutionCounts()
        limits = load(f"{package}.limits").Limits(**dict.fromkeys(_LIMITS, 1_000_000))
        run, documents, plan = (load(f"{package}.{name}") for name in ("run", "documents", "compiled.plan"))
        return cls(run, documents, plan, counts, limits)


@dataclass
class Tally:
    """Counts of a fuzz run. refused: documents that did not validate."""

    executions: int = 0
    refused: int = 0
    with_errors: int = 0
    without_data: int = 0
    seeds: list[int] = field(default_factory=list)


async def compare(
    engine: Engine, schema: GraphQLSchema, prepared: Any, variables: dict[str, Any], values: dict[str, Any]
) -> ExecutionResult:
    """graphql-core's result. Raises Difference if the other differs."""
    stock, ours = Request(values), Request(values)
    runner = engine.run.Runner(schema, engine.counts)
    expected: ExecutionResult = await runner.run_in_core(prepared, variables, stock)
    await _settle()
    got = await runner.run(prepared, variables, ours)
    await _settle()
    if _comparable(expected) != _comparable(got):
        raise Difference(f"expected {_comparable(expected)}\ngot {_comparable(got)}")
    if stock.seen != ours.seen:
        raise Difference(f"resolvers called: expected {stock.seen}\ngot {ours.seen}")
    if _as_bytes(expected) != _as_bytes(got):
        raise Difference("the same values, but not the same bytes")
    return expected


def _comparable(result: ExecutionResult) -> Any:
    """Everything of a result that can differ, including the order of keys and errors."""
    errors = [
        (
            error.formatted,
            type(error.original_error).__name__,
            [node.loc and node.loc.start for node in error.nodes or ()],
        )
        for error in result.errors or ()
    ]
    return str(exact(result.data)), str(errors)


def _as_bytes(result: ExecutionResult) -> bytes:
    errors = [error.formatted for error in result.errors or ()]
    try:
        return orjson.dumps({"data": result.data, "errors": errors}, default=repr)
    except TypeError:  # the scalar returned something that is not JSON, in both
        return b""


async def _settle() -> None:
    """Wait for tasks that are still running after an error."""
    while left := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(left)


async def fuzz(engine: Engine, seed: int, executions: int) -> Tally:
    """Compare that many random requests. Raises Difference, with the seed and query to repeat it."""
    tally = Tally()
    while tally.executions < executions:
        seed += 1
        await _fuzz_world(engine, seed, tally)
    return tally


async def _fuzz_world(engine: Engine, seed: int, tally: Tally) -> None:
    chance = random.Random(seed)  # noqa: S311  # repeatable, no secret
    with random_world(chance) as world:
        schema = _core(world.schema)
        cache = engine.documents.DocumentCache(
            schema, engine.limits, with_introspection=True, suggestions=True
        )
        for _ in range(QUERIES_PER_SCHEMA):
            text = Query(world, chance).text()
            prepared = cache.prepare(text, None)
            if prepared.errors:
                tally.refused += 1
                continue
            for run in range(RUNS_PER_QUERY):
                oddness, most_odd = chance.choice(_ODDNESS) if run >= USUAL_RUNS else (0.0, 0)
                if run == 0 or run >= USUAL_RUNS:
                    values = Data(world, chance, oddness, most_odd).root()
                variables = random_variables(text, chance, oddness)
                try:
                    result = await compare(engine, schema, prepared, variables, values)
                except Exception as error:
                    raise Difference(f"seed {seed}: {text}\nvariables {variables}\n{error}") from error
                tally.executions += 1
                tally.with_errors += bool(result.errors)
                tally.without_data += result.data is None


def _core(schema: Schema) -> GraphQLSchema:
    return schema._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
