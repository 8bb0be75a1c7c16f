"""Read a GraphQL request from HTTP. Source: GraphQL over HTTP specification."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import hdrs, web
from msgspec import Struct

from gateway.errors import FORBIDDEN
from gateway.execution.answer_cache import Question
from gateway.http.bad_request import BadRequest
from gateway.http.body import read_body
from gateway.http.cors import Cors
from gateway.http.json_input import InvalidJson, parse_json
from gateway.http.media_types import PLAIN_JSON
from gateway.http.persisted_documents import DocumentRefused, PersistedDocuments

_PARAMETERS = ("query", "operationName", "variables", "extensions", "documentId")
_JSON_PARAMETERS = ("variables", "extensions")

_MAX_PARSED, _MAX_PARSED_BYTES = 1_000, 8_192
"""Bodies that are not parsed again: how many, and the longest."""

# A page of another site cannot send these unless CORS allows it. Source: Apollo Server, CSRF prevention.
_CSRF_HEADERS = (
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
    "X-Requested-With",
)


class GraphQLRequest(Struct):
    """The parameters of a GraphQL request, never changed, since equal requests share them.

    query: the text of its document, also if the client sent an id. question: see `asked`.
    body: that it was read from, if it alone says all of this.
    is_answered: whether an answer to it is stored.
    """

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None
    question: Question | None = None
    is_answered: bool = False
    body: bytes | None = None

    @property
    def shows_cost(self) -> bool:
        """Whether the response shall say what it cost."""
        return bool(self.extensions and self.extensions.get("cost") is True)

    def asked(self) -> Question | None:
        """All that decides about the answer, apart from caller and media type; None if that cannot be
        written: it is too deep, or has numbers of more than 64 bits.

        Variables are compared as they were sent: what is coerced to equal values may be two questions.
        """
        if self.question is None:
            try:
                # As text, since 1, 1.0 and true are equal in Python.
                variables = orjson.dumps(self.variables) if self.variables else b""
            except orjson.JSONEncodeError:
                return None
            self.question = self.query, self.operation_name, variables, self.shows_cost
        return self.question


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
    _parsed: dict[bytes, GraphQLRequest] = field(default_factory=dict, init=False, repr=False)

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
        request = self._parsed.get(body)
        if request is None:
            request = self._checked(_parsed_json(body, "The body"))
            # What an automatic persisted query means depends on what is stored under its hash.
            if len(body) <= _MAX_PARSED_BYTES and "persistedQuery" not in (request.extensions or ()):
                request.body = body
        return request

    def remember(self, request: GraphQLRequest) -> None:
        """Do not parse the body of this request again, if an answer to it is stored."""
        if request.is_answered and request.body is not None and request.body not in self._parsed:
            if len(self._parsed) >= _MAX_PARSED:
                self._parsed.clear()
            self._parsed[request.body] = request

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
