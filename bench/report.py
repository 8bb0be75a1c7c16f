"""The results as a Markdown page, and as stored between runs."""

import json
from pathlib import Path
from typing import Any

from bench.figures import figures
from bench.tables import followers, latency, memory, scaling, throughput
from bench.targets import ABSENT, NO_TAILCALL, tailcall_runs

HERE = Path(__file__).parent
PAGE, STORE = HERE / "RESULTS.md", HERE / "results.json"
TABLES = {
    "main": (throughput.measure_main, throughput.render_main),
    "cached": (throughput.measure_cached, throughput.render_cached),
    "latency": (latency.measure, latency.render),
    "scaling": (scaling.measure, scaling.render),
    "memory": (memory.measure, memory.render),
    "followers": (followers.measure, followers.render),
}
"""How each table is measured and rendered."""
HEAD = """\
Written by `make bench`, which [README.md](README.md) explains. The answers of all targets
were compared before anything was timed. Absolute figures depend on the machine; compare within a table."""
CONDITIONS = "{machine}. Other processes used {others:.0%} of the machine."


def page(results: dict[str, Any]) -> str:
    """The whole page: required figures first, then the tables."""
    parts = ["# Results", HEAD, figures(results)]
    for name, (_measure, render) in TABLES.items():
        if name in results:
            title, *rest = render(results[name])
            parts += [title, *rest[:1], CONDITIONS.format(**results[name]), *rest[1:]]
    if not tailcall_runs():
        parts.append(NO_TAILCALL)
    return "\n\n".join([*parts, ABSENT]) + "\n"


def stored() -> dict[str, Any]:
    """Results of earlier runs, by table."""
    return dict(json.loads(STORE.read_text())) if STORE.exists() else {}


def write(results: dict[str, Any]) -> None:
    """Write the page and the results it is made of."""
    STORE.write_text(json.dumps(results, indent=1) + "\n")
    PAGE.write_text(page(results))
