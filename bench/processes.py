"""Processes of the benchmark: started on one core, asked, measured, ended."""

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
PATIENCE_SECONDS, IDLE_SECONDS = 2.0, 0.05


def on_core(core: str, command: list[str]) -> list[str]:
    """A command held to one core, which ends with this process however that ends."""
    words = [sys.executable if word == "python" else word for word in command]
    return ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", core, *words]


@dataclass
class Process:
    """A server under its own process id. told: what it wrote on standard error."""

    port: int
    process: subprocess.Popen[bytes]
    told: IO[bytes]

    def ask(self, path: str, body: Any = None) -> bytes:
        """What it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse().read()
        connection.close()
        return answer

    def cpu_seconds(self) -> float:
        """Processor time used so far, by all its threads."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def megabytes(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0

    def pause(self) -> None:
        """Take no processor time while another is measured.

        It first ends what it is at: stopped in the middle of calls to imin, it would find them all out of
        time when it goes on, and a good gateway would stop asking.
        """
        latest, used = time.monotonic() + PATIENCE_SECONDS, -1.0
        while used != (used := self.cpu_seconds()) and time.monotonic() < latest:
            time.sleep(IDLE_SECONDS)
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def running(
    command: list[str], core: str, directory: Path | None = None, **environment: str
) -> Iterator[Process]:
    """A server that accepts requests; it is stopped afterwards. `python` stands for this interpreter."""
    port = _free_port()
    told = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process; a pipe would fill up
    process = subprocess.Popen(  # noqa: S603  # commands of ours
        on_core(core, command),
        cwd=directory,
        env={**os.environ, **environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=told,
    )
    one = Process(port, process, told)
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
            one.told.seek(0)
            raise RuntimeError(f"{one.process.args!r} ended: {one.told.read().decode()[-2000:]}")
        try:
            one.ask("/")
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{one.process.args!r} never listened")


def _end(one: Process) -> None:
    one.resume()
    one.process.terminate()
    try:
        one.process.wait(5)
    except subprocess.TimeoutExpired:
        one.process.kill()
        one.process.wait()
    one.told.close()
