"""The command line: what each command prints, serves and refuses."""

import ast
import asyncio
import json
import re
import signal
import socket
import sys
import tomllib
from asyncio.subprocess import PIPE

import aiohttp
import pytest

from tests.support.commands import ANSWER, PROJECT, QUERY, REQUIRED, run_command, started
from tests.support.issuer import claims, issuing, rsa_key, token
from tests.support.waiting import HANGS_AFTER

CUSTOMERS = "customers 1234, small, empty, facility, virtual, group, receipts, statuses, abc"


async def test_demo() -> None:
    """The demo needs no configuration, prints one ready line, and ends with 0 on SIGTERM."""
    async with (
        started("demo", "--port", "0", "--sandbox-port", "0") as (process, lines),
        aiohttp.ClientSession() as http,
    ):
        url = lines[-1].removeprefix("ready ")
        assert [re.sub(r"\d+$|\d+(?=/)", "N", line) for line in lines] == [
            "sandbox  http://127.0.0.1:N",
            "GraphiQL http://127.0.0.1:N/graphql",
            "docs     http://127.0.0.1:N/docs/",
            CUSTOMERS,
            "ready http://127.0.0.1:N",
        ]
        async with http.post(f"{url}/graphql", json=QUERY) as response:
            assert await response.json() == ANSWER
        async with http.get(url, headers={"Accept": "text/html"}) as response:
            assert (response.url.path, response.content_type) == ("/graphql", "text/html")

    assert process.returncode == 0


@pytest.mark.parametrize("path", ["orders/{order}/success-webhook", "customers/1234/webhook"])
async def test_demo_webhooks(path: str) -> None:
    """The demo's sandbox can call the webhooks of the demo's gateway, without any configuration."""
    async with (
        started("demo", "--port", "0", "--sandbox-port", "0") as (_, lines),
        aiohttp.ClientSession() as http,
    ):
        control = f"{lines[0].removeprefix('sandbox').strip()}/sandbox"
        async with http.post(f"{control}/orders") as response:
            order = (await response.json())["identifier"]
        async with http.post(f"{control}/{path.format(order=order)}") as response:
            assert await response.json() == {"status": 204}


async def test_demo_over_another_imin() -> None:
    """The demo uses another imin, for example a proxy, if GATEWAY_IMIN_BASE_URL names one."""
    async with (
        started("sandbox", "--port", "0") as (_, lines),
        started(
            "demo",
            "--port=0",
            "--sandbox-port=0",
            GATEWAY_IMIN_BASE_URL=lines[-1].removeprefix("ready ") + "/api/v2",
        ) as (_, demo_lines),
        aiohttp.ClientSession() as http,
    ):
        async with http.post(demo_lines[-1].removeprefix("ready ") + "/graphql", json=QUERY) as response:
            assert await response.json() == ANSWER
        async with http.get(lines[-1].removeprefix("ready ") + "/sandbox/ledger") as response:
            assert (await response.json())["counts"] == {"GET /orders": 1}


async def test_serve() -> None:
    """`gateway serve` serves a customer with a token, and no request without one."""
    key = rsa_key()
    async with (
        issuing(key) as issuer,
        started("sandbox", "--port", "0") as (_, lines),
        started(
            "serve",
            "--port=0",
            **REQUIRED
            | {
                "GATEWAY_IMIN_BASE_URL": lines[-1].removeprefix("ready ") + "/api/v2",
                "GATEWAY_AUTH_PUBLIC_KEY": "",
                "GATEWAY_AUTH_JWKS_URL": issuer.url,
            },
        ) as (process, serve_lines),
        aiohttp.ClientSession() as http,
    ):
        url = serve_lines[-1].removeprefix("ready ") + "/graphql"
        headers = {"Authorization": f"Bearer {token(key, claims('1234'))}"}
        async with http.post(url, json=QUERY, headers=headers) as response:
            assert await response.json() == ANSWER
        async with http.post(url, json=QUERY) as response:
            assert response.status == 401

    assert [re.sub(r"\d+$", "N", line) for line in serve_lines] == ["ready http://127.0.0.1:N"]
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (
            ["serve"],
            {},
            "gateway: set GATEWAY_IMIN_API_KEY, GATEWAY_AUTH_JWKS_URL, GATEWAY_AUTH_ISSUER and GATEWAY_AUTH",
        ),
        (
            ["serve"],
            {**REQUIRED, "GATEWAY_IMIN_API_KEY": ""},
            "gateway: set GATEWAY_IMIN_API_KEY first",
        ),
        (
            ["serve"],
            {**REQUIRED, "GATEWAY_AUTH_PUBLIC_KEY": ""},
            "gateway: set GATEWAY_AUTH_JWKS_URL first",
        ),
        (
            ["serve"],
            {**REQUIRED, "GATEWAY_AUTH_PUBLIC_KEY": "x"},
            "gateway: GATEWAY_AUTH_PUBLIC_KEY: is neither a PEM public key nor a JWK",
        ),
        (["demo"], {"GATEWAY_PORT": "no"}, "gateway: GATEWAY_PORT: must be a whole number"),
        (
            ["demo"],
            {"GATEWAY_PORT": "no", "GATEWAY_PROFILE": "prod"},
            "gateway: GATEWAY_PORT: must be a whole number\ngateway: GATEWAY_PROFILE: must be 'dev",
        ),
        (
            ["demo", "--sandbox-port", "0"],
            {"GATEWAY_STATE_PATH": "/nowhere/state"},
            "gateway: GATEWAY_STATE_PATH: cannot use the file /nowhere/state: No such file or directory\n",
        ),
        (["demo", "--port", "99999"], {}, "a port is 0 to 65535, got '99999'"),
        ([], {}, "the following arguments are required: command"),
    ],
)
async def test_refuses_to_start(arguments: list[str], environment: dict[str, str], message: str) -> None:
    """A command that cannot work does not start, and names the variable or argument that is wrong."""
    status, output, errors = await run_command(*arguments, **environment)

    assert (status, output) == (2, "")
    assert message in errors


@pytest.mark.parametrize(
    ("arguments", "environment", "options"),
    [
        (["serve", "--port"], REQUIRED, "--port or GATEWAY_PORT"),
        (["serve", "--workers", "2", "--port"], REQUIRED, "--port or GATEWAY_PORT"),
        (["sandbox", "--port"], {}, "--port"),
        (["demo", "--sandbox-port", "0", "--port"], {}, "--port, with make: PORT="),
        (["demo", "--port", "0", "--sandbox-port"], {}, "--sandbox-port, with make: SANDBOX_PORT="),
    ],
)
async def test_port_taken(arguments: list[str], environment: dict[str, str], options: str) -> None:
    """A command whose port is in use names the address and the options that choose another port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        status, output, errors = await run_command(*arguments, port, **environment)

    assert (status, output) == (2, "")
    assert errors == (
        f"gateway: cannot listen on 127.0.0.1:{port}: Address already in use. "
        f"Choose another port ({options}); 0 picks a free one.\n"
    )


@pytest.mark.parametrize("command", ["serve", "demo", "sandbox", "schema", "token", "check-documents"])
async def test_help(command: str) -> None:
    """The help of a command says what the command does, as the list of commands does."""
    overview, description = [
        " ".join((await run_command(*arguments))[1].split())
        for arguments in (["--help"], [command, "--help"])
    ]

    summary = re.search(rf" {command} ([A-Z][^.]*\.)", overview)
    assert summary
    assert summary[1] in description


async def test_version() -> None:
    """`gateway --version` prints the version of pyproject.toml."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert await run_command("--version") == (0, f"imin-gateway {project['version']}\n", "")


async def test_host_unknown() -> None:
    """A host that cannot be listened on is named, without advice about ports."""
    status, _, errors = await run_command("sandbox", "--host", "192.0.2.1", "--port", "0")

    assert status == 2
    assert errors == "gateway: cannot listen on 192.0.2.1:0: Cannot assign requested address.\n"


async def run_without_packages(*arguments: str) -> tuple[int | None, str, str]:
    """Exit status, output and errors of a Python that finds only the repository and the standard library."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-E", "-S", *arguments, cwd=PROJECT, stdout=PIPE, stderr=PIPE
    )
    output, errors = await asyncio.wait_for(process.communicate(), HANGS_AFTER)
    return process.returncode, output.decode(), errors.decode()


async def test_dependencies_missing() -> None:
    """Without the dependencies, one line says what is missing and how to install it."""
    status, output, errors = await run_without_packages("-m", "gateway", "demo")

    assert (status, output) == (1, "")
    assert re.fullmatch(
        r"gateway: \w+ is not installed\. `make run` installs everything and starts a demo; "
        r"without make: pip install -r requirements/runtime\.lock\n",
        errors,
    )


async def test_python_too_old() -> None:
    """On an old Python, one line names its version and the one that is needed."""
    program = """
import runpy, sys
sys.version_info = (3, 9, 18, "final", 0)
runpy.run_module("gateway", run_name="__main__", alter_sys=True)
"""

    status, output, errors = await run_without_packages("-c", program)

    assert (status, output) == (1, "")
    assert errors == (
        "gateway: Python 3.11 or newer is needed, and this is 3.9. With make: make run PYTHON=python3.11\n"
    )


def test_old_pythons_can_parse_the_entry() -> None:
    """The files that an old Python parses before it prints that line have no newer syntax."""
    for name in ("__init__.py", "__main__.py"):
        ast.parse((PROJECT / "gateway" / name).read_text(), feature_version=(3, 7))


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_misspelt_variable(workers: str) -> None:
    """A misspelt variable is logged once at startup with the setting it resembles, and never its value."""
    options = {
        "GATEWAY_AUTH_PUBLIC_KEY": json.dumps(rsa_key().as_dict(private=False)),
        "GATEWAY_CORS_ORIGIN": "https://app.example.com",
        "GATEWAY_STATE_PATH": ":memory:",
    }
    async with started("serve", "--workers", workers, **REQUIRED | options) as (process, _):
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), HANGS_AFTER)

    lines = [json.loads(line) for line in log.decode().splitlines()]
    assert [(line["level"], line["event"], line["reason"]) for line in lines] == [
        (
            "warning",
            "unknown setting",
            "GATEWAY_CORS_ORIGIN is not a setting; did you mean GATEWAY_CORS_ORIGINS?",
        )
    ]


@pytest.mark.parametrize(
    ("profile", "secret", "warnings"),
    [("production", "", 1), ("production", "a secret of some length", 0), ("development", "", 0)],
)
async def test_ids_signed_with_the_api_key(profile: str, secret: str, warnings: int) -> None:
    """In production a missing GATEWAY_ID_SECRET is logged at startup, with what it will cost."""
    options = {
        "GATEWAY_AUTH_PUBLIC_KEY": json.dumps(rsa_key().as_dict(private=False)),
        "GATEWAY_ID_SECRET": secret,
        "GATEWAY_PROFILE": profile,
    }
    async with started("serve", **REQUIRED | options) as (process, _):
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), HANGS_AFTER)

    reason = (
        "GATEWAY_ID_SECRET is not set, so imin's API key signs global ids: "
        "changing that key would invalidate every id that clients hold"
    )
    lines = [json.loads(line) for line in log.decode().splitlines()]
    assert [(line["event"], line["reason"]) for line in lines] == [("risky setting", reason)] * warnings
