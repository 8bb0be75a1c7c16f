"""Errors: imin's failures get a code, our bugs are masked, and no message or log holds a secret."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.disclosure import disclosed

QUERY = "{ viewer { identifier orders { totalCount } upcomingOrderItems { totalCount } givenName } }"

UNAVAILABLE = "The booking system is unavailable at the moment. Please try again later."
TIMEOUT = "The booking system did not respond in time. Please try again."
INVALID = "The booking system sent a response that cannot be read."


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [
        ("500", "UPSTREAM_UNAVAILABLE", UNAVAILABLE),
        ("502_html", "UPSTREAM_UNAVAILABLE", UNAVAILABLE),
        ("503", "UPSTREAM_UNAVAILABLE", UNAVAILABLE),
        ("429", "UPSTREAM_UNAVAILABLE", UNAVAILABLE),
        ("reset", "UPSTREAM_UNAVAILABLE", UNAVAILABLE),
        ("kong_401", "UPSTREAM_UNAVAILABLE", UNAVAILABLE),
        pytest.param(
            *("black_hole", "UPSTREAM_TIMEOUT", TIMEOUT), marks=pytest.mark.settings(imin_timeout_seconds=2)
        ),
        ("html_200", "UPSTREAM_INVALID", INVALID),
        ("empty_200", "UPSTREAM_INVALID", INVALID),
        ("nan", "UPSTREAM_INVALID", INVALID),
        ("wrong_page", "UPSTREAM_INVALID", INVALID),
        ("redirect", "UPSTREAM_INVALID", INVALID),
    ],
)
async def test_imin_fails(gateway: Gateway, sandbox: Sandbox, kind: Any, code: str, message: str) -> None:
    """If imin fails, the field is null with a coded error at its path; the other fields are answered."""
    sandbox.faults.add(Fault("GET /orders", kind, times=None))

    with capture_logs() as logs:
        answer = await gateway.answer(QUERY)

    viewer = {
        "identifier": "1234",
        "orders": None,
        "upcomingOrderItems": {"totalCount": 19},
        "givenName": "Eheuheu",
    }
    assert answer["data"] == {"viewer": viewer}
    assert [(error["message"], error["path"], error["extensions"]) for error in answer["errors"]] == [
        (message, ["viewer", "orders"], {"code": code})
    ]
    assert [entry["event"] for entry in logs] == ["imin failed", "request"]
    assert disclosed(str(logs), "sandbox-key", "127.0.0.1", "1234", "Eheuheu") == []


async def test_imin_gone(gateway: Gateway, settings: Settings) -> None:
    """If imin cannot be reached, the fields that need it are null, and no error contains its address."""
    async with gateway_listening(settings.but(imin_base_url="http://127.0.0.1:1"), demo_caller) as url:
        answer = await Gateway(url, gateway.http).answer(QUERY)

    assert answer["data"]["viewer"] == {
        "identifier": "1234",
        "orders": None,
        "upcomingOrderItems": None,
        "givenName": None,
    }
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"UPSTREAM_UNAVAILABLE"}
    assert "127.0.0.1" not in str(answer)


async def test_bug_is_masked(settings: Settings, gateway: Gateway) -> None:
    """An unexpected error is masked, and logged once with the request id that the client gets."""

    class BuggyCaller(Caller):
        """A caller with a bug."""

        def may_see(self, customer: str) -> bool:
            raise RuntimeError(f"secret of {customer}")

    async def buggy(_request: object) -> Caller:
        return BuggyCaller("1234")

    with capture_logs() as logs:
        async with gateway_listening(settings, buggy) as url:
            answer = await Gateway(url, gateway.http).answer('{ customer(identifier: "1") { id } }')

    request_id = answer["errors"][0]["extensions"]["requestId"]
    assert answer == {
        "data": {"customer": None},
        "errors": [
            {
                "message": f"Something went wrong on our side. Please quote {request_id}.",
                "locations": [{"line": 1, "column": 3}],
                "path": ["customer"],
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id},
            }
        ],
    }
    bugs = [entry for entry in logs if entry["event"] == "unexpected error"]
    assert [(bug["request_id"], bug["type"]) for bug in bugs] == [(request_id, "RuntimeError")]
    assert "secret" not in str(logs)


async def test_bug_outside_execution(settings: Settings, gateway: Gateway) -> None:
    """A bug outside execution is answered with status 500 and a masked error in JSON."""

    async def broken(_request: object) -> None:
        raise RuntimeError("secret")

    with capture_logs() as logs:
        async with (
            gateway_listening(settings, broken) as url,
            gateway.http.post(f"{url}/graphql", json={"query": "{ viewer { id } }"}) as response,
        ):
            answer = await response.json()

    request_id = response.headers["X-Request-Id"]
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    assert response.status == 500
    assert answer["errors"][0]["extensions"] == extensions
    assert [entry["event"] for entry in logs] == ["unexpected error", "request"]
    assert "secret" not in f"{answer}{logs}"
