"""`python -m tests.fuzz`: run tests/execution/test_compiled_execution.py's comparison for longer."""

import argparse
import asyncio
import importlib
import sys
import time
import warnings

from tests.fuzz.compare import Difference, Engine, fuzz
from tests.fuzz.matrix import compare_matrix


def main() -> None:
    """Compare, and print what was compared."""
    parser = argparse.ArgumentParser(description="Compare compiled execution with graphql-core's.")
    parser.add_argument("--executions", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    # graphql-core itself leaves some coroutines unawaited where an error ends their siblings.
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
    # One that is collected inside a named tuple's constructor raises instead of warning.
    sys.unraisablehook = lambda _: None
    engine = Engine.of("gateway.execution", importlib.import_module)
    sys.stdout.write(f"seed {arguments.seed}\n")
    try:
        values = asyncio.run(compare_matrix(engine))
        tally = asyncio.run(fuzz(engine, arguments.seed, arguments.executions))
    except Difference as difference:
        sys.exit(f"results differ: {difference}")
    sys.stdout.write(
        f"{values} values of the matrix and {tally.executions} random requests had equal results;\n"
    )
    sys.stdout.write(
        f"{tally.with_errors} results had errors, {tally.without_data} of them no data; {engine.counts}\n"
    )


main()
