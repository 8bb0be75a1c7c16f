"""Documents that are named instead of sent: trusted ones from a file, and those a client sent before.

Trusted documents come from the front ends' builds: a JSON object of id → text, as GraphQL Code
Generator (`sha256:<hex>`) and the Relay compiler (`<hex>`) write it, or Apollo's manifest. Beside
them clients may keep texts here by their hash, as Apollo's automatic persisted queries do.
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
_LONGEST_ID = 200


class DocumentRefused(Exception):
    """No document can be had. The message is meant for the client."""

    def __init__(self, message: str, code: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class InvalidManifest(ValueError):
    """The file of trusted documents cannot be used; says why."""


class PersistedDocuments:
    """What clients may name, and whether they may send anything else.

    trusted: texts by id. only_trusted: whether every other document is refused.
    most: texts kept for clients, 0 for none. most_bytes: of one of them.
    """

    def __init__(self, trusted: dict[str, str], *, only_trusted: bool, most: int, most_bytes: int) -> None:
        self._trusted = trusted
        self._trusted_hashes = {_hash(text) for text in trusted.values()} if only_trusted else None
        self._kept: LRUCache[str, str] | None = LRUCache(most) if most and not only_trusted else None
        self._most_bytes = most_bytes

    def text_of(self, parameters: dict[str, Any]) -> str | None:
        """Text of the document that is sent or named; None where there is neither. Raises DocumentRefused."""
        text = parameters.get("query")
        name = parameters.get("documentId")
        if name is not None and text is None:
            return self._trusted_text(name)
        asked = (parameters.get("extensions") or {}).get("persistedQuery")
        if asked is not None:
            text = self._persisted(asked, text)
        if (
            self._trusted_hashes is not None
            and isinstance(text, str)
            and _hash(text) not in self._trusted_hashes
        ):
            raise DocumentRefused("Only trusted documents are served here.", UNTRUSTED_DOCUMENT)
        return text

    def _trusted_text(self, name: Any) -> str:
        text = self._trusted.get(name.removeprefix("sha256:")) if isinstance(name, str) else None
        if text is None:
            raise DocumentRefused("There is no trusted document of that id.", PERSISTED_QUERY_NOT_FOUND)
        return text

    def _persisted(self, asked: Any, text: Any) -> Any:
        """The text under a hash; kept for the next time where it came along."""
        digest = asked.get("sha256Hash") if isinstance(asked, dict) else None
        if not isinstance(digest, str) or not _SHA256.match(digest) or asked.get("version") != 1:
            raise DocumentRefused(
                "extensions.persistedQuery must be {version: 1, sha256Hash: …}.", BAD_REQUEST
            )
        if text is None:
            return self._kept_text(digest)
        if isinstance(text, str) and _hash(text) != digest:
            raise DocumentRefused(
                "extensions.persistedQuery.sha256Hash is not the hash of query.", BAD_REQUEST
            )
        if isinstance(text, str) and self._kept is not None and len(text.encode()) <= self._most_bytes:
            self._kept[digest] = text
        return text

    def _kept_text(self, digest: str) -> str:
        text = self._trusted.get(digest) or (self._kept.get(digest) if self._kept is not None else None)
        if text is not None:
            return text
        if self._kept is None and not self._trusted:
            raise DocumentRefused("PersistedQueryNotSupported", PERSISTED_QUERY_NOT_SUPPORTED, status=200)
        # Apollo's protocol: the client then sends the text along with the hash.
        raise DocumentRefused("PersistedQueryNotFound", PERSISTED_QUERY_NOT_FOUND, status=200)


def read_manifest(path: Path) -> dict[str, str]:
    """Trusted documents of a file: text by id, without `sha256:`. Raises InvalidManifest."""
    try:
        content = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise InvalidManifest(f"cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise InvalidManifest("is no JSON") from error
    if isinstance(content, dict) and isinstance(content.get("operations"), list):
        content = {
            str(entry.get("id")): entry.get("body")
            for entry in content["operations"]
            if isinstance(entry, dict)
        }
    if not isinstance(content, dict) or not content:
        raise InvalidManifest("holds no documents")
    if not all(isinstance(text, str) and len(name) <= _LONGEST_ID for name, text in content.items()):
        raise InvalidManifest("must be an object of id → text, or Apollo's manifest")
    return {name.removeprefix("sha256:"): text for name, text in content.items()}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
