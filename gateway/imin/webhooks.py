"""Read what imin posts to webhooks whose bodies are not documented."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from msgspec import Struct, field

from gateway.imin.jsonld.iri import iri_tail
from gateway.imin.routes import is_identifier

MAX_NAMED = 20
"""Orders and customers, each, that one body can name. Each may cost a read."""

_ORDER, _CUSTOMER = "order", "customer"
_NAMES = {
    _ORDER: {"order", "orders", "orderid", "orderids", "orderidentifier", "orderidentifiers", "orderuuid"},
    _CUSTOMER: {
        "customer",
        "customers",
        "customerid",
        "customeridentifier",
        "customeruuid",
        "customeraccount",
        "customeraccountid",
        "customeraccountidentifier",
    },
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names}
_IDENTIFIERS = {"identifier", "id", "@id", "uuid"}
_TYPES = ("type", "@type")
_WRAPPERS = {"data", "object", "payload", "result", "resource", "event"}


class NamedInBody(Struct):
    """imin's identifiers that a body names, in the order of their appearance."""

    orders: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)

    def add(self, kind: str, value: Any) -> None:
        """Add an identifier, or the last segment of an IRI, if the value is one."""
        named = self.orders if kind == _ORDER else self.customers
        for text in value if isinstance(value, list) else (value,):
            if not isinstance(text, str | int) or isinstance(text, bool):
                continue
            identifier = unquote(iri_tail(str(text).partition("?")[0]))
            if is_identifier(identifier) and identifier not in named and len(named) < MAX_NAMED:
                named.append(identifier)


def named_in(body: Any) -> NamedInBody:
    """Every order and customer that decoded JSON names, at any depth.

    Assumption: imin does not document the body of checkout's success webhook. An order or customer is named
    by a member (`orderIdentifier`, `order_id`, `imin:order`), or by the identifier or IRI of an object that
    has such a name or the type Order or CustomerAccount. An identifier at the top, without a type, may be
    either; so may one in a wrapper (`data`, `object`).
    """
    found = NamedInBody()
    pending: list[tuple[Any, tuple[str, ...]]] = [(body, (_ORDER, _CUSTOMER))]
    for value, kinds in pending:  # grows: members are appended
        if isinstance(value, list):
            pending += [(entry, kinds) for entry in value]
        elif isinstance(value, dict):
            pending += _members(found, value, _kinds_by_type(value) or kinds)
    return found


def _members(
    found: NamedInBody, document: dict[str, Any], kinds: tuple[str, ...]
) -> Iterable[tuple[Any, tuple[str, ...]]]:
    """Add what the members of an object name; return those to look into."""
    for name, value in document.items():
        kind = _KINDS.get(_plain(name))
        if kind is not None:
            found.add(kind, value)
        elif name.lower() in _IDENTIFIERS:
            for one in kinds:
                found.add(one, value)
        if isinstance(value, dict | list):
            yield value, (kind,) if kind else kinds if _plain(name) in _WRAPPERS else ()


def _kinds_by_type(document: dict[str, Any]) -> tuple[str, ...]:
    """What an object's type says it is; nothing for types that are neither."""
    stated = next((document[name] for name in _TYPES if isinstance(document.get(name), str)), None)
    kind = _KINDS.get(_plain(iri_tail(stated))) if stated else None
    return (kind,) if kind else ()


def _plain(name: str) -> str:
    """A member's name without its prefix, and without case and separators: `imin:order_id` → `orderid`."""
    return "".join(filter(str.isalnum, name.rpartition(":")[2].lower()))
