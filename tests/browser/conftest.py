"""Fixtures for tests in a real browser."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.processes import installed

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def folder() -> Path:
    """The npm project that drives the browser. Skips the test if there is no browser."""
    if not os.environ.get("CHROMIUM") and not any(map(shutil.which, BROWSERS)):
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on the PATH, and CHROMIUM is not set")
    return installed(Path(__file__).parent)
