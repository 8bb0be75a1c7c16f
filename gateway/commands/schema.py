"""`gateway schema`: print what the gateway serves, as SDL or as the result of introspection."""

import argparse
import json
import sys
from pathlib import Path

from graphql import introspection_from_schema

from gateway.commands.client_kit import client_kit
from gateway.graph.schema import build_schema, schema_text


def print_schema(options: argparse.Namespace) -> None:
    """Print the GraphQL schema.

    With --json it is the data of an introspection query, {"__schema": …}, for tools that read no SDL.
    Applied directives, for example @semanticNonNull, are in the SDL only.
    With --clients it prints nothing, and writes what front-end tools have to know of it into a folder.
    """
    if options.clients:
        for name, text in client_kit().items():
            Path(options.clients, name).write_text(text, encoding="utf-8")
        return
    if not options.json:
        sys.stdout.write(schema_text())
        return
    core_schema = build_schema()._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    # Tools validate against the published specification, which knows no deprecated directives.
    content = introspection_from_schema(core_schema, experimental_directive_deprecation=False)
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
