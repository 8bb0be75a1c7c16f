"""What is measured: this gateway and its peers, how each is started, and which of them have a cache."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.peers.tailcall.answers import as_ours

HERE = Path(__file__).parent
NODE, TAILCALL = HERE / "peers" / "node", HERE / "peers" / "tailcall"
OURS, JIT = "this gateway", "Mercurius + JIT"
FAST, NAIVE = "Strawberry fast", "Strawberry naive"


@dataclass(frozen=True)
class Target:
    """How a server is started, in which words it is asked, and how its answers become ours."""

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    queries: Path = HERE / "queries"
    adapt: Callable[[str, Any], Any] = lambda _workload, data: data


def _node(program: str, **environment: str) -> Target:
    return Target(["node", str(NODE / program)], {"NODE_ENV": "production", **environment})


def _strawberry(**environment: str) -> Target:
    return Target(["python", str(HERE / "peers" / "strawberry_peer.py")], environment)


TARGETS = {
    OURS: Target(["python", "-m", "bench.target"]),
    JIT: _node("mercurius.mjs", JIT="1"),
    "Mercurius": _node("mercurius.mjs"),
    "GraphQL Yoga + JIT": _node("yoga.mjs"),
    "Apollo Server": _node("apollo.mjs"),
    "Tailcall": Target(["python", str(TAILCALL / "start.py")], queries=TAILCALL, adapt=as_ours),
    FAST: _strawberry(FAST="1"),
    NAIVE: _strawberry(),
}
CACHING = (OURS, JIT, "GraphQL Yoga + JIT", "Apollo Server")
"""Those with a cache of answers, which CACHED=1 turns on."""
ABSENT = """\
Ariadne and Hive Gateway are not here: they need locks of their own, and were slower than every
peer on Node when we measured them last."""
NO_TAILCALL = """\
Tailcall is not here: its npm package does not run on this machine, most likely because it wants
glibc 2.39 (`TAILCALL_GLIBC` may name a folder with one)."""


def tailcall_runs() -> bool:
    """Whether Tailcall is installed and this machine's libraries suit it."""
    command = [*TARGETS["Tailcall"].command, "--version"]
    words = ["python3" if word == "python" else word for word in command]
    return subprocess.run(words, env={**os.environ}, capture_output=True, check=False).returncode == 0  # noqa: S603  # ours
