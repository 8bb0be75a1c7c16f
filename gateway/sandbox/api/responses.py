"""Documents as HTTP responses."""

import json
from typing import Any

import orjson
from aiohttp import web

from gateway.sandbox.api.errors import Refusal


def json_answer(document: Any, status: int = 200) -> web.Response:
    """A JSON response as Express writes it."""
    return web.Response(
        body=json_bytes(document), status=status, content_type="application/json", charset="utf-8"
    )


def json_bytes(document: Any) -> bytes:
    """The text of a document."""
    try:
        return orjson.dumps(document)
    except TypeError:
        # An order put by a test may hold integers beyond 64 bits.
        return json.dumps(document).encode()


def refuse(refusal: Refusal) -> web.Response:
    """A refusal as a response."""
    return json_answer(refusal.body, refusal.status)
