"""Reading a GraphQL request from HTTP. Source: GraphQL over HTTP specification."""

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from gateway.errors import BAD_REQUEST

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"


@dataclass(frozen=True)
class GraphQLRequest:
    """What a client wants executed."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None


class BadRequest(Exception):  # named as HTTP names it
    """The HTTP request is no GraphQL request. The message is meant for the client."""

    def __init__(self, status: int, message: str, *, code: str = BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def media_type_of_answer(request: web.Request) -> str:
    """Media type the client wants the answer in; plain JSON where it says nothing. Raises BadRequest 406."""
    accept = ",".join(request.headers.getall("Accept", ())) or "*/*"
    wanted = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    for media_type in wanted:
        if media_type == RESPONSE_JSON:
            return RESPONSE_JSON
        if media_type in {PLAIN_JSON, "application/*", "*/*"}:
            return PLAIN_JSON
    raise BadRequest(406, f"Accept must allow {RESPONSE_JSON} or {PLAIN_JSON}.")


async def read_request(request: web.Request, *, with_get: bool) -> GraphQLRequest:
    """The GraphQL request. Raises BadRequest."""
    if request.method == "GET":
        if not with_get:
            raise BadRequest(405, "Queries by GET are turned off; use POST.")
        return _checked(_from_query(request))
    if request.content_type != PLAIN_JSON:
        raise BadRequest(415, f"Content-Type must be {PLAIN_JSON}, got {request.content_type[:80]!r}.")
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise BadRequest(415, "The charset must be utf-8.")
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise BadRequest(413, f"The body must be {request.client_max_size} bytes at most.") from error
    except web.HTTPException:
        raise
    except Exception as error:  # corrupt content encoding, or a client that hung up
        raise BadRequest(400, "The body cannot be read.") from error
    return _checked(_parsed(body, "The body"))


def _from_query(request: web.Request) -> dict[str, Any]:
    parameters: dict[str, Any] = dict(request.query)
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _parsed(parameters[name].encode(), name)
    return parameters


def _parsed(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        raise BadRequest(400, f"{what} must be JSON.") from None


def _asks_for_persisted(extensions: Any) -> bool:
    return isinstance(extensions, dict) and "persistedQuery" in extensions


def _checked(parameters: Any) -> GraphQLRequest:
    if isinstance(parameters, list):
        raise BadRequest(400, "Batching is not supported: the body must be one JSON object, got a list.")
    if not isinstance(parameters, dict):
        raise BadRequest(400, "The body must be a JSON object.")
    query = parameters.get("query")
    if query is None and _asks_for_persisted(parameters.get("extensions")):
        # Apollo's protocol: the client then sends the text, and stops asking.
        raise BadRequest(200, "PersistedQueryNotSupported", code="PERSISTED_QUERY_NOT_SUPPORTED")
    if not isinstance(query, str):
        raise BadRequest(400, "query must be a text." if "query" in parameters else "query is missing.")
    operation_name = parameters.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise BadRequest(400, "operationName must be a text.")
    for name in ("variables", "extensions"):
        if not isinstance(parameters.get(name), dict | None):
            raise BadRequest(400, f"{name} must be a JSON object.")
    return GraphQLRequest(query, parameters.get("variables"), operation_name, parameters.get("extensions"))
