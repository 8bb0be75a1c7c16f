"""The broker's entitlement types: one list for every caller, requested at most once an hour."""

from typing import Any

import msgspec
import pytest

from gateway.auth import AuthenticationError, Caller
from gateway.commands import gateway_listening
from gateway.imin.documents import Concept
from gateway.imin.endpoints.declaration import PUBLIC
from gateway.imin.endpoints.entitlements import ENTITLEMENTS
from gateway.imin.errors import Unreadable
from gateway.imin.routes import is_identifier
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.redis_server import needs_redis, redis_running
from tests.support.replicas import two_replicas, until_stored

SCHEME = "https://meta.imin.co/v2/globex-broker/entitlements"
LIST = "{ entitlements { identifier iri prefLabel inScheme } }"
LABELS = "{ entitlements { prefLabel } }"
LABELLED = {"entitlements": [{"prefLabel": "Adult Resident"}, {"prefLabel": "Junior Resident"}]}
ONE_REQUEST = {"GET /entitlements": 1}


async def test_list(gateway: Gateway, sandbox: Sandbox) -> None:
    """The list names each type, and costs one request."""
    body = {"query": LIST, "extensions": {"cost": True}}
    async with gateway.http.post(f"{gateway.url}/graphql", json=body) as response:
        answer = await response.json()

    types = [
        ("8dfbad55-fdb5-4479-86a4-b873b18ecff1", "Adult Resident"),
        ("1f5b2a0c-7f3e-4b1d-9d61-5a9a2f0f6c57", "Junior Resident"),
    ]
    assert answer == {
        "data": {
            "entitlements": [
                {
                    "identifier": f"{SCHEME}#{name}",
                    "iri": f"{SCHEME}#{name}",
                    "prefLabel": label,
                    "inScheme": SCHEME,
                }
                for name, label in types
            ]
        },
        "extensions": {"cost": {"estimated": 1, "made": 1}},
    }
    assert sandbox.request_log.counts() == ONE_REQUEST


async def test_authentication(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Without a token the list is refused, as everything is."""

    async def refuse(_request: Any) -> Caller:
        raise AuthenticationError("Please sign in.")

    async with (
        gateway_listening(settings, refuse) as url,
        gateway.http.post(f"{url}/graphql", json={"query": LABELS}) as response,
    ):
        answer = await response.json()

    assert response.status == 401
    assert answer["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert sandbox.request_log.entries == []


async def test_shared(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Customers and services share one cached list, however short other responses stay fresh."""
    callers = iter([Caller("1234"), Caller("small"), Caller(None, may_name_any_customer=True)])

    async def next_caller(_request: Any) -> Caller:
        return next(callers)

    cached = settings.but(cache_enabled=True, cache_fresh_seconds=0, cache_stale_seconds=0)
    async with gateway_listening(cached, next_caller) as url:
        answers = [await Gateway(url, gateway.http).data(LABELS) for _ in range(3)]

    assert answers == [LABELLED] * 3
    assert sandbox.request_log.counts() == ONE_REQUEST


@needs_redis
async def test_replicas(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Replicas share the list."""
    async with redis_running() as redis, two_replicas(settings, gateway, redis) as (one, other):
        first = await one.data(LABELS)
        await until_stored(redis)

        assert [first, await other.data(LABELS)] == [LABELLED] * 2
    assert sandbox.request_log.counts() == ONE_REQUEST


@pytest.mark.parametrize(
    ("kind", "code"), [("503", "UPSTREAM_UNAVAILABLE"), ("html_200", "UPSTREAM_INVALID")]
)
async def test_failure(gateway: Gateway, sandbox: Sandbox, kind: Any, code: str) -> None:
    """If imin fails the list is null, with a coded error, and the other fields are unaffected."""
    sandbox.faults.add(Fault("GET /entitlements", kind, times=None))

    answer = await gateway.answer("{ entitlements { prefLabel } viewer { identifier } }")

    assert answer["data"] == {"entitlements": None, "viewer": {"identifier": "1234"}}
    assert [(error["path"], error["extensions"]) for error in answer["errors"]] == [
        (["entitlements"], {"code": code})
    ]


def read(document: Any) -> tuple[Concept, ...]:
    return ENTITLEMENTS.read(msgspec.json.encode(document), (PUBLIC,), None)


def test_other_spellings() -> None:
    """OpenActive's spelling, a single type without a list, and an empty list are read."""
    (single,) = read({"@type": "ConceptScheme", "concept": {"@id": f"{SCHEME}#a", "prefLabel": "Resident"}})

    assert (single.identifier, single.pref_label) == (f"{SCHEME}#a", "Resident")
    assert read({"type": "skos:ConceptScheme"}) == ()


@pytest.mark.parametrize(
    "document",
    [{}, {"type": "Concept"}, {"type": "ConceptScheme", "concept": [{"prefLabel": "Resident"}, 7]}, []],
    ids=["nothing", "another document", "an odd type", "no object"],
)
def test_unreadable(document: Any) -> None:
    """A response that is no list of types, or only in part, is refused."""
    with pytest.raises(Unreadable):
        read(document)


def test_missing() -> None:
    """An endpoint that imin does not serve is an error, not an empty list."""
    with pytest.raises(Unreadable):
        ENTITLEMENTS.absent((PUBLIC,))


def test_public_key() -> None:
    """No customer can have the name that stands for data of no customer."""
    assert not is_identifier(PUBLIC)
