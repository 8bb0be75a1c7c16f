"""Read a GraphQL request from HTTP. Source: GraphQL over HTTP specification."""

from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web
from msgspec import Struct

from gateway.errors import FORBIDDEN
from gateway.http.bad_request import BadRequest
from gateway.http.body import read_body
from gateway.http.cors import Cors
from gateway.http.json_input import InvalidJson, parse_json
from gateway.http.media_types import PLAIN_JSON
from gateway.http.persisted_documents import DocumentRefused, PersistedDocuments

_PARAMETERS = ("query", "operationName", "variables", "extensions", "documentId")
_JSON_PARAMETERS = ("variables", "extensions")

# A page of another site cannot send these unless CORS allows it. Source: Apollo Server, CSRF prevention.
_CSRF_HEADERS = (
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
    "X-Requested-With",
)


class GraphQLRequest(Struct, frozen=True):
    """The parameters of a GraphQL request. query: the text of its document, also if the client sent an id."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None


@dataclass(frozen=True)
class RequestReader:
    """Reads and checks GraphQL requests. All methods raise BadRequest.

    documents: those that clients may send an id of. cors: whose pages may query by GET.
    with_get: whether queries by GET are accepted at all. body_seconds: in which a body must arrive.
    """

    documents: PersistedDocuments
    cors: Cors
    with_get: bool
    body_seconds: float

    async def read(self, request: web.Request) -> GraphQLRequest:
        """The GraphQL request of a GET or POST."""
        if request.method == "GET":
            if not self.with_get:
                raise BadRequest(405, "Queries by GET are turned off; use POST.")
            self._refuse_other_sites(request)
            return self._checked(_query_parameters(request))
        if request.content_type != PLAIN_JSON:
            raise BadRequest(415, f"Content-Type must be {PLAIN_JSON}, got {request.content_type[:80]!r}.")
        if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
            raise BadRequest(415, "The charset must be utf-8.")
        return self.parse(await read_body(request, self.body_seconds))

    def parse(self, body: bytes) -> GraphQLRequest:
        """The GraphQL request in a JSON body."""
        return self._checked(_parsed_json(body, "The body"))

    def _checked(self, parameters: Any) -> GraphQLRequest:
        if isinstance(parameters, list):
            raise BadRequest(400, "Batching is not supported: the body must be one JSON object, got a list.")
        if not isinstance(parameters, dict):
            raise BadRequest(400, "The body must be a JSON object.")
        variables, extensions = parameters.get("variables"), parameters.get("extensions")
        for name, value in (("variables", variables), ("extensions", extensions)):
            if not isinstance(value, dict | None):
                raise BadRequest(400, f"{name} must be a JSON object.")
        try:
            query = self.documents.text_of(parameters)
        except DocumentRefused as reason:
            raise BadRequest(reason.status, str(reason), code=reason.code) from None
        if not isinstance(query, str):
            raise BadRequest(400, "query must be a string." if "query" in parameters else "query is missing.")
        operation_name = parameters.get("operationName")
        if operation_name is not None and not isinstance(operation_name, str):
            raise BadRequest(400, "operationName must be a string.")
        return GraphQLRequest(query, variables, operation_name, extensions)

    def _refuse_other_sites(self, request: web.Request) -> None:
        """Refuse a GET by a page of another site, which its browser shows by `Origin` or `Sec-Fetch-Site`."""
        if any(name in request.headers for name in _CSRF_HEADERS):
            return
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is None:
            is_own = request.headers.get("Sec-Fetch-Site", "none") not in {"cross-site", "same-site"}
        else:
            is_own = origin == f"{request.scheme}://{request.host}" or self.cors.allows(origin)
        if not is_own:
            if origin is not None:
                self.cors.log_refusal(origin)
            message = f"A page of another site must send the header {_CSRF_HEADERS[0]}."
            raise BadRequest(403, message, code=FORBIDDEN)


def _query_parameters(request: web.Request) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for name in _PARAMETERS:
        values = request.query.getall(name, [])
        if len(values) > 1:
            raise BadRequest(400, f"{name} must be given once.")
        if values:
            is_json = name in _JSON_PARAMETERS
            parameters[name] = (
                _parsed_json(values[0].encode(errors="surrogatepass"), name) if is_json else values[0]
            )
    return parameters


def _parsed_json(text: bytes, what: str) -> Any:
    try:
        return parse_json(text)
    except InvalidJson as reason:
        raise BadRequest(400, f"{what} {reason}.") from None
