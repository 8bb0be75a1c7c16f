"""The measured servers: this gateway and its peers, how each is started, and which have a cache."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.peers.tailcall.answers import as_ours

HERE = Path(__file__).parent
NODE, TAILCALL = HERE / "peers" / "node", HERE / "peers" / "tailcall"
OURS, BASELINE, JIT = "this gateway", "baseline", "Mercurius + JIT"
FAST, NAIVE = "Strawberry fast", "Strawberry naive"


@dataclass(frozen=True)
class Target:
    """How a server is started, which queries it is sent, and how its answers are translated into ours.

    directory: where it is started; None for this checkout. has_cache: whether CACHED=1 enables a cache.
    """

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    queries: Path = HERE / "queries"
    adapt: Callable[[str, Any], Any] = lambda _workload, data: data
    directory: Path | None = None
    has_cache: bool = False


def baseline(directory: Path) -> Target:
    """This gateway from another checkout, for example of the last release."""
    return Target(["python", "-m", "bench.target"], directory=directory, has_cache=True)


def _node(program: str, *, has_cache: bool = False, **environment: str) -> Target:
    command = ["node", str(NODE / program)]
    return Target(command, {"NODE_ENV": "production", **environment}, has_cache=has_cache)


def _strawberry(**environment: str) -> Target:
    return Target(["python", str(HERE / "peers" / "strawberry_peer.py")], environment)


TARGETS = {
    OURS: Target(["python", "-m", "bench.target"], has_cache=True),
    JIT: _node("mercurius.mjs", has_cache=True, JIT="1"),
    "Mercurius": _node("mercurius.mjs"),
    "GraphQL Yoga + JIT": _node("yoga.mjs", has_cache=True),
    "Apollo Server": _node("apollo.mjs", has_cache=True),
    "Tailcall": Target(["python", str(TAILCALL / "start.py")], queries=TAILCALL, adapt=as_ours),
    FAST: _strawberry(FAST="1"),
    NAIVE: _strawberry(),
}
ABSENT = """\
Ariadne and Hive Gateway are missing: they need lock files of their own, and were slower than every
Node.js peer when last measured."""
NO_TAILCALL = """\
Tailcall is missing: its npm package does not run on this machine, most likely because it requires
glibc 2.39 (`TAILCALL_GLIBC` may name a folder with one)."""


def tailcall_runs() -> bool:
    """Whether Tailcall is installed and runs with this machine's libraries."""
    command = [*TARGETS["Tailcall"].command, "--version"]
    words = ["python3" if word == "python" else word for word in command]
    return subprocess.run(words, env={**os.environ}, capture_output=True, check=False).returncode == 0  # noqa: S603  # ours
