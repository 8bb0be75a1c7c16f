"""Read and write JSON bodies."""

import json
from typing import Any

import orjson
from aiohttp import web

from gateway.sandbox.data.error_documents import IminError, invalid_body


def json_response(document: Any, status: int = 200) -> web.Response:
    """A JSON response with the headers that Express sends."""
    return web.Response(
        body=json_bytes(document), status=status, content_type="application/json", charset="utf-8"
    )


def json_bytes(document: Any) -> bytes:
    """The document as JSON."""
    try:
        return orjson.dumps(document)
    except TypeError:
        # A test may put an order with integers of more than 64 bits.
        return json.dumps(document).encode()


def error_response(error: IminError) -> web.Response:
    """An error of the simulated imin as its HTTP response."""
    return json_response(error.body, error.status)


async def json_body(request: web.Request) -> Any:
    """The decoded body. Raises IminError (400) if it is not JSON."""
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise invalid_body(f"The request body is not JSON: {error}") from error
