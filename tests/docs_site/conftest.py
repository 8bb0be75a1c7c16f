"""The documentation site, built once for a run of the tests."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.tree import PROJECT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. mkdocs is strict: a broken link or heading fails it."""
    base = tmp_path_factory.getbasetemp()
    # The workers of pytest-xdist have folders of their own, side by side.
    folder = (base.parent if base.name.startswith("popen-") else base) / "documentation"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "index.html").exists():
            _build(folder)
    return folder


def _build(folder: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    process = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603  # ours
    if process.returncode:
        shutil.rmtree(folder, ignore_errors=True)
    assert process.returncode == 0, process.stderr
