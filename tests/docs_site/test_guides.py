"""The guides: every operation fits the schema, and every example gives the answer that it shows."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from graphql import (
    DocumentNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    parse,
    validate,
)

from gateway import errors
from gateway.auth import Authenticate, demo_caller
from gateway.auth.bearer import bearer_authentication
from gateway.commands import gateway_listening
from gateway.commands.token import duration
from gateway.demo import demo_settings
from gateway.demo_issuer import create_issuer, demo_token, load_key, trusting
from gateway.sandbox import Sandbox
from gateway.sandbox.data.customers import CUSTOMERS_BY_IDENTIFIER
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.project.tree import PROJECT
from tests.support.guides import DOCS, Block, Section, commands, curl, sections

SCHEMA = build_schema((PROJECT / "schema.graphql").read_text())
SECTIONS = [section for path in sorted(DOCS.glob("*.md")) for section in sections(path)]
OPERATIONS = [
    (section, block) for section in SECTIONS for block in section.blocks if block.language == "graphql"
]
EXAMPLES = [section for section in SECTIONS if any(block.title == "Answer" for block in section.blocks)]
"""Sections that show an answer. Other pages have tests of their own for what they show."""

GATEWAY, SANDBOX_URL = "http://127.0.0.1:8000", "http://127.0.0.1:8001"
ANYTHING = "…"
"""Stands in an answer for a text that differs each time."""


class Reader:
    """Follows a section as a reader would: sends its operations and its curl commands, in their order."""

    def __init__(self, http: aiohttp.ClientSession, gateway_url: str, sandbox_url: str) -> None:
        self._http = http
        self._urls = {GATEWAY: gateway_url, SANDBOX_URL: sandbox_url}
        self._token = ""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.answer: Any = None

    async def run(self, shell: str) -> None:
        for command in commands(shell):
            if match := re.fullmatch(r"TOKEN=\$\(\.venv/bin/gateway token (.+)\)", command):
                self._token = token_of(match[1].split())
            elif command.startswith("curl"):
                request = curl(command.replace("$TOKEN", self._token))
                await self._send(request.method, request.url, request.headers, request.body)

    async def query(self, text: str, variables: Any) -> None:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        body = json.dumps({"query": text, "variables": variables})
        await self._send("POST", f"{GATEWAY}/graphql", headers, body)

    async def _send(self, method: str, url: str, headers: dict[str, str], body: str | None) -> None:
        for shown, real in self._urls.items():
            url = url.replace(shown, real)
        async with self._http.request(method, url, headers=headers, data=body) as response:
            self.status, self.headers = response.status, dict(response.headers)
            is_json = "json" in response.headers.get("Content-Type", "")
            self.answer = json.loads(await response.text()) if is_json else None


def started_with(section: Section) -> dict[str, str]:
    """Variables with which the section starts `make run`."""
    shell = "\n".join(block.text for block in section.blocks if block.language == "sh")
    command = re.search(r"^((?:GATEWAY_\w+=\S+ )+)make run$", shell, re.MULTILINE)
    return dict(pair.split("=", 1) for pair in command[1].split()) if command else {}


def token_of(arguments: list[str]) -> str:
    """What `gateway token` prints for these arguments."""
    seconds = duration(arguments[arguments.index("--expires") + 1]) if "--expires" in arguments else 3_600
    customer = None if arguments[0].startswith("--") else arguments[0]
    return demo_token(load_key(), customer, seconds, is_service="--service" in arguments)


def shown_as(answer: Any, example: Any) -> Any:
    """The answer, with the texts that the example does not show replaced as in the example."""
    if example == ANYTHING and isinstance(answer, str):
        return ANYTHING
    if isinstance(answer, float) and isinstance(example, float):
        return example  # a measurement
    if isinstance(answer, dict) and isinstance(example, dict):
        return {name: shown_as(value, example.get(name)) for name, value in answer.items()}
    if isinstance(answer, list) and isinstance(example, list) and len(answer) == len(example):
        return [shown_as(one, other) for one, other in zip(answer, example, strict=True)]
    return answer


@pytest.fixture
async def reader(
    settings: Settings,
    imin: tuple[Sandbox, str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Reader]:
    """A reader with `make run` in another terminal, or with `gateway demo --auth` if the page uses tokens."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    sandbox, imin_url = imin
    section = request.getfixturevalue("section")
    async with AsyncExitStack() as running:
        authenticate: Authenticate = demo_caller
        if cached := {
            name.removeprefix("GATEWAY_").lower(): value for name, value in started_with(section).items()
        }:
            settings = demo_settings(Settings().but(**cached)).but(
                port=0, imin_base_url=settings.imin_base_url, imin_api_key=settings.imin_api_key
            )
        if "gateway demo --auth" in (DOCS / section.page).read_text():
            issuer = await running.enter_async_context(listening(create_issuer(), "127.0.0.1"))
            settings = trusting(settings, issuer)
            authenticate = await running.enter_async_context(bearer_authentication(settings))
        gateway = gateway_listening(settings, authenticate, sandbox.clock.now)
        url = await running.enter_async_context(gateway)
        http = await running.enter_async_context(aiohttp.ClientSession())
        yield Reader(http, url, imin_url.removesuffix("/api/v2"))


@pytest.mark.parametrize("section", EXAMPLES, ids=str)
async def test_answers(reader: Reader, section: Section) -> None:
    """Every answer of the section is what the gateway answers to what stands before it."""
    shown: list[Any] = []
    answered: list[Any] = []
    blocks = list(section.blocks)
    while blocks:
        block = blocks.pop(0)
        if block.language == "graphql":
            is_next = bool(blocks) and blocks[0].title == "Variables"
            variables = json.loads(blocks.pop(0).text) if is_next else {}
            await reader.query(block.text, variables)
        elif block.language == "sh":
            await reader.run(block.text)
        elif block.title == "Answer":
            example = answer_of(block)
            shown.append(example)
            answered.append(shown_as(seen_as(reader, example), example))

    assert answered == shown


def answer_of(block: Block) -> dict[str, Any]:
    """The shown body; in a block of language http also the status and some headers."""
    if block.language == "json":
        return {"body": json.loads(block.text)}
    head, _, body = block.text.partition("\n\n")
    status_line, *lines = head.splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    return {"status": int(status_line.split()[1]), "headers": headers} | (
        {"body": json.loads(body)} if body.strip() else {}
    )


def seen_as(reader: Reader, example: dict[str, Any]) -> dict[str, Any]:
    """Of the last response what the example shows."""
    seen = {"status": reader.status, "headers": reader.headers, "body": reader.answer}
    headers = {name: reader.headers.get(name) for name in example.get("headers", ())}
    return {name: headers if name == "headers" else seen[name] for name in example}


@pytest.mark.parametrize(("section", "block"), OPERATIONS, ids=lambda one: str(one)[:60])
async def test_operation(reader: Reader, section: Section, block: Block) -> None:
    """Every operation is valid, and has no errors if it is a query that needs no variables."""
    document = parse(block.text)

    assert validate(SCHEMA, document) == [], section
    if needs_nothing(document):
        await reader.query(block.text, {})
        is_shown = section in EXAMPLES
        assert is_shown or "errors" not in reader.answer, (section, reader.answer)


def needs_nothing(document: DocumentNode) -> bool:
    """Whether it is a query without required variables."""
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    required = [
        one.type for one in operation.variable_definitions or () if isinstance(one.type, NonNullTypeNode)
    ]
    return operation.operation is OperationType.QUERY and not required


def test_every_code_is_explained() -> None:
    """errors.md has a row for each code that clients may see, and for no other."""
    codes = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str)}
    rows = re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "errors.md").read_text(), re.MULTILINE)

    assert sorted(rows) == sorted(codes)


def test_customers_of_the_sandbox() -> None:
    """sandbox.md lists each customer with the number of their orders."""
    page = (DOCS / "sandbox.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", page, re.MULTILINE)

    listed = {name: int(count.replace(",", "")) for name, count in rows}
    assert listed == {name: len(customer.numbers) for name, customer in CUSTOMERS_BY_IDENTIFIER.items()}
