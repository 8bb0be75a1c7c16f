"""Reads the example files."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FILES = sorted(path for path in HERE.rglob("*.json"))


def load(name: str) -> Any:
    """The JSON of a file, with exact numbers."""
    return json.loads((HERE / name).read_text(), parse_float=Decimal)


def document_in(name: str) -> Any:
    """The document in a file without its wrapper, ready to be served."""
    return _unwrapped(json.loads((HERE / name).read_text()))


def exact_document_in(name: str) -> Any:
    """The document in a file without its wrapper, with exact numbers."""
    return _unwrapped(load(name))


def _unwrapped(document: Any) -> Any:
    document = document.get("body", document)
    return document.get("data", document)


def files_in(*folders: str) -> list[str]:
    """Names of the files in these folders."""
    return [str(path.relative_to(HERE)) for path in FILES if path.parent.name in folders]
