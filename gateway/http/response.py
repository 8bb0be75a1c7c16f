"""Responses in JSON, independent of the server that sends them."""

from typing import Any

import orjson
from msgspec import Struct

from gateway.execution.executor import OperationResult
from gateway.http.limits.rate import Bucket
from gateway.http.media_types import GRAPHQL_JSON, PLAIN_JSON


class RawResponse(Struct):
    """A response before it is sent.

    headers: excludes those that every response gets (security_headers.py, middleware.py).
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""


def json_response(content: Any, *, status: int = 200, media_type: str = PLAIN_JSON) -> RawResponse:
    """The content as JSON. It belongs to one caller, so no cache may store it."""
    headers = {"Content-Type": f"{media_type}; charset=utf-8", "Cache-Control": "private, no-store"}
    return RawResponse(status, headers, orjson.dumps(content))


def error_response(
    status: int, code: str, message: str, *, request_id: str = "", media_type: str = PLAIN_JSON
) -> RawResponse:
    """An error in GraphQL's format, for a request that was not executed."""
    extensions = {"code": code, "requestId": request_id} if request_id else {"code": code}
    content = {"errors": [{"message": message, "extensions": extensions}]}
    return json_response(content, status=status, media_type=media_type)


def answer_response(body: bytes, media_type: str, bucket: Bucket | None) -> RawResponse:
    """An answer that was made before. bucket: of the caller, reported in headers."""
    headers = {"Content-Type": f"{media_type}; charset=utf-8", "Cache-Control": "private, no-store"}
    if bucket:
        headers |= bucket.headers()
    return RawResponse(200, headers, body)


def graphql_response(
    result: OperationResult, extensions: dict[str, Any], media_type: str, bucket: Bucket | None
) -> RawResponse:
    """The result of an operation. Source of the status: GraphQL over HTTP specification, Status Codes.

    bucket: of the caller, reported in headers.
    """
    content: dict[str, Any] = {"errors": result.errors} if result.errors else {}
    status = 200
    if result.executed:
        content["data"] = result.data
    else:
        # With plain JSON, clients look for errors in the body only.
        status = result.status or (400 if media_type == GRAPHQL_JSON else 200)
    if extensions:
        content["extensions"] = extensions
    response = json_response(content, status=status, media_type=media_type)
    if bucket:
        response.headers |= bucket.headers()
    if status == 405:  # noqa: PLR2004  # Method Not Allowed
        response.headers["Allow"] = "POST"
    return response
