"""Trying sign-in: `gateway token` makes tokens, and `gateway demo --auth` requires them."""

import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from joserfc import jwt

from gateway.demo_issuer import demo_token, load_key
from tests.server.test_command_line import CUSTOMERS
from tests.support.commands import ANSWER, QUERY, run_command, started
from tests.support.issuer import rsa_key, token

NAMED = {"query": '{ customer(identifier: "small") { identifier } }'}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own, for the commands and this process."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


async def signed_in(*arguments: str) -> dict[str, str]:
    """Headers with a token that the command prints."""
    status, output, errors = await run_command("token", *arguments)
    assert (status, errors) == (0, "")
    return {"Authorization": f"Bearer {output.rstrip()}"}


async def test_sign_in() -> None:
    """Without a token the demo serves nothing; with one it serves its customer, or any for a service."""
    customer, service = await signed_in("1234", "--expires", "5m"), await signed_in("--service")
    expired = {"Authorization": f"Bearer {demo_token(load_key(), '1234', -1)}"}
    foreign = {"Authorization": f"Bearer {token(rsa_key())}"}
    async with (
        # Settings of another issuer are ignored.
        started("demo", "--auth", "--port=0", "--sandbox-port=0", GATEWAY_AUTH_ISSUER="x") as (_, lines),
        aiohttp.ClientSession() as http,
    ):
        url = lines[-1].removeprefix("ready ") + "/graphql"

        async def send(query: dict[str, Any], headers: dict[str, str]) -> tuple[int, Any]:
            async with http.post(url, json=query, headers=headers) as response:
                answer = await response.json()
                messages = [error["message"] for error in answer.get("errors", ())]
                return response.status, messages or answer

        assert await send(QUERY, customer) == (200, ANSWER)
        assert await send(NAMED, service) == (200, {"data": {"customer": {"identifier": "small"}}})
        assert await send(NAMED, customer) == (200, {"data": {"customer": None}})
        assert await send(QUERY, {}) == (401, ["Please sign in."])
        assert await send(QUERY, expired) == (401, ["The token has expired."])
        assert await send(QUERY, foreign) == (401, ["The token is not valid."])
        assert [re.sub(r"\d+$|\d+(?=/)", "N", line) for line in lines] == [
            "sandbox  http://127.0.0.1:N",
            "GraphiQL http://127.0.0.1:N/graphql",
            "issuer   http://127.0.0.1:N/.well-known/jwks.json",
            "token    gateway token CUSTOMER [--service] [--expires 5m]",
            CUSTOMERS,
            "ready http://127.0.0.1:N",
        ]
        async with http.get(lines[2].split()[1]) as response:
            assert await response.json() == {"keys": [load_key().as_dict(private=False)]}


async def test_token(state: Path) -> None:
    """The token is alone on stdout; a file that only its owner can read keeps the key for the next one."""
    first, second = [
        await run_command("token", *arguments) for arguments in (["small"], ["1234", "--expires=2m"])
    ]

    file = state / "imin-gateway" / "demo-issuer-key.json"
    assert os.listdir(file.parent) == [file.name]  # noqa: PTH208  # the rest of the test is asynchronous
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = load_key()
    for (status, output, errors), customer, lifetime in ((first, "small", 3_600), (second, "1234", 120)):
        assert (status, errors, output.count("\n")) == (0, "", 1)
        claims = jwt.decode(output.strip(), key).claims
        assert (claims["sub"], claims["exp"] - claims["iat"]) == (customer, lifetime)
        assert json.loads(file.read_text())["d"] not in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a CUSTOMER, for example 1234, or use --service."),
        (["a/b"], "CUSTOMER must be an identifier that imin could have issued, for example 1234."),
        (["1234", "--expires", "5"], "must be a whole number with s, m, h or d, for example 5m, got '5'"),
        (["1234", "--expires", "5 min"], "with s, m, h or d, for example 5m, got '5 min'"),
        (["1234", "--expires", "1.5h"], "with s, m, h or d, for example 5m, got '1.5h'"),
        (["1234", "--expires=-5m"], "with s, m, h or d, for example 5m, got '-5m'"),
        (["1234", "--expires", ""], "with s, m, h or d, for example 5m, got ''"),
        (["1234", "--expires", "0s"], "must be 1s to 365d, got '0s'"),
        (["1234", "--expires", "366d"], "must be 1s to 365d, got '366d'"),
    ],
)
async def test_refused(state: Path, arguments: list[str], message: str) -> None:
    """What is no duration or customer is refused, by a message with the rule, before a key is created."""
    status, output, errors = await run_command("token", *arguments)

    assert (status, output) == (2, "")
    assert message in errors
    assert os.listdir(state) == []  # noqa: PTH208  # as above


@pytest.mark.parametrize("command", [("token", "1234"), ("demo", "--auth", "--port=0", "--sandbox-port=0")])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"d": "secret"}', "holds no key: remove it, and a new one is created.\n"),
        (None, "Is a directory. XDG_STATE_HOME chooses another folder.\n"),
    ],
)
async def test_key_unusable(state: Path, command: tuple[str, ...], content: str | None, message: str) -> None:
    """A key file that cannot be used is named, without what it holds."""
    file = state / "imin-gateway" / "demo-issuer-key.json"
    file.parent.mkdir()
    if content is None:
        file.mkdir()
    else:
        file.write_text(content)

    status, output, errors = await run_command(*command)

    assert (status, output) == (2, "")
    assert f"file {file}" in errors
    assert errors.endswith(message)
    assert "secret" not in errors
