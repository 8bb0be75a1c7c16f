"""Load on a server: as fast as possible (wrk), or on a fixed timetable (bench.timetable)."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from bench.processes import LOAD_CORE, Process, on_core

POST = Path(__file__).parent / "post.lua"
CONNECTIONS = 16


class Throughput(NamedTuple):
    """Answered requests, in total and per second."""

    requests: int
    rate: float


def saturate(one: Process, bodies: Path, seconds: int) -> Throughput:
    """Throughput with 16 connections that never pause. Raises RuntimeError if any request fails."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(POST)]
    output = _run([*command, f"http://127.0.0.1:{one.port}/graphql"], seconds, BODIES=str(bodies))
    requests, rate = re.search(r"(\d+) requests in", output), re.search(r"Requests/sec:\s+([\d.]+)", output)
    # wrk reports answers later than two seconds as time-outs; they are not counted, but are no failure.
    failed = "Non-2xx" in output or re.search(r"Socket errors: (?!connect 0, read 0, write 0)", output)
    if failed or not requests or not rate:
        raise RuntimeError(output)
    return Throughput(int(requests[1]), float(rate[1]))


def on_timetable(one: Process, bodies: Path, seconds: float, rate: float) -> dict[str, float]:
    """Latencies in ms (p50, p99) at a rate in requests per second, and the share of failed requests."""
    words = [str(one.port), str(bodies), str(rate), str(seconds)]
    return dict(json.loads(_run(["python", "-m", "bench.timetable", *words], seconds)))


def _run(command: list[str], seconds: float, **environment: str) -> str:
    return subprocess.run(  # noqa: S603  # our own commands
        on_core(LOAD_CORE, command),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
    ).stdout
