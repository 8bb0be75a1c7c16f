"""Read the examples of a guide: its sections, and the code blocks in them."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.project.tree import PROJECT

DOCS = PROJECT / "docs"

_PART = re.compile(r"^(#+) ([^\n]+)$|^ *```(\w*)([^\n]*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A code block. title: what the site shows above it, for example Variables or Answer."""

    language: str
    title: str
    text: str


@dataclass(frozen=True)
class Section:
    """What stands below a heading, up to the next one. page: the file's name."""

    page: str
    heading: str
    level: int
    blocks: tuple[Block, ...]

    def __str__(self) -> str:
        return f"{self.page}: {self.heading}"


@dataclass(frozen=True)
class Curl:
    """A request that a guide makes with curl."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None


def sections(path: Path) -> list[Section]:
    """The sections of a page, in its order."""
    found: list[tuple[str, int, list[Block]]] = []
    for marks, heading, language, info, text in _PART.findall(path.read_text(encoding="utf-8")):
        if marks:
            found.append((heading, len(marks), []))
        else:
            title = re.search(r'title="(.*?)"', info)
            found[-1][2].append(Block(language, title[1] if title else "", text))
    return [Section(path.name, heading, level, tuple(blocks)) for heading, level, blocks in found]


def commands(shell: str) -> list[str]:
    """The commands of a block of shell code. Long ones are continued by a backslash, or within quotes."""
    found, begun = [], ""
    for line in shell.replace("\\\n", " ").splitlines():
        begun += line
        try:
            words = shlex.split(begun, comments=True)
        except ValueError:  # a quotation goes on
            begun += "\n"
        else:
            found += [begun.strip()] if words else []
            begun = ""
    return found


def curl(command: str) -> Curl:
    """The request that a curl command makes. Raises ValueError for an option that is not known here."""
    _, *words = shlex.split(command, comments=True)
    method, url, headers, body = "", "", {}, None
    while words:
        match words.pop(0):
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                body = words.pop(0)
            case "-s" | "-i" | "-si" | "-sS":
                pass
            case word if word.startswith("-"):
                raise ValueError(f"{word} in {command}")
            case word:
                url = word
    if body is not None:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")  # as curl does
    return Curl(method or ("POST" if body is not None else "GET"), url, headers, body)
