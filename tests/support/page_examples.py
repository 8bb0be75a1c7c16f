"""Run an example of a mutation on a page of docs/: variables, each with the result that the page shows."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.conftest import Gateway
from tests.project.tree import PROJECT
from tests.support.guides import Section, commands, curl, sections

SHOWN_SANDBOX = "http://127.0.0.1:8001"
"""Address of the sandbox on the pages."""


def examples(page: Path) -> dict[str, Section]:
    """The sections of a page that show a result, by heading."""
    shown = [section for section in sections(page) if any(one.title == "Result" for one in section.blocks)]
    return {section.heading: section for section in shown}


def outcomes(mutation: str) -> list[str]:
    """The members of a mutation's union in the schema."""
    schema = (PROJECT / "schema.graphql").read_text()
    union = re.search(rf"union {mutation}Result =(.*?)\n\n", schema, re.DOTALL | re.IGNORECASE)
    assert union
    return [name.strip() for name in union[1].split("|") if name.strip()]


async def run_example(
    example: Section, gateway: Gateway, imin_url: str, call: Callable[[Any], Awaitable[Any]]
) -> list[tuple[Any, Any]]:
    """Send the requests of an example in turn; each answer with the one that the page shows.

    call: gives the answer to variables. gateway: has the HTTP session for requests to the sandbox.
    """
    sandbox_url, answers, blocks = imin_url.removesuffix("/api/v2"), [], list(example.blocks)
    while blocks:
        block = blocks.pop(0)
        if block.language == "sh":
            (request,) = map(curl, commands(block.text))
            url = request.url.replace(SHOWN_SANDBOX, sandbox_url)
            async with gateway.http.request(
                request.method, url, data=request.body, headers=request.headers
            ) as response:
                assert response.ok, await response.text()
        else:
            shown = blocks.pop(0).text.replace(SHOWN_SANDBOX, sandbox_url)
            answers.append((await call(json.loads(block.text)), json.loads(shown)))
    return answers
