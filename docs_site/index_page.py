"""The first page of the reference: every type, by kind, and the directives."""

from graphql import GraphQLDirective, GraphQLNamedType

from docs_site.schema import KINDS, DocumentedSchema, kind_of

PLURALS = {kind: f"{kind}s" for kind in KINDS.values()}
"""Headings for the kinds of types."""

_INTRODUCTION = """# Reference

Every type of the schema, generated from `schema.graphql`. A running gateway serves that file at
`/schema.graphql` where introspection is on; `gateway schema` prints it.

Each field says what it returns, its arguments with their defaults, and its **cost**: the requests to imin
that it may cause, at most. A field without a cost causes none. Below a list, a cost counts for each item of
it. "null only with an error" means `@semanticNonNull`: if the field is null, the response has an error for
it.

Start at `Query`, `Mutation` or `Subscription`. [Errors](../errors.md) lists the codes of errors.
"""


def index_page(schema: DocumentedSchema) -> str:
    """The page as Markdown."""
    title, _, introduction = _INTRODUCTION.partition("\n\n")
    parts = [f"{title}\n\n{schema.sdl.description or ''}\n\n{introduction}"]
    for kind, plural in PLURALS.items():
        declared = [one for one in schema.types.values() if kind_of(one) == kind]
        parts.append(
            f"## {plural}\n\n"
            + "\n".join(["| type | what it is |", "|---|---|", *map(_row, declared)])
            + "\n"
        )
    directives = "\n".join(_directive(one) for one in schema.sdl.directives)
    parts.append(f"## Directives\n\n| directive | what it says | where |\n|---|---|---|\n{directives}\n")
    return "\n".join(parts)


def _row(declared: GraphQLNamedType) -> str:
    first_sentence = (declared.description or "").strip().replace("\n", " ").partition(". ")[0].rstrip(".")
    return f"| `{declared.name}` | {first_sentence.replace('|', chr(92) + '|')} |"


def _directive(directive: GraphQLDirective) -> str:
    arguments = ", ".join(f"{name}: {argument.type}" for name, argument in directive.args.items())
    places = ", ".join(f"`{place.name}`" for place in directive.locations)
    text = (directive.description or "").strip().replace("\n", " ")
    return f"| `@{directive.name}{f'({arguments})' if arguments else ''}` | {text} | {places} |"
