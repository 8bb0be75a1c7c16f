"""Processes for tests of real clients: the demo, and Node scripts."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

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


@contextmanager
def running_demo() -> Iterator[str]:
    """Run `gateway demo` on free ports, with long timeouts; yields the gateway's URL when it is ready."""
    timeouts = ("GATEWAY_IMIN_TIMEOUT_SECONDS", "GATEWAY_REQUEST_TIMEOUT_SECONDS")
    process = subprocess.Popen(  # noqa: S603  # our own command
        gateway_command("demo", "--port", "0", "--sandbox-port", "0"),
        cwd=REPOSITORY,
        env=clean_environment() | dict.fromkeys(timeouts, str(PLENTY)),
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield _ready_url(process)
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


def run_script(folder: Path, script: str, *arguments: str | Path) -> Any:
    """The JSON that a script prints. If it fails, the assertion shows its stderr."""
    return json.loads(_run("node", script, *map(str, arguments), folder=folder, seconds=_SCRIPT_SECONDS))


def _run(program: str, *arguments: str, folder: Path, seconds: float) -> str:
    command = [shutil.which(program) or program, *arguments]
    process = subprocess.run(  # noqa: S603  # our own scripts
        command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def _ready_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    deadline = Timer(_START_SECONDS, process.kill)
    deadline.start()
    try:
        for line in process.stdout:
            if line.startswith("ready "):
                return line.removeprefix("ready ").strip()
    finally:
        deadline.cancel()
    raise AssertionError(f"`gateway demo` ended, or was not ready after {_START_SECONDS:.0f} s")
