"""Processes for tests of real clients: the demo, and Node scripts."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple

import pytest

from tests.support.waiting import PLENTY

REPOSITORY = Path(__file__).parents[2]

_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
_SCRIPT_SECONDS = 300.0
_INSTALL_SECONDS = 900.0


def gateway_command(*arguments: str) -> list[str]:
    """The command line of a gateway command, with this Python."""
    return [sys.executable, "-m", "gateway", *arguments]


def clean_environment() -> dict[str, str]:
    """The environment without the developer's gateway settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}


class Demo(NamedTuple):
    """The URLs of a running demo: of its gateway and of its sandbox."""

    url: str
    sandbox_url: str


@contextmanager
def running_demo() -> Iterator[str]:
    """Run `gateway demo` on free ports, with long timeouts; yields the gateway's URL when it is ready."""
    with demo_process() as demo:
        yield demo.url


@contextmanager
def demo_process(*options: str, **environment: str) -> Iterator[Demo]:
    """The same with more options and environment variables; yields both URLs."""
    timeouts = ("GATEWAY_IMIN_TIMEOUT_SECONDS", "GATEWAY_REQUEST_TIMEOUT_SECONDS")
    command = gateway_command("demo", "--port", "0", "--sandbox-port", "0", *options)
    with _process(command, dict.fromkeys(timeouts, str(PLENTY)) | environment, REPOSITORY) as process:
        lines = _lines_until(process, re.compile(r"ready (\S+)"))
        sandbox = next(line.split()[1] for line in lines if line.startswith("sandbox "))
        yield Demo(lines[-1].split()[1], sandbox)


@contextmanager
def running_page(folder: Path, **environment: str) -> Iterator[str]:
    """Serve what `vite build` has made in a folder, on a free port; yields the URL."""
    command = ["node", "node_modules/vite/bin/vite.js", "preview", "--host", "127.0.0.1", "--port", "0"]
    with _process(command, environment | {"NO_COLOR": "1"}, folder) as process:
        yield _lines_until(process, re.compile(r".*Local:"))[-1].split()[-1].rstrip("/")


@contextmanager
def _process(
    command: list[str], environment: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[str]]:
    """Run a process, and end it afterwards."""
    process = subprocess.Popen(  # noqa: S603  # our own commands
        command, cwd=folder, env=clean_environment() | environment, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def installed(folder: Path) -> Path:
    """Install the packages of the folder's lock file. Skips the test if there is no Node."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on the PATH")
    lock, installed_lock = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    # Tests in other processes may need them too, and two installations at once break each other.
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not installed_lock.exists() or installed_lock.stat().st_mtime < lock.stat().st_mtime:
            _run("npm", "ci", folder=folder, seconds=_INSTALL_SECONDS)
    return folder


def run_npm(folder: Path, *arguments: str) -> None:
    """Run npm. If it fails, the assertion shows its stderr."""
    _run("npm", *arguments, folder=folder, seconds=_SCRIPT_SECONDS)


def run_script(folder: Path, script: str, *arguments: str | Path) -> Any:
    """The JSON that a script prints. If it fails, the assertion shows its stderr."""
    return json.loads(_run("node", script, *map(str, arguments), folder=folder, seconds=_SCRIPT_SECONDS))


def _run(program: str, *arguments: str, folder: Path, seconds: float) -> str:
    command = [shutil.which(program) or program, *arguments]
    process = subprocess.run(  # noqa: S603  # our own scripts
        command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert process.returncode == 0, process.stderr + process.stdout
    return process.stdout


def _lines_until(process: subprocess.Popen[str], last: re.Pattern[str]) -> list[str]:
    """What a process prints until it is ready."""
    assert process.stdout is not None
    lines = []
    deadline = Timer(_START_SECONDS, process.kill)
    deadline.start()
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if last.match(line):
                return lines
    finally:
        deadline.cancel()
    raise AssertionError(f"not ready: the process ended, or {_START_SECONDS:.0f} s have passed; {lines}")
