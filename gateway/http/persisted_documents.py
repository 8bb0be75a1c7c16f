"""Documents that clients request by an id instead of the text: trusted ones from a file, and automatic ones.

Trusted documents come from the builds of the front ends: a JSON object of id → text, as GraphQL Code
Generator (`sha256:<hex>`) and the Relay compiler (`<hex>`) write it, or Apollo's manifest. Automatic ones
are those that clients have sent before with their hash: Apollo's automatic persisted queries.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

import msgspec
from cachetools import LRUCache

from gateway.errors import (
    BAD_REQUEST,
    PERSISTED_QUERY_NOT_FOUND,
    PERSISTED_QUERY_NOT_SUPPORTED,
    UNTRUSTED_DOCUMENT,
)

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_MAX_ID_CHARACTERS = 200


class DocumentRefused(Exception):
    """There is no such document, or it must not be used. The message is shown to the client."""

    def __init__(self, message: str, code: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class InvalidManifest(ValueError):
    """The file of trusted documents cannot be used; the message says why."""


class PersistedDocuments:
    """Texts of documents by id.

    trusted: texts of the manifest by id. only_trusted: whether to refuse every other document.
    most: number of automatic documents to store, 0 for none. most_bytes: size of the longest of them.
    """

    def __init__(self, trusted: dict[str, str], *, only_trusted: bool, most: int, most_bytes: int) -> None:
        self._trusted = trusted
        self._trusted_hashes = {_hash(text) for text in trusted.values()} if only_trusted else None
        self._automatic: LRUCache[str, str] | None = LRUCache(most) if most and not only_trusted else None
        self._most_bytes = most_bytes

    def text_of(self, parameters: dict[str, Any]) -> str | None:
        """Text of the document that a request sends or names, None if neither. Raises DocumentRefused."""
        text = parameters.get("query")
        id_ = parameters.get("documentId")
        if id_ is not None and text is None:
            return self._trusted_text(id_)
        persisted_query = (parameters.get("extensions") or {}).get("persistedQuery")
        if persisted_query is not None:
            text = self._automatic_text(persisted_query, text)
        if (
            self._trusted_hashes is not None
            and isinstance(text, str)
            and _hash(text) not in self._trusted_hashes
        ):
            raise DocumentRefused("Only trusted documents are served here.", UNTRUSTED_DOCUMENT)
        return text

    def _trusted_text(self, id_: Any) -> str:
        text = self._trusted.get(id_.removeprefix("sha256:")) if isinstance(id_, str) else None
        if text is None:
            raise DocumentRefused("There is no trusted document with this id.", PERSISTED_QUERY_NOT_FOUND)
        return text

    def _automatic_text(self, persisted_query: Any, text: Any) -> Any:
        """The text with that hash; stored for next time if the request contains it."""
        digest = persisted_query.get("sha256Hash") if isinstance(persisted_query, dict) else None
        if not isinstance(digest, str) or not _SHA256.match(digest) or persisted_query.get("version") != 1:
            raise DocumentRefused(
                "extensions.persistedQuery must be {version: 1, sha256Hash: …}.", BAD_REQUEST
            )
        if text is None:
            return self._stored_text(digest)
        if isinstance(text, str) and _hash(text) != digest:
            raise DocumentRefused(
                "extensions.persistedQuery.sha256Hash is not the hash of query.", BAD_REQUEST
            )
        if isinstance(text, str) and self._automatic is not None and len(text.encode()) <= self._most_bytes:
            self._automatic[digest] = text
        return text

    def _stored_text(self, digest: str) -> str:
        automatic = self._automatic.get(digest) if self._automatic is not None else None
        text = self._trusted.get(digest) or automatic
        if text is not None:
            return text
        # Status and messages are those of Apollo's protocol.
        if self._automatic is None and not self._trusted:
            raise DocumentRefused("PersistedQueryNotSupported", PERSISTED_QUERY_NOT_SUPPORTED, status=200)
        # The client then sends the text along with the hash.
        raise DocumentRefused("PersistedQueryNotFound", PERSISTED_QUERY_NOT_FOUND, status=200)


def read_manifest(path: Path) -> dict[str, str]:
    """Trusted documents of a file: texts by id, without `sha256:`. Raises InvalidManifest."""
    try:
        content = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise InvalidManifest(f"cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise InvalidManifest("is not JSON") from error
    if isinstance(content, dict) and isinstance(content.get("operations"), list):
        content = {
            str(entry.get("id")): entry.get("body")
            for entry in content["operations"]
            if isinstance(entry, dict)
        }
    if not isinstance(content, dict) or not content:
        raise InvalidManifest("contains no documents")
    if not all(isinstance(text, str) and len(id_) <= _MAX_ID_CHARACTERS for id_, text in content.items()):
        raise InvalidManifest("must be an object of id → text, or Apollo's manifest")
    return {id_.removeprefix("sha256:"): text for id_, text in content.items()}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
