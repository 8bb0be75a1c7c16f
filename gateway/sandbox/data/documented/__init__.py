"""The two documents of imin's documentation that the sandbox serves as they are."""

import copy
import json
from functools import cache
from importlib.resources import files
from typing import Any

from gateway.sandbox.data.vocabulary import Document


@cache
def _read(name: str) -> Any:
    return json.loads(files(__name__).joinpath(name).read_text("utf-8"))


def order() -> Document:
    """The order of the Order History page; a copy of one's own."""
    document: Document = copy.deepcopy(_read("order.json"))
    return document


def customer_account() -> Document:
    """The account "abc" of the Customer Accounts page; a copy of one's own."""
    document: Document = copy.deepcopy(_read("customer_account.json"))
    return document
