"""Targets over one imin, checked to answer the same; all but the measured one are paused."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.answers import check
from bench.processes import LOAD_CORE, TARGET_CORE, Process, running
from bench.targets import TARGETS
from bench.workloads import Requests

Found = dict[str, dict[str, list[dict[str, float]]]]
"""Figures of each round, by workload and target."""
STARTED = time.monotonic()


def progress(text: str) -> None:
    """Report progress on standard error."""
    sys.stderr.write(f"{time.monotonic() - STARTED:4.0f} s  {text}\n")
    sys.stderr.flush()


@dataclass
class Lane:
    """Targets that are measured one at a time. calls: requests to imin by target and workload."""

    targets: dict[str, Process]
    imin: Process
    calls: dict[str, dict[str, int]]
    directory: Path

    def bodies(self, name: str, workload: str) -> Path:
        """File with the requests of a workload, one per line, in the schema of a target."""
        return self.directory / f"{name}, {workload}"

    def interleaved(self, rounds: int, measure: Callable[[str, str, int], dict[str, float]]) -> Found:
        """Results of `measure` by workload and target; the rounds of all targets are interleaved."""
        workloads = list(next(iter(self.calls.values())))
        found: Found = {workload: {name: [] for name in self.targets} for workload in workloads}
        for number in range(rounds):
            for workload in workloads:
                for name in self.targets:
                    with self.awake(name):
                        found[workload][name].append(measure(name, workload, number))
            progress(f"round {number + 1} of {rounds}")
        return found

    @contextmanager
    def awake(self, name: str) -> Iterator[None]:
        """Resume a target for the duration of the block."""
        self.targets[name].resume()
        try:
            yield
        finally:
            self.targets[name].pause()


@contextmanager
def lane(requests: dict[str, Requests], **environment: str) -> Iterator[Lane]:
    """Start the named targets with this environment and check that all answer the same."""
    if not requests:
        raise RuntimeError("none of the targets belongs to this table")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        imin = stack.enter_context(running(["python", "-m", "bench.upstream"], LOAD_CORE))
        environment["UPSTREAM"] = f"http://127.0.0.1:{imin.port}"
        targets = {}
        for name in requests:
            target = TARGETS[name]
            server = running(
                target.command, TARGET_CORE, target.directory, **target.environment, **environment
            )
            targets[name] = stack.enter_context(server)
        progress(f"started: {', '.join(targets)}")
        one = Lane(targets, imin, check(targets, imin, requests), directory)
        for name, workloads in requests.items():
            for workload, bodies in workloads.items():
                one.bodies(name, workload).write_text("\n".join(map(json.dumps, bodies)) + "\n")
            targets[name].pause()
        yield one
