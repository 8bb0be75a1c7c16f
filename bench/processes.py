"""Server processes: started on one core, queried, measured, stopped."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

TARGET_CORE, LOAD_CORE = "0", "1"
MAX_WAIT_SECONDS, POLL_SECONDS = 2.0, 0.05


def on_core(core: str, command: list[str]) -> list[str]:
    """A command pinned to one core that is killed when this process ends in any way."""
    words = [sys.executable if word == "python" else word for word in command]
    return ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", core, *words]


@dataclass
class Process:
    """A server process. stderr: a file with its standard error."""

    port: int
    process: subprocess.Popen[bytes]
    stderr: IO[bytes]

    def request(self, path: str, body: Any = None) -> bytes:
        """Body of the response to a request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse().read()
        connection.close()
        return answer

    def cpu_seconds(self) -> float:
        """Processor time used so far by all threads."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def megabytes(self) -> float:
        """Resident memory in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0

    def pause(self) -> None:
        """Stop the process while another is measured, once it is idle.

        Stopped in the middle of requests to imin, it would find all of them timed out when it resumes, and a
        gateway with a circuit breaker would stop sending requests.
        """
        latest, used = time.monotonic() + MAX_WAIT_SECONDS, -1.0
        while used != (used := self.cpu_seconds()) and time.monotonic() < latest:
            time.sleep(POLL_SECONDS)
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Continue the process."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def running(
    command: list[str], core: str, directory: Path | None = None, **environment: str
) -> Iterator[Process]:
    """A server that accepts requests; it is stopped afterwards. `python` stands for this interpreter."""
    port = _free_port()
    stderr = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process; a pipe would fill up
    process = subprocess.Popen(  # noqa: S603  # our own commands
        on_core(core, command),
        cwd=directory,
        env={**os.environ, **environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    )
    one = Process(port, process, stderr)
    try:
        _wait_for(one)
        yield one
    finally:
        _end(one)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait_for(one: Process) -> None:
    for _ in range(300):
        if one.process.poll() is not None:
            one.stderr.seek(0)
            raise RuntimeError(f"{one.process.args!r} exited: {one.stderr.read().decode()[-2000:]}")
        try:
            one.request("/")
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{one.process.args!r} did not start to listen")


def _end(one: Process) -> None:
    one.resume()
    one.process.terminate()
    try:
        one.process.wait(5)
    except subprocess.TimeoutExpired:
        one.process.kill()
        one.process.wait()
    one.stderr.close()
