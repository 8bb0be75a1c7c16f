"""Compare an account, as it was read, with a change that was requested."""

import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.imin.dates import parse_date_time
from gateway.imin.documents import CustomerAccount
from gateway.imin.jsonld import iri_tail, is_same_iri

_TYPES = {"type", "@type"}


def shown_members(account: CustomerAccount, members: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the members that the account's person has with the same value."""
    stated = msgspec.to_builtins(account.customer, enc_hook=str)
    return tuple(name for name, value in members.items() if _is_same(name, value, stated.get(name)))


def shows_pass(account: CustomerAccount, text: str) -> bool:
    return any(one.text is not None and one.text.strip() == text.strip() for one in account.access_passes)


def shows_entitlement(account: CustomerAccount, type_iri: str, valid_until: str) -> bool:
    moment = parse_date_time(valid_until)
    return any(
        one.entitlement_type is not None
        and is_same_iri(one.entitlement_type.iri or one.entitlement_type.identifier, type_iri)
        and parse_date_time(one.valid_through) == moment
        for one in account.entitlements
    )


def _is_same(name: str, requested: Any, stated: Any) -> bool:
    """imin may write a value in its own way: case, spaces, the namespace of a term."""
    if isinstance(requested, Mapping):
        return isinstance(stated, Mapping) and all(
            _is_same(key, value, stated.get(key)) for key, value in requested.items() if key not in _TYPES
        )
    if not isinstance(requested, str) or not isinstance(stated, str):
        return requested is stated
    if name == "telephone":
        return _digits(requested) == _digits(stated)
    if name == "gender":
        return iri_tail(requested) == iri_tail(stated)
    return _plain(requested) == _plain(stated)


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdigit() or character == "+")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
