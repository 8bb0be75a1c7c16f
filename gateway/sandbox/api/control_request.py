"""Declare control requests: a declaration next to each handler gives its route and its documentation."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from aiohttp import web

from gateway.sandbox.api.app_keys import SANDBOX
from gateway.sandbox.api.control_body import BodyField, read_object
from gateway.sandbox.api.responses import json_response
from gateway.sandbox.state.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class ControlCall:
    """One call of a control request. body: the declared fields that the caller sent."""

    request: web.Request
    body: dict[str, Any]

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox to control."""
        return self.request.app[SANDBOX]

    @property
    def identifier(self) -> str:
        """The {identifier} of the path."""
        return self.request.match_info["identifier"]


Run = Callable[[ControlCall], Any]
"""Returns the JSON value of the response, a finished response, or None for 204; or a coroutine of these."""


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A control request: its address, its documentation and its handler.

    description: what the request does and what it returns. example: a body.
    status: of a response with a JSON value. aliases: other paths, which the documentation does not list.
    """

    method: str
    path: str
    description: str
    run: Run
    fields: tuple[BodyField, ...] = ()
    example: Mapping[str, Any] | None = None
    status: int = 200
    aliases: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """The request as JSON for the list of control requests."""
        document: dict[str, Any] = {
            "method": self.method,
            "path": self.path,
            "description": self.description,
            "body": [field.as_document() for field in self.fields],
        }
        return document if self.example is None else document | {"example": dict(self.example)}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Read the declared fields, run the handler and write its result."""
        body = await read_object(request, *(field.name for field in self.fields))
        result = self.run(ControlCall(request, body))
        if isawaitable(result):
            result = await result
        if isinstance(result, web.StreamResponse):
            return result
        return web.Response(status=204) if result is None else json_response(result, self.status)


class ControlRequests:
    """The declared control requests, in the order of their declaration."""

    def __init__(self) -> None:
        self._requests: list[ControlRequest] = []

    def __iter__(self) -> Iterator[ControlRequest]:
        return iter(self._requests)

    def declare(self, method: str, path: str, description: str, **options: Any) -> Callable[[Run], Run]:
        """Declare the decorated function as the handler. options: the other fields of ControlRequest."""

        def add(run: Run) -> Run:
            self._requests.append(ControlRequest(method, path, description, run, **options))
            return run

        return add

    def include(self, others: "ControlRequests") -> None:
        """Append the requests that another module declares."""
        self._requests.extend(others)

    def routes(self) -> list[web.RouteDef]:
        """A route for each path of each request."""
        return [
            web.get(path, request.handle)
            if request.method == "GET"
            else web.route(request.method, path, request.handle)
            for request in self
            for path in (request.path, *request.aliases)
        ]
