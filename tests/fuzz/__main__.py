"""`python -m tests.fuzz`: the long form of tests/execution/test_compiled_execution.py."""

import argparse
import asyncio
import importlib
import sys
import time
import warnings

from tests.fuzz.compare import Difference, Engine, fuzz
from tests.fuzz.matrix import compare_matrix


def main() -> None:
    """Compare, and say what was compared."""
    parser = argparse.ArgumentParser(description="Compare compiled execution with graphql-core's.")
    parser.add_argument("--executions", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    # graphql-core itself leaves some coroutines unawaited where an error ends their siblings.
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
    # Collected within a named tuple's constructor, they cannot even be warned of.
    sys.unraisablehook = lambda _: None
    engine = Engine.of("gateway.execution", importlib.import_module)
    sys.stdout.write(f"seed {arguments.seed}\n")
    try:
        values = asyncio.run(compare_matrix(engine))
        tally = asyncio.run(fuzz(engine, arguments.seed, arguments.executions))
    except Difference as difference:
        sys.exit(f"they differ: {difference}")
    sys.stdout.write(
        f"{values} values of the matrix and {tally.executions} random requests were answered alike;\n"
    )
    sys.stdout.write(
        f"{tally.with_errors} answers had errors, {tally.without_data} of them no data; {engine.counts}\n"
    )


main()
