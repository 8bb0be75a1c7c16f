"""Targets over one imin, answers checked, all paused but the one that is measured."""

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
from bench.workloads import Asked

Found = dict[str, dict[str, list[dict[str, float]]]]
"""What the rounds gave, by workload and target."""
STARTED = time.monotonic()


def progress(text: str) -> None:
    """Tell where the run is."""
    sys.stderr.write(f"{time.monotonic() - STARTED:4.0f} s  {text}\n")
    sys.stderr.flush()


@dataclass
class Lane:
    """Where targets are measured one at a time. calls: requests to imin by target and workload."""

    targets: dict[str, Process]
    imin: Process
    calls: dict[str, dict[str, int]]
    directory: Path

    def bodies(self, name: str, workload: str) -> Path:
        """File of the requests of a workload, one a line, in the words of a target."""
        return self.directory / f"{name}, {workload}"

    def interleaved(self, rounds: int, measure: Callable[[str, str, int], dict[str, float]]) -> Found:
        """What `measure` gives for each target, workload and round; the rounds of all take turns."""
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
        """Let a target run."""
        self.targets[name].resume()
        try:
            yield
        finally:
            self.targets[name].pause()


@contextmanager
def lane(asked: dict[str, Asked], **environment: str) -> Iterator[Lane]:
    """The targets of these names, started with this environment, once all have answered the same."""
    if not asked:
        raise RuntimeError("none of the targets stands in this table")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        imin = stack.enter_context(running(["python", "-m", "bench.upstream"], LOAD_CORE))
        environment["UPSTREAM"] = f"http://127.0.0.1:{imin.port}"
        targets = {}
        for name in asked:
            target = TARGETS[name]
            server = running(
                target.command, TARGET_CORE, target.directory, **target.environment, **environment
            )
            targets[name] = stack.enter_context(server)
        progress(f"started: {', '.join(targets)}")
        one = Lane(targets, imin, check(targets, imin, asked), directory)
        for name, workloads in asked.items():
            for workload, bodies in workloads.items():
                one.bodies(name, workload).write_text("\n".join(map(json.dumps, bodies)) + "\n")
            targets[name].pause()
        yield one
