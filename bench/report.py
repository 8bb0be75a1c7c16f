"""The results as a page of Markdown, and what is kept of runs."""

import json
from pathlib import Path
from typing import Any

from bench import latency, memory, scaling, throughput
from bench.figures import figures
from bench.targets import ABSENT, NO_TAILCALL, tailcall_runs

HERE = Path(__file__).parent
PAGE, KEPT = HERE / "RESULTS.md", HERE / "results.json"
TABLES = {
    "main": (throughput.measure_main, throughput.tell_main),
    "cached": (throughput.measure_cached, throughput.tell_cached),
    "latency": (latency.measure, latency.tell),
    "scaling": (scaling.measure, scaling.tell),
    "memory": (memory.measure, memory.tell),
}
"""How each table is measured, and told."""
HEAD = """\
Written by `make bench`, which [README.md](README.md) explains. Every table's targets were compared answer
by answer before anything was timed. Absolute figures are this machine's; compare within a table."""
CONDITIONS = "{machine}. Others took {others:.0%} of the machine meanwhile."


def page(results: dict[str, Any]) -> str:
    """All that was measured: figures first, then the tables."""
    parts = ["# Results", HEAD, figures(results)]
    for name, (_measure, tell) in TABLES.items():
        if name in results:
            title, *rest = tell(results[name])
            parts += [title, *rest[:1], CONDITIONS.format(**results[name]), *rest[1:]]
    if not tailcall_runs():
        parts.append(NO_TAILCALL)
    return "\n\n".join([*parts, ABSENT]) + "\n"


def kept() -> dict[str, Any]:
    """What earlier runs wrote, by table."""
    return dict(json.loads(KEPT.read_text())) if KEPT.exists() else {}


def write(results: dict[str, Any]) -> None:
    """Write the page, and what it was made of."""
    KEPT.write_text(json.dumps(results, indent=1) + "\n")
    PAGE.write_text(page(results))
