"""Trying sign-in: `gateway token` makes tokens, and `gateway demo --auth` requires them."""

import html
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from joserfc import jwt

from gateway.auth import demo_caller
from gateway.auth.bearer import bearer_authentication
from gateway.commands import gateway_listening
from gateway.demo_identities import demo_extras
from gateway.demo_issuer import demo_token, load_key, trusting
from gateway.settings.model import Settings
from tests.server.test_command_line import CUSTOMERS
from tests.support.commands import ANSWER, QUERY, run_command, started
from tests.support.issuer import rsa_key, token

WHO = {"query": "{ viewer { identifier } }"}
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
            "docs     http://127.0.0.1:N/docs/",
            "issuer   http://127.0.0.1:N/.well-known/jwks.json",
            "token    gateway token CUSTOMER [--service] [--expires 5m]",
            CUSTOMERS,
            "ready http://127.0.0.1:N",
        ]
        async with http.get(lines[3].split()[1]) as response:
            assert await response.json() == {"keys": [load_key().as_dict(private=False)]}


async def test_identities(settings: Settings) -> None:
    """GraphiQL's page names the sandbox's customers and tokens that are refused, and gets a token of each."""
    extras = demo_extras("http://127.0.0.1:1/sandbox", with_tokens=True)
    auth = trusting(settings, "http://127.0.0.1:1")
    key = json.dumps(load_key().as_dict(private=False))
    async with (
        bearer_authentication(auth.but(auth_jwks_url=None, auth_public_key=key)) as authenticate,
        gateway_listening(settings, authenticate, demo_extras=extras) as url,
        aiohttp.ClientSession(url) as http,
    ):
        facts = await facts_of(http)
        outcomes = {}
        for identity in facts["identities"]:
            headers, lifetime = {}, None
            if identity["hasToken"]:
                async with http.post(f"/{facts['tokens']}{identity['name']}") as response:
                    answer = await response.json()
                headers = {"Authorization": f"Bearer {answer['token']}"}
                lifetime = answer["lifetimeSeconds"]
            async with http.post("/graphql", json=WHO, headers=headers) as response:
                answer = await response.json()
            outcomes[identity["name"]] = response.status, lifetime, answer.get("data") or codes_of(answer)

    customers = CUSTOMERS.removeprefix("customers ").split(", ")
    assert [customer["identifier"] for customer in facts["customers"]] == customers
    assert outcomes == {
        **{name: (200, 3_600, {"viewer": {"identifier": name}}) for name in customers},
        "short": (200, 30, {"viewer": {"identifier": "1234"}}),
        "service": (200, 3_600, {"viewer": None}),
        "none": (401, None, ["UNAUTHENTICATED"]),
        "expired": (401, -1, ["UNAUTHENTICATED"]),
        "foreign": (401, 3_600, ["UNAUTHENTICATED"]),
        "no-customer": (403, 3_600, ["FORBIDDEN"]),
    }


@pytest.mark.parametrize(
    ("name", "headers", "status"),
    [
        ("small", {"Origin": "http://localhost:5173"}, 200),
        ("small", {"Host": "localhost:8000"}, 200),
        ("small", {"Origin": "https://app.example.com"}, 403),
        ("small", {"Origin": "null"}, 403),
        ("small", {"Host": "rebound.example.com"}, 403),
        ("small", {"Host": "localhost.example.com:8000"}, 403),
        ("none", {}, 404),
        ("nobody", {}, 404),
    ],
)
async def test_tokens_on_this_machine(
    settings: Settings, name: str, headers: dict[str, str], status: int
) -> None:
    """Only pages of this machine get tokens, also if a setting allows other origins."""
    extras = demo_extras("http://127.0.0.1:1/sandbox", with_tokens=True)
    allowing = settings.but(cors_origins="https://app.example.com")
    async with (
        gateway_listening(allowing, demo_caller, demo_extras=extras) as url,
        aiohttp.ClientSession() as http,
        http.post(f"{url}/graphiql/tokens/{name}", headers=headers) as response,
    ):
        assert response.status == status
        assert ("token" in await response.json()) == (status == 200)
        assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("with_extras", [True, False])
async def test_no_tokens(settings: Settings, *, with_extras: bool) -> None:
    """Without --auth, and in `gateway serve`, there are no tokens, and the page names no identities."""
    extras = demo_extras("http://127.0.0.1:1/sandbox", with_tokens=False) if with_extras else None
    async with (
        gateway_listening(settings, demo_caller, demo_extras=extras) as url,
        aiohttp.ClientSession(url) as http,
    ):
        facts = await facts_of(http)
        async with http.post("/graphiql/tokens/small") as response:
            assert response.status == 404

    assert facts == ({**facts, "identities": []} if with_extras else {})


async def facts_of(http: aiohttp.ClientSession) -> dict[str, Any]:
    """What the page knows of its gateway's demo."""
    async with http.get("/graphql", headers={"Accept": "text/html"}) as response:
        text = re.findall('data-facts="(.*?)"', await response.text())[0]
    facts: dict[str, Any] = json.loads(html.unescape(text)).get("demo", {})
    return facts


def codes_of(answer: dict[str, Any]) -> list[str]:
    """The codes of the errors."""
    return [error["extensions"]["code"] for error in answer["errors"]]


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
