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

HERE = Path(__file__).parent
TARGET_CORE, LOAD_CORE = "0", "1"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


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
        """Take no processor time while another is measured."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def running(command: list[str], core: str, **environment: str) -> Iterator[Process]:
    """A server that answers by now; it is ended afterwards. `python` stands for this interpreter."""
    port = free_port()
    words = [sys.executable if word == "python" else word for word in command]
    told = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process; a pipe would fill up
    process = subprocess.Popen(  # noqa: S603  # commands of ours
        ["taskset", "-c", core, *words],  # noqa: S607  # as above
        env={**os.environ, **environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=told,
    )
    one = Process(port, process, told)
    try:
        _wait_for(one)
        yield one
    finally:
        one.resume()
        process.terminate()
        process.wait(10)
        told.close()


def _wait_for(one: Process) -> None:
    for _ in range(300):
        if one.process.poll() is not None:
            one.told.seek(0)
            raise RuntimeError(f"{one.process.args} ended: {one.told.read().decode()[-2000:]}")
        try:
            one.ask("/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{one.process.args} never listened")


def load(one: Process, bodies: Path, seconds: float, connections: int) -> float:
    """Requests a second that a server answers when asked as fast as it can. Raises where one failed."""
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    told = subprocess.run(  # noqa: S603  # as above
        [*command, "-s", str(HERE / "post.lua"), f"http://127.0.0.1:{one.port}/graphql"],
        env={**os.environ, "BODIES": str(bodies)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # An answer later than wrk's two seconds counts as none, and is no failure.
    if "Non-2xx" in told or re.search(r"Socket errors: (?!connect 0, read 0, write 0)", told):
        raise RuntimeError(told)
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if not found:
        raise RuntimeError(told)
    return float(found[1])
