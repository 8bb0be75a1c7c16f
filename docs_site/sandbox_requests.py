"""The control requests of the sandbox as Markdown, from their declarations."""

import json
from collections.abc import Iterator
from typing import Any

from gateway.sandbox.api.control_routes import CONTROL
from gateway.sandbox.faults.faults import FAULT_KINDS

MARKER = "<!-- sandbox requests -->"
"""Stands in docs/sandbox.md where they are shown."""


def sandbox_requests() -> str:
    """All of them, then the kinds of faults."""
    parts = [part for request in CONTROL for part in _request(request.as_document())]
    faults = ((f"`{kind}`", text) for kind, text in FAULT_KINDS.items())
    parts += ["### Kinds of faults", _table(("kind", "effect"), faults)]
    return "\n\n".join(parts)


def _request(request: dict[str, Any]) -> Iterator[str]:
    yield f"### {request['method']} {request['path']}"
    yield request["description"]
    if request["body"]:
        fields = (
            (
                f"`{field['name']}`",
                field["type"],
                f"`{json.dumps(field['default'])}`" if "default" in field else "required",
                field["description"],
            )
            for field in request["body"]
        )
        yield _table(("field", "type", "default", "meaning"), fields)
    if "example" in request:
        url = f"http://127.0.0.1:8001{request['path']}"
        method = "" if request["method"] == "POST" else f"-X {request['method']} "
        yield f"```sh\ncurl -s {method}{url} \\\n  -d '{json.dumps(request['example'])}'\n```"


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |" for cells in lines
    )
