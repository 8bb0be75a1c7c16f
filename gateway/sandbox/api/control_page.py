"""Write the description of the sandbox as an HTML page without scripts."""

import json
import shlex
from collections.abc import Iterable
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h3 { margin: 2rem 0 0 }
h3 code { font-size: 1rem }
code, pre { font-family: ui-monospace, monospace; font-size: .875rem; overflow-wrap: anywhere }
pre { background: #f3f3f3; padding: .5rem .75rem; white-space: pre-wrap }
table { border-collapse: collapse; margin: .5rem 0; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }
td { border-top: 1px solid #ddd }
td:first-child code { white-space: nowrap }
@media (max-width: 60rem) { table { display: block; overflow-x: auto } }
"""


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>imin sandbox</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def page(index: dict[str, Any], origin: str) -> str:
    """The HTML page for a description from `control_index.index`. origin: of the URLs, http://host:port."""
    api, customers = index["api"], index["customers"]
    (header, key), path = next(iter(api["headers"].items())), api["path"]
    example = f"{origin}{path}/orders?customerIdentifier={next(iter(customers))}"
    parts = [
        "<h1>imin sandbox</h1>",
        f"<p>{escape(index['description'])} The time of the sandbox is {_code(index['now'])}.</p>",
        f"<p>This page as JSON: {_code(f'curl {origin}/sandbox')}</p>",
        "<h2>imin's API</h2>",
        f"<p>Under {_code(path)}, with the header {_code(f'{header}: {key}')}:</p>",
        f"<p>{'<br>'.join(map(_code, api['routes']))}</p>",
        _command("curl", "-H", f"{header}: {key}", example),
        *(_imin_example(one, origin, f"{header}: {key}") for one in api["examples"]),
        "<h2>Customers</h2>",
        _table(("Identifier", "Orders"), ((_code(name), str(count)) for name, count in customers.items())),
        "<h2>Control requests</h2>",
        "<p>From this machine only, without a key. Bodies are JSON; names may also be in camelCase.</p>",
        *(_request(request, origin, index["example_identifiers"]) for request in index["control"]),
        "<h2>Faults</h2>",
        f"<p>The values of {_code('kind')} in {_code('POST /sandbox/faults')}.</p>",
        _table(("Kind", "Effect"), ((_code(kind), escape(text)) for kind, text in index["faults"].items())),
        "<h2>Assumptions about imin</h2>",
        _table(
            ("Subject", "imin's documentation", "This sandbox"),
            ([escape(text) for text in assumption.values()] for assumption in index["assumptions"]),
        ),
    ]
    return _PAGE.format(style=_STYLE, body="\n".join(parts))


def _request(request: dict[str, Any], origin: str, identifiers: dict[str, str]) -> str:
    fields = (
        (
            _code(field["name"]),
            escape(field["type"]),
            _code(json.dumps(field["default"])) if "default" in field else "required",
            escape(field["description"]),
        )
        for field in request["body"]
    )
    parts = [
        f"<h3>{_address(request)}</h3>",
        f"<p>{escape(request['description'])}</p>",
        _table(("Field", "Type", "Default", "Meaning"), fields) if request["body"] else "",
        _curl(request, origin, identifiers) if _has_command(request) else "",
    ]
    return "\n".join(filter(None, parts))


def _imin_example(example: dict[str, Any], origin: str, key: str) -> str:
    body = ("-d", json.dumps(example["body"])) if example["body"] is not None else ()
    command = _command("curl", "-X", example["method"], origin + example["path"], "-H", key, *body)
    return f"<p>{escape(example['description'])}</p>\n{command}"


def _address(request: dict[str, Any]) -> str:
    address = _code(f"{request['method']} {request['path']}")
    return f'<a href="{escape(request["path"])}">{address}</a>' if request["method"] == "GET" else address


def _has_command(request: dict[str, Any]) -> bool:
    return "example" in request or (request["method"] == "POST" and not request["body"])


def _curl(request: dict[str, Any], origin: str, identifiers: dict[str, str]) -> str:
    kind = request["path"].removeprefix("/sandbox/").partition("/")[0]
    url = origin + request["path"].replace("{identifier}", identifiers.get(kind, ""))
    body = ("-d", json.dumps(request["example"])) if "example" in request else ()
    return _command("curl", "-X", request["method"], url, *body)


def _command(*words: str) -> str:
    return f"<pre>{escape(shlex.join(words))}</pre>"


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table. rows: of HTML."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
