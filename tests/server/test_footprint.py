"""What a worker does not load: libraries of features that its settings do not ask for."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

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
SELDOM = {
    "cryptography": "bearer tokens",
    "gateway.sandbox": "a demo",
    "joserfc": "bearer tokens",
    "opentelemetry.sdk.trace": "GATEWAY_TRACES_ENABLED",
    "redis": "GATEWAY_REDIS_URL",
}
"""Top modules, by what they are for."""


async def loaded(command: str, **environment: str) -> set[str]:
    """Those of SELDOM that a gateway has loaded when it accepts requests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, command, cwd=PROJECT, env=clean | environment, stdout=PIPE
    )
    written, _ = await asyncio.wait_for(process.communicate(), 30)
    return SELDOM.keys() & set(json.loads(written))


@pytest.mark.parametrize("profile", ["development", "production"])
async def test_nothing_needless(profile: str) -> None:
    """With no feature asked for, none of them is there."""
    assert await loaded("demo", GATEWAY_PROFILE=profile) == set()


async def test_tokens() -> None:
    """Cryptography comes with bearer tokens, before the first is checked."""
    assert await loaded("serve") == {"cryptography", "joserfc"}


@pytest.mark.parametrize(
    ("name", "value", "libraries"),
    [
        ("REDIS_URL", "redis://127.0.0.1:1", {"cryptography", "redis"}),
        ("TRACES_ENABLED", "true", {"opentelemetry.sdk.trace"}),
    ],
)
async def test_asked_for(name: str, value: str, libraries: set[str]) -> None:
    """What a setting asks for is there before the first request, which need not wait for it."""
    assert await loaded("demo", **{f"GATEWAY_{name}": value}) == libraries
