"""Compiled execution gives the same results as graphql-core alone, byte for byte."""

import importlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from graphql import get_operation_ast, parse
from graphql.execution.values import VariableValues

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.execution.compiled.memo import TextMemo
from gateway.execution.compiled.plan import PlannedOperation
from gateway.graph.schema import build_schema
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.fuzz.changing_classes import compare_changing_classes
from tests.fuzz.compare import Difference, Engine, fuzz
from tests.fuzz.matrix import compare_matrix
from tests.fuzz.mutants import MUTANTS, mutant

QUERIES = Path(__file__).parents[2] / "bench" / "queries"
RUNS = 4
"""Enough for specialised code to run too."""

DOCUMENTS = {path.stem: path.read_text() for path in sorted(QUERIES.glob("W*.graphql"))}


# graphql-core itself leaves some coroutines unawaited where an error ends their siblings.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored (in|while):pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def engine() -> Engine:
    return Engine.of("gateway.execution", importlib.import_module)


@pytest.mark.no_cover  # thousands of random values; tracing lines would double the time
async def test_random_requests(engine: Engine) -> None:
    """1,500 random requests have equal results, with odd data and variables among them."""
    tally = await fuzz(engine, seed=1, executions=1_500)

    assert tally.executions >= 1_500
    # The comparison is only meaningful if most requests succeed, run over a plan, and do not bail.
    assert tally.with_errors < tally.executions * 0.6
    assert engine.counts.planned > tally.executions * 0.7
    assert engine.counts.compiled > tally.executions * 3


@pytest.mark.no_cover  # thousands of random values; tracing lines would double the time
async def test_every_leaf(engine: Engine) -> None:
    """Each leaf type in each wrapper completes each odd value equally."""
    assert await compare_matrix(engine) == 3 * 150 * 10 * 8


@pytest.mark.no_cover  # thousands of random values; tracing lines would double the time
async def test_changing_classes(engine: Engine) -> None:
    """Objects of other classes and types are completed equally after code is specialised for some."""
    assert await compare_changing_classes(engine) == 3 * 104


@pytest.mark.no_cover  # thousands of random values; tracing lines would double the time
@pytest.mark.parametrize("name", MUTANTS)
async def test_mutants_are_detected(name: str, tmp_path: Path) -> None:
    """A compiler with a mistake does not pass the comparisons."""
    with mutant(name, tmp_path) as engine, pytest.raises(Difference):
        await MUTANTS[name].detect(engine)


async def _answer(http: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> Any:
    async with http.post(f"{url}/graphql", json=body) as response:
        return await response.json()


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_benchmarks_run_compiled(name: str, settings: Settings, sandbox: Sandbox) -> None:
    """The benchmarks' queries run compiled: none runs in graphql-core alone, no value bails."""
    orders = sandbox.orders_page("1234", 1)["imin:item"]
    variables = {key: order["identifier"] for key, order in zip("abcdefghij", orders, strict=True)}
    body = {
        "query": DOCUMENTS[name],
        "variables": {**variables, "id": variables["a"], "customer": "1234"},
    }

    async with (
        gateway_listening(settings, demo_caller) as url,
        aiohttp.ClientSession() as http,
    ):
        answers = [await _answer(http, url, body) for _ in range(RUNS)]
        async with http.get(f"{url}/metrics") as metrics:
            lines = (await metrics.text()).splitlines()

    assert [list(answer) for answer in answers] == [["data"]] * RUNS
    compiled = {"W1": 2, "W2": 1, "W3": 20, "W4": 2}[name]
    assert sorted(line for line in lines if line.startswith("gateway_executions_total")) == [
        'gateway_executions_total{way="bailed"} 0.0',
        f'gateway_executions_total{{way="compiled"}} {compiled * RUNS}.0',
        'gateway_executions_total{way="excerpts"} 0.0',
        f'gateway_executions_total{{way="planned"}} {RUNS}.0',
        'gateway_executions_total{way="reused"} 0.0',
        'gateway_executions_total{way="unplanned"} 0.0',
    ]


@pytest.mark.parametrize("aliases", [1, 20])
def test_code_is_shared(aliases: int) -> None:
    """However often the same fields of a type are selected, the functions for them are generated once."""
    fields = " ".join(f'a{n}: order(identifier: "{n}") {{ ...F }}' for n in range(aliases))
    document = parse(f"{{ {fields} }} fragment F on Order {{ items {{ session {{ name }} }} }}")
    definition = get_operation_ast(document)
    schema = build_schema()._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    assert definition
    planned = PlannedOperation.of(schema, document, definition)
    plan = planned.plan(VariableValues({}, {})) if planned else None
    assert plan

    codes = {plan.field(plan.root_type, details).code for details in plan.root_fields.values()}

    (code,) = codes
    assert code
    assert code.complete
    names = code.generic_function.__globals__
    written = [name for name in names if name.startswith("object") and name.removeprefix("object").isdigit()]
    # An order, an item, and a session in each of its three types.
    assert len(written) == 5


def test_text_memo() -> None:
    """A memo calls its function once for each text, is cleared when full, and stores no failures."""
    made: list[str] = []

    def make(text: str) -> int:
        made.append(text)
        return int(text)

    memo = TextMemo(make, 2)

    assert [memo[text] for text in ("1", "2", "1")] == [1, 2, 1]
    with pytest.raises(ValueError, match="odd"):
        memo["odd"]
    assert [memo[text] for text in ("2", "3", "1")] == [2, 3, 1]
    assert made == ["1", "2", "odd", "3", "1"]
    assert len(memo) == 2
