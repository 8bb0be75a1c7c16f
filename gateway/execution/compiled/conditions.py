"""Read a document's directives: whether it can be planned, and which variables decide what is selected."""

from collections.abc import Iterator

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

_CONDITIONS = {GraphQLSkipDirective.name, GraphQLIncludeDirective.name}


def is_plannable(document: DocumentNode, definition: OperationDefinitionNode) -> bool:
    """Whether a document has no fragment variables, and only @skip and @include, on selections."""
    is_plain = all(
        not node.directives and not (isinstance(node, FragmentDefinitionNode) and node.variable_definitions)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ) and not any(variable.directives for variable in definition.variable_definitions or ())
    return is_plain and all(node.name.value in _CONDITIONS for node in _directives(document))


def condition_variables(document: DocumentNode) -> set[str]:
    """The variables that directives on selections use."""
    return {
        argument.value.name.value
        for directive in _directives(document)
        for argument in directive.arguments or ()
        if isinstance(argument.value, VariableNode)
    }


def _directives(document: DocumentNode) -> Iterator[DirectiveNode]:
    for definition in document.definitions:
        for selection in _selections(getattr(definition, "selection_set", None)):
            yield from selection.directives or ()


def _selections(selection_set: SelectionSetNode | None) -> Iterator[SelectionNode]:
    """All selections of a selection set and below; fragment spreads are not followed."""
    waiting = list(selection_set.selections) if selection_set else []
    while waiting:
        selection = waiting.pop()
        yield selection
        below = getattr(selection, "selection_set", None)
        if below:
            waiting += below.selections
