"""A worker does not load the libraries of features that its settings leave off."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.support.waiting import HANGS_AFTER

PROJECT = Path(__file__).parents[2]
WORKER = """
import asyncio, json, sys
from gateway.commands import gateway_listening
from gateway.auth import demo_caller
from gateway.settings.loader import load_settings

async def main():
    if sys.argv[1] == "serve":
        from gateway.auth.bearer import bearer_authentication
    async with gateway_listening(load_settings(port=0), demo_caller):
        print(json.dumps(sorted(sys.modules)))

asyncio.run(main())
"""
OPTIONAL = {
    "cryptography": "bearer tokens",
    "gateway.sandbox": "a demo",
    "joserfc": "bearer tokens",
    "opentelemetry.sdk.trace": "GATEWAY_TRACES_ENABLED",
    "redis": "GATEWAY_REDIS_URL",
    "zxingcpp": "the first picture of a pass",
    "tzfpy": "a venue of which only the position tells the time zone",
}
"""Modules, and what needs them."""


async def loaded(command: str, **environment: str) -> set[str]:
    """The modules of OPTIONAL that a gateway has loaded when it accepts requests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, command, cwd=PROJECT, env=clean | environment, stdout=PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(), HANGS_AFTER)
    return OPTIONAL.keys() & set(json.loads(output.splitlines()[-1]))  # after the log


@pytest.mark.parametrize("profile", ["development", "production"])
async def test_nothing_enabled(profile: str) -> None:
    """If no setting enables a feature, none of its modules is loaded."""
    assert await loaded("demo", GATEWAY_PROFILE=profile) == set()


async def test_tokens() -> None:
    """Bearer tokens load cryptography at startup, before the first token is checked."""
    assert await loaded("serve") == {"cryptography", "joserfc"}


@pytest.mark.parametrize(
    ("name", "value", "libraries"),
    [
        ("REDIS_URL", "redis://127.0.0.1:1", {"cryptography", "redis"}),
        ("TRACES_ENABLED", "true", {"opentelemetry.sdk.trace"}),
    ],
)
async def test_enabled(name: str, value: str, libraries: set[str]) -> None:
    """A setting loads its libraries at startup, so that no request waits for them."""
    assert await loaded("demo", **{f"GATEWAY_{name}": value}) == libraries
