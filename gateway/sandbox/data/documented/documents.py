"""Read the documented examples from the JSON files beside this module."""

import copy
import json
from functools import cache
from importlib.resources import files
from typing import Any

from gateway.sandbox.data.vocabulary import Document


def documented_order() -> Document:
    """A new copy of the order on imin's Order History page."""
    document: Document = copy.deepcopy(_read("order.json"))
    return document


def documented_account() -> Document:
    """A new copy of the account "abc" on imin's Customer Accounts page."""
    document: Document = copy.deepcopy(_read("customer_account.json"))
    return document


@cache
def _read(name: str) -> Any:
    return json.loads(files("gateway.sandbox.data.documented").joinpath(name).read_text("utf-8"))
