"""Documents sent by id: Apollo's automatic persisted queries, and trusted documents from a file."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.http.persisted_documents import InvalidManifest, read_manifest
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.waiting import HANGS_AFTER

QUERY = "{ viewer { identifier } }"
OTHER = "{ viewer { id } }"
DATA = {"data": {"viewer": {"identifier": "1234"}}}
Answer = tuple[int, Any]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def apollo(text: str, *, send: bool = False, **changes: Any) -> dict[str, Any]:
    """A request as Apollo's link sends it, with or without the text."""
    persisted = {"version": 1, "sha256Hash": digest(text)} | changes
    return ({"query": text} if send else {}) | {"extensions": {"persistedQuery": persisted}}


async def send(gateway: Gateway, body: dict[str, Any]) -> Answer:
    async with gateway.http.post(f"{gateway.url}/graphql", json=body) as response:
        return response.status, await response.json()


def refusal(message: str, code: str, status: int = 400) -> Answer:
    return status, {"errors": [{"message": message, "extensions": {"code": code}}]}


NOT_FOUND = refusal("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND", 200)
UNTRUSTED = refusal("Only trusted documents are served here.", "UNTRUSTED_DOCUMENT")


async def test_automatic(gateway: Gateway) -> None:
    """A document can be sent by hash alone once it has been sent with its text."""
    assert await send(gateway, apollo(QUERY)) == NOT_FOUND
    assert await send(gateway, apollo(QUERY, send=True)) == (200, DATA)
    assert await send(gateway, apollo(QUERY)) == (200, DATA)
    params = {"extensions": json.dumps(apollo(QUERY)["extensions"])}
    async with gateway.http.get(f"{gateway.url}/graphql", params=params) as response:
        assert await response.json() == DATA


@pytest.mark.parametrize(
    "changes",
    [{"sha256Hash": "0" * 64}, {"sha256Hash": "x"}, {"sha256Hash": 1}, {"version": 2}, {"version": None}],
)
async def test_wrong_hash(gateway: Gateway, changes: dict[str, Any]) -> None:
    """A text is not stored with a wrong hash: no client can replace another's document."""
    status, answer = await send(gateway, apollo(QUERY, send=True, **changes))

    assert (status, answer["errors"][0]["extensions"]) == (400, {"code": "BAD_REQUEST"})
    assert await send(gateway, apollo(QUERY)) == NOT_FOUND


async def test_store_is_bounded(settings: Settings, gateway: Gateway) -> None:
    """The least recently used document is dropped beyond the limit; a limit of 0 turns the store off."""
    async with gateway_listening(settings.but(persisted_queries=2), demo_caller) as url:
        small = Gateway(url, gateway.http)
        for number in range(3):
            await send(small, apollo(f"{QUERY} # {number}", send=True))

        assert await send(small, apollo(f"{QUERY} # 0")) == NOT_FOUND
        assert await send(small, apollo(f"{QUERY} # 2")) == (200, DATA)
    async with gateway_listening(settings.but(persisted_queries=0), demo_caller) as url:
        expected = refusal("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED", 200)
        assert await send(Gateway(url, gateway.http), apollo(QUERY)) == expected


MANIFESTS = {
    "codegen": {f"sha256:{digest(QUERY)}": QUERY},
    "relay": {digest(QUERY): QUERY},
    "apollo": {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": digest(QUERY), "name": "Q", "type": "query", "body": QUERY}],
    },
}


@pytest.mark.parametrize("kind", list(MANIFESTS))
async def test_trusted(settings: Settings, gateway: Gateway, tmp_path: Path, kind: str) -> None:
    """Trusted documents can be sent by id; in mode `only` every other document is refused."""
    file = tmp_path / "documents.json"
    file.write_text(json.dumps(MANIFESTS[kind]))
    trusting = settings.but(trusted_documents=file)
    by_id: list[dict[str, Any]] = [
        {"documentId": digest(QUERY)},
        {"documentId": f"sha256:{digest(QUERY)}"},
        apollo(QUERY),
        {"query": QUERY},
    ]

    async with gateway_listening(trusting, demo_caller) as url:
        also = Gateway(url, gateway.http)
        assert [await send(also, body) for body in by_id] == [(200, DATA)] * 4
        assert (await send(also, {"query": OTHER}))[0] == 200
    async with gateway_listening(trusting.but(trusted_documents_mode="only"), demo_caller) as url:
        only = Gateway(url, gateway.http)
        assert [await send(only, body) for body in by_id] == [(200, DATA)] * 4
        for other in (OTHER, f"{QUERY} ", "{ __schema { types { name } } }", "{ nope"):
            assert await send(only, {"query": other}) == UNTRUSTED
            assert await send(only, apollo(other, send=True)) == UNTRUSTED
            assert await send(only, {"query": other, "documentId": digest(QUERY)}) == UNTRUSTED
        assert await send(only, apollo(OTHER)) == NOT_FOUND


async def test_only_trusted_over_websockets(settings: Settings, gateway: Gateway, tmp_path: Path) -> None:
    """Mode `only` applies to WebSockets too."""
    file = tmp_path / "documents.json"
    file.write_text(json.dumps(MANIFESTS["relay"]))
    only = settings.but(trusted_documents=file, trusted_documents_mode="only")
    async with (
        gateway_listening(only, demo_caller) as url,
        gateway.http.ws_connect(f"{url}/graphql", protocols=("graphql-transport-ws",)) as socket,
    ):
        await socket.send_json({"type": "connection_init"})
        assert (await socket.receive_json(timeout=HANGS_AFTER))["type"] == "connection_ack"
        messages = []
        for payload in ({"query": OTHER}, {"documentId": digest(QUERY)}):
            await socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
            messages.append(await socket.receive_json(timeout=HANGS_AFTER))

    assert messages[0]["payload"] == UNTRUSTED[1]["errors"]
    assert messages[1] == {"id": "1", "type": "next", "payload": DATA}


@pytest.mark.parametrize("name", ["0" * 64, "", 1, ["x"], {}])
async def test_unknown_id(gateway: Gateway, name: Any) -> None:
    """An unknown id is refused."""
    expected = refusal("There is no trusted document with this id.", "PERSISTED_QUERY_NOT_FOUND")

    assert await send(gateway, {"documentId": name}) == expected


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"a": 1}', '{"operations": [{"id": "a"}]}', "{"])
def test_unusable_manifest(tmp_path: Path, text: str) -> None:
    """A file without documents is refused at startup, with the reason."""
    file = tmp_path / "documents.json"
    file.write_text(text)

    with pytest.raises(InvalidManifest):
        read_manifest(file)
    with pytest.raises(InvalidManifest, match="cannot be read: No such file"):
        read_manifest(tmp_path / "nowhere.json")
