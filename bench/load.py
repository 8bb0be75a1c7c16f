"""Load on a server: as fast as it can (wrk), or on a timetable (bench.timetable)."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from bench.processes import LOAD_CORE, Process, on_core

POST = Path(__file__).parent / "post.lua"
CONNECTIONS = 16


class Answered(NamedTuple):
    """How many requests were answered, and how many a second."""

    requests: int
    rate: float


def as_fast_as_it_can(one: Process, bodies: Path, seconds: int) -> Answered:
    """What a server answers to 16 connections that never pause. Raises RuntimeError on a failure."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(POST)]
    told = _run([*command, f"http://127.0.0.1:{one.port}/graphql"], seconds, BODIES=str(bodies))
    requests, rate = re.search(r"(\d+) requests in", told), re.search(r"Requests/sec:\s+([\d.]+)", told)
    # An answer later than wrk's two seconds counts as none, and is no failure.
    failed = "Non-2xx" in told or re.search(r"Socket errors: (?!connect 0, read 0, write 0)", told)
    if failed or not requests or not rate:
        raise RuntimeError(told)
    return Answered(int(requests[1]), float(rate[1]))


def on_timetable(one: Process, bodies: Path, seconds: float, rate: float) -> dict[str, float]:
    """Latencies at so many requests a second, in ms: p50, p99; and the share that failed."""
    words = [str(one.port), str(bodies), str(rate), str(seconds)]
    return dict(json.loads(_run(["python", "-m", "bench.timetable", *words], seconds)))


def _run(command: list[str], seconds: float, **environment: str) -> str:
    return subprocess.run(  # noqa: S603  # commands of ours
        on_core(LOAD_CORE, command),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
    ).stdout
