"""A page of the reference: one type, as Markdown.

Types and fields are written as code; code_links.py turns them into links.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    is_required_argument,
    is_required_input_field,
    print_ast,
)

from docs_site.cost_text import cost_text
from docs_site.examples import Example
from docs_site.schema import DocumentedSchema, is_built_in, is_null_only_with_error, kind_of

_MOST_EXAMPLES = 3
_MOST_USERS = 12


class TypePages:
    """Writes the pages of a schema's types. examples: by coordinate of a field that they use."""

    def __init__(self, schema: DocumentedSchema, examples: Mapping[str, Sequence[Example]]) -> None:
        self._schema = schema
        self._examples = examples

    def page(self, declared: GraphQLNamedType) -> str:
        """The whole page of one type."""
        parts = [f"# {declared.name}", f"*{kind_of(declared)}*{self._relations(declared)}"]
        parts += [_text(declared.description), *self._members(declared), self._users(declared)]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _relations(self, declared: GraphQLNamedType) -> str:
        """Interfaces of a type, and the types of an interface or in a union."""
        schema, text = self._schema.sdl, ""
        interfaces = getattr(declared, "interfaces", ())
        if interfaces:
            text += f" that implements {_codes(one.name for one in interfaces)}"
        if isinstance(declared, GraphQLInterfaceType):
            text += f" of {_codes(one.name for one in schema.get_possible_types(declared))}"
        unions = [
            one.name
            for one in self._schema.types.values()
            if isinstance(one, GraphQLUnionType) and declared in one.types
        ]
        return text + (f", in the union {_codes(unions)}" if unions else "")

    def _members(self, declared: GraphQLNamedType) -> Iterator[str]:
        if isinstance(declared, GraphQLObjectType | GraphQLInterfaceType):
            yield "## Fields"
            for name, field in declared.fields.items():
                yield from self._field(declared.name, name, field)
        elif isinstance(declared, GraphQLInputObjectType):
            yield from _input_object(declared)
        elif isinstance(declared, GraphQLEnumType):
            yield "## Values"
            rows = (
                (f"`{name}`", _cell(value.description, value.deprecation_reason))
                for name, value in declared.values.items()
            )
            yield _table(("value", "meaning"), rows)
        elif isinstance(declared, GraphQLUnionType):
            yield "## Types"
            rows = ((f"`{one.name}`", _cell(one.description)) for one in declared.types)
            yield _table(("type", "meaning"), rows)
        elif isinstance(declared, GraphQLScalarType):
            yield from _scalar(declared)

    def _field(self, parent: str, name: str, field: GraphQLField) -> Iterator[str]:
        yield f"### {name} {{ #{name} }}"
        yield f"`{field.type}`{{ .type }}" + (
            " · null only with an error" if is_null_only_with_error(field) else ""
        )
        yield _text(field.description)
        if field.deprecation_reason:
            yield f'!!! warning "Deprecated"\n    {field.deprecation_reason}'
        if field.args:
            yield _arguments(field.args)
        if cost := cost_text(self._schema.cost(parent, name)):
            yield f"**Cost:** {cost}"
        uses = self._examples.get(f"{parent}.{name}", ())
        if uses and parent in {root.name for root in self._schema.roots}:
            yield f"```graphql\n{uses[0].text}```"
        if links := list(dict.fromkeys(use.link for use in uses)):
            yield f"**In the guides:** {', '.join(links[:_MOST_EXAMPLES])}"

    def _users(self, declared: GraphQLNamedType) -> str:
        users = self._schema.users[declared.name]
        if not users or is_built_in(declared):
            return ""
        more = f" and {len(users) - _MOST_USERS} more" if len(users) > _MOST_USERS else ""
        return f"## Where it is used\n\n{_codes(users[:_MOST_USERS])}{more}"


def _input_object(declared: GraphQLInputObjectType) -> Iterator[str]:
    if declared.is_one_of:
        yield "Exactly one field must be given, and not null (`@oneOf`)."
    yield "## Fields"
    for name, field in declared.fields.items():
        yield f"### {name} {{ #{name} }}"
        required = " · required" if is_required_input_field(field) else ""
        yield f"`{field.type}`{{ .type }}{required}{_default(field)}"
        yield _text(field.description)
        if field.deprecation_reason:
            yield f'!!! warning "Deprecated"\n    {field.deprecation_reason}'


def _scalar(declared: GraphQLScalarType) -> Iterator[str]:
    if is_built_in(declared):
        yield "GraphQL itself defines this scalar."
    elif declared.specified_by_url:
        yield f"Specified by <{declared.specified_by_url}>."


def _arguments(arguments: Mapping[str, GraphQLArgument]) -> str:
    rows = (
        (
            f"`{name}`",
            f"`{argument.type}`{' · required' if is_required_argument(argument) else ''}{_default(argument)}",
            _cell(argument.description, argument.deprecation_reason),
        )
        for name, argument in arguments.items()
    )
    return _table(("argument", "type", "meaning"), rows)


def _default(given: Any) -> str:
    """The default of an argument or input field, as the SDL states it."""
    return f" · default `{print_ast(given.default.literal)}`" if given.default else ""


def _table(header: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(description: str | None, deprecation_reason: str | None = None) -> str:
    text = _text(description).replace("\n", " ").replace("|", "\\|")
    return f"{text} **Deprecated:** {deprecation_reason}" if deprecation_reason else text


def _text(description: str | None) -> str:
    return (description or "").strip()


def _codes(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)
