"""The documentation site, built once for the tests of a process."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.tree import PROJECT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. mkdocs is strict: a broken link or heading fails it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    process = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603  # ours
    assert process.returncode == 0, process.stderr
    return folder
