"""Reading a GraphQL request from HTTP. Source: GraphQL over HTTP specification."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from aiohttp import hdrs, web
from msgspec import Struct

from gateway.auth import HasHeaders
from gateway.errors import FORBIDDEN
from gateway.http.accept import Weights, accepted, ranges_of, weight_of, weights_in
from gateway.http.body import BadRequest, read_body
from gateway.http.persisted_documents import DocumentRefused, PersistedDocuments

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
EVENT_STREAM = "text/event-stream"

_OURS = {RESPONSE_JSON, *ranges_of(PLAIN_JSON)}
_AS_JSON = ("variables", "extensions")

_PARAMETERS = ("query", "operationName", "variables", "extensions", "documentId")
# A page of another site cannot send these unless CORS allows it. Source: Apollo Server, CSRF prevention.
_PREFLIGHTED = (
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
    "X-Requested-With",
)


class GraphQLRequest(Struct, frozen=True):
    """What a client wants executed."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None


@dataclass(frozen=True)
class RequestReader:
    """How requests are read.

    documents: what clients may name instead of sending it. own_origins: front ends that may ask.
    with_get: whether queries may come by GET. body_seconds: in which a body must arrive.
    """

    documents: PersistedDocuments
    own_origins: tuple[str, ...]
    with_get: bool
    body_seconds: float


def media_type_of_answer(request: HasHeaders) -> str:
    """Media type the client wants the answer in; plain JSON where it says nothing. Raises BadRequest 406."""
    return _best_of(accepted(request))


@lru_cache(maxsize=256)
def _best_of(listed: str) -> str:
    weights = weights_in(listed)
    best = max(weight_of(RESPONSE_JSON, weights), weight_of(PLAIN_JSON, weights))
    if best:
        return _first_of_weight(best, weights)
    if weights.get(EVENT_STREAM):
        return PLAIN_JSON  # of what goes wrong before the stream begins
    raise BadRequest(406, f"Accept must allow {RESPONSE_JSON} or {PLAIN_JSON}.")


def _first_of_weight(best: float, weights: Weights) -> str:
    """The one of our media types that weighs so much; of two, the one that is listed first."""
    liked = [name for name in (PLAIN_JSON, RESPONSE_JSON) if weight_of(name, weights) == best]
    if len(liked) == 1:
        return liked[0]
    # A range holds both: older clients, which name none, know the older one.
    first = next(name for name, weight in weights.items() if weight == best and name in _OURS)
    return RESPONSE_JSON if first == RESPONSE_JSON else PLAIN_JSON


async def read_request(request: web.Request, reading: RequestReader) -> GraphQLRequest:
    """The GraphQL request. Raises BadRequest."""
    if request.method == "GET":
        if not reading.with_get:
            raise BadRequest(405, "Queries by GET are turned off; use POST.")
        _refuse_other_sites(request, reading.own_origins)
        return _checked(_from_query(request), reading.documents)
    if request.content_type != PLAIN_JSON:
        raise BadRequest(415, f"Content-Type must be {PLAIN_JSON}, got {request.content_type[:80]!r}.")
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise BadRequest(415, "The charset must be utf-8.")
    return read_posted(await read_body(request, reading.body_seconds), reading)


def read_posted(body: bytes, reading: RequestReader) -> GraphQLRequest:
    """The GraphQL request in a body that is to be JSON. Raises BadRequest."""
    return _checked(_parsed(body, "The body"), reading.documents)


def _refuse_other_sites(request: web.Request, own_origins: Collection[str]) -> None:
    """Raise BadRequest where a page of another site asks by GET, which its browser tells."""
    if any(name in request.headers for name in _PREFLIGHTED):
        return
    origin = request.headers.get(hdrs.ORIGIN)
    site = request.headers.get("Sec-Fetch-Site", "none")
    own = {f"{request.scheme}://{request.host}", *own_origins}
    if (origin is not None and origin not in own) or (origin is None and site in {"cross-site", "same-site"}):
        raise BadRequest(
            403, f"A page of another site must send the header {_PREFLIGHTED[0]}.", code=FORBIDDEN
        )


def _from_query(request: web.Request) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for name in _PARAMETERS:
        given = request.query.getall(name, [])
        if len(given) > 1:
            raise BadRequest(400, f"{name} must be given once.")
        if given:
            parameters[name] = _parsed(given[0].encode(), name) if name in _AS_JSON else given[0]
    return parameters


def _parsed(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeError, RecursionError):
        raise BadRequest(400, f"{what} must be JSON.") from None


def _checked(parameters: Any, documents: PersistedDocuments) -> GraphQLRequest:
    if isinstance(parameters, list):
        raise BadRequest(400, "Batching is not supported: the body must be one JSON object, got a list.")
    if not isinstance(parameters, dict):
        raise BadRequest(400, "The body must be a JSON object.")
    for name in ("variables", "extensions"):
        if not isinstance(parameters.get(name), dict | None):
            raise BadRequest(400, f"{name} must be a JSON object.")
    try:
        query = documents.text_of(parameters)
    except DocumentRefused as reason:
        raise BadRequest(reason.status, str(reason), code=reason.code) from None
    if not isinstance(query, str):
        raise BadRequest(400, "query must be a text." if "query" in parameters else "query is missing.")
    operation_name = parameters.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise BadRequest(400, "operationName must be a text.")
    return GraphQLRequest(query, parameters.get("variables"), operation_name, parameters.get("extensions"))
