"""`gateway check-documents`: whether the gateway would serve the documents of a manifest, at what cost."""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLError,
    ListTypeNode,
    NamedTypeNode,
    NoDeprecatedCustomRule,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeNode,
    parse,
    validate,
)

from gateway.app import has_introspection, limits_of
from gateway.commands.terminal import print_line, refuse
from gateway.execution.cost import Cost
from gateway.execution.documents import DocumentCache, PreparedOperation
from gateway.execution.limits import Limits, read_document
from gateway.graph.schema import build_schema
from gateway.http.persisted_documents import InvalidManifest, read_manifest
from gateway.settings.loader import InvalidSettings, load_settings

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_SHOWN_ID = 12
_LARGEST_WINDOW = 100


@dataclass(frozen=True)
class Verdict:
    """What is to be said about one operation.

    cost: in requests to imin, the least and the most that its variables may cause.
    """

    title: str
    cost: tuple[int, int] = (0, 0)
    problems: tuple[str, ...] = ()
    deprecations: tuple[str, ...] = ()

    def lines(self, limit: int) -> Iterator[str]:
        """The report. limit: of the cost."""
        least, most = self.cost
        if self.problems:
            yield f"  {self.title}: refused"
        else:
            requests = f"{least}" if least == most else f"{least} to {most}"
            note = f", refused above {limit}" if most > limit else ""
            yield f"  {self.title}: cost {requests}{note}"
        yield from (f"    {problem}" for problem in self.problems)
        yield from (f"    deprecated: {deprecation}" for deprecation in self.deprecations)


class DocumentCheck:
    """Checks documents as the gateway does: its own parser, limits, validation and cost."""

    def __init__(self, limits: Limits, *, with_introspection: bool) -> None:
        self.limits = limits
        self._schema = build_schema()._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
        self._documents = DocumentCache(
            self._schema, limits, with_introspection=with_introspection, suggestions=True
        )

    def verdicts(self, id_: str, text: str) -> Iterator[Verdict]:
        """What is to be said about each operation of a document."""
        if _SHA256.match(id_) and hashlib.sha256(text.encode()).hexdigest() != id_:
            yield Verdict(f"document {_short(id_)}", problems=("Its id is not the SHA-256 of its text.",))
            return
        try:
            document = read_document(text, self.limits)
        except GraphQLError as error:
            yield Verdict(_title(_parsed(text), id_), problems=(error.message,))
            return
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        names = [node.name.value if node.name else None for node in operations] or [None]
        deprecations = tuple(
            error.message for error in validate(self._schema, document, [NoDeprecatedCustomRule])
        )
        for name in names:
            yield self._verdict(id_, self._documents.prepare(text, name), deprecations)

    def _verdict(self, id_: str, prepared: PreparedOperation, deprecations: tuple[str, ...]) -> Verdict:
        problems = tuple(error.message for error in prepared.errors)
        if prepared.operation is None:
            return Verdict(_title(prepared.document, id_), problems=problems)
        cost = _cost_range(prepared.cost, prepared.operation, self.limits.list_items)
        if cost[0] > self.limits.cost:
            problems = (f"Cost must be {self.limits.cost} at most, got {cost[0]}.",)
        return Verdict(_title(prepared.operation, id_), cost, problems, deprecations)


def check_documents(options: argparse.Namespace) -> None:
    """Check manifests of persisted documents against the schema and the limits.

    Reads what GraphQL Code Generator, the Relay compiler and Apollo write. Prints each operation with its
    cost in requests to imin, which may depend on variables, and what it uses that is deprecated. Exits with
    1 if the gateway would refuse a manifest or an operation. Limits are those of the GATEWAY_ variables.
    """
    try:
        settings = load_settings()
    except InvalidSettings as error:
        refuse(str(error))
    check = DocumentCheck(limits_of(settings), with_introspection=has_introspection(settings))
    results = [_check_file(check, Path(file)) for file in options.files]
    if not all(results):
        sys.exit(1)


def _check_file(check: DocumentCheck, file: Path) -> bool:
    """Print the report about a manifest. Returns whether the gateway would serve all of it."""
    try:
        documents = read_manifest(file)
    except InvalidManifest as error:
        print_line(f"{file}: {error}")
        return False
    lost = _lost_entries(file)
    verdicts = [verdict for id_, text in documents.items() for verdict in check.verdicts(id_, text)]
    refused = sum(bool(verdict.problems) for verdict in verdicts)
    print_line(f"{file}: {len(verdicts)} operations, {refused} refused")
    for verdict in verdicts:
        for line in verdict.lines(check.limits.cost):
            print_line(line)
    if lost:
        print_line(f"  {lost} entries have no id, or the id of another entry")
    return not refused and not lost


def _lost_entries(file: Path) -> int:
    """Entries of Apollo's manifest that the gateway cannot find by an id of their own."""
    content = json.loads(file.read_bytes())
    entries = content.get("operations")
    if not isinstance(entries, list):
        return 0
    ids = (entry.get("id") for entry in entries if isinstance(entry, dict))
    return len(entries) - len({id_ for id_ in ids if isinstance(id_, str)})


def _parsed(text: str) -> DocumentNode:
    """A document that may exceed limits; an empty one if it is not valid syntax."""
    try:
        return parse(text)
    except (GraphQLError, RecursionError):
        return DocumentNode()


def _title(node: OperationDefinitionNode | DocumentNode, id_: str) -> str:
    if isinstance(node, DocumentNode):
        operations = [one for one in node.definitions if isinstance(one, OperationDefinitionNode)]
        if len(operations) != 1:
            return f"document {_short(id_)}"
        node = operations[0]
    name = node.name.value if node.name else "(no name)"
    return f"{node.operation.value} {name} {_short(id_)}"


def _short(id_: str) -> str:
    return id_ if len(id_) <= _SHOWN_ID else f"{id_[:_SHOWN_ID]}…"


def _cost_range(cost: Cost, operation: OperationDefinitionNode, longest_list: int) -> tuple[int, int]:
    """The cost with the values of all variables that cause the fewest, and the most requests."""
    least: dict[str, object] = {}
    most: dict[str, object] = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        least[name], most[name] = _extreme_values(definition.type, longest_list)
    return cost.of(least), cost.of(most)


def _extreme_values(kind: TypeNode, longest_list: int) -> tuple[object, object]:
    """Values of a variable of this type. False counts as no value."""
    is_required = isinstance(kind, NonNullTypeNode)
    while isinstance(kind, NonNullTypeNode):
        kind = kind.type
    if isinstance(kind, ListTypeNode):
        return [None], [None] * longest_list
    name = kind.name.value if isinstance(kind, NamedTypeNode) else ""
    if name == "Int":
        return 1, _LARGEST_WINDOW
    return is_required and name != "Boolean", True
