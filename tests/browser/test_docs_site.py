"""The documentation site in a real browser: its search, its policy, and what axe finds."""

import asyncio
from pathlib import Path

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.settings.model import Settings
from tests.docs_site.conftest import site
from tests.support.processes import run_script

__all__ = ["site"]

VIEWS = "390:dark,1400:light"
PAGES = ("index.html", "reconnecting.html", "reference/OrderItem.html")


@pytest.mark.settings(profile="production")
async def test_served(folder: Path, site: Path, settings: Settings) -> None:
    """Served by the gateway: axe finds nothing, the search finds the guide, nothing comes from elsewhere."""
    async with gateway_listening(settings.but(docs_path=site), demo_caller) as url:
        seen = await asyncio.to_thread(run_script, folder, "site.mjs", f"{url}/docs", VIEWS, "cancel", *PAGES)

    assert seen["violations"] == []
    assert seen["results"][0][0].partition("?")[0] == f"{url}/docs/cancellation.html"
    assert (seen["outside"], seen["cspViolations"], seen["consoleErrors"]) == ([], [], [])


def test_opened_from_a_folder(folder: Path, site: Path) -> None:
    """Opened as files, without a server, the search works too."""
    seen = run_script(folder, "site.mjs", f"file://{site}", "", "cancel", "index.html")

    assert [path.partition("?")[0] for path, _ in seen["results"]][:1] == [f"file://{site}/cancellation.html"]
    assert seen["consoleErrors"] == []
    assert {request.partition(":")[0] for request in seen["requests"]} <= {"file", "data"}
