"""Plans: what can be known of an operation before it runs, kept with its document.

Which fields are selected depends on the document and on the Booleans that @skip
and @include read from variables, and on nothing else. So there is one plan for
each such assignment: graphql-core's collected fields, shared by all requests,
and the generated code for them, made where it is first needed.
"""

from collections.abc import Iterator
from typing import Any, cast

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLSkipDirective,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_non_null_type,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from gateway.execution.compiled.generic_code import PlaceCode, Project, Projections, attribute_of
from gateway.execution.compiled.resolver_call import ResolverCall
from gateway.execution.compiled.selected_attributes import wanted_by
from gateway.execution.variables import Variables
from gateway.imin.documents import Attributes

MOST_PLANS = 16
"""Assignments of @skip's and @include's variables planned for one operation; others run unplanned."""

PATIENCE = 8
"""Bails after which generated code is given up where they are also more than half of its runs."""

RUNS_BEFORE_EXCERPTS = 8
"""Runs after which an operation is worth classes of its own to read documents into."""

MOST_RENEWALS = 8
"""How often the code of one place is written for the classes that have been met by then."""

_CONDITIONS = {GraphQLSkipDirective.name, GraphQLIncludeDirective.name}

Subfields = dict[tuple[GraphQLObjectType, int], tuple[FieldDetailsList, CollectedFields]]


class Projection:
    """Generated code for one place of an operation; given up where its data mostly makes it bail.

    project: the code, or None where there is none. It begins as code for objects of any class. When that has
    run without meeting a new class, it is written for those it has met; and again when others are met.
    """

    __slots__ = ("_renewals", "bails", "code", "project", "runs")

    def __init__(self, code: PlaceCode | None) -> None:
        self.code = code
        self.project: Project | None = self._noting if code else None
        self.runs = 0
        self.bails = 0
        self._renewals = 0

    def _noting(self, value: Any) -> Any:
        """What the code for objects of any class gives; it is replaced when it knows its classes."""
        code = cast("PlaceCode", self.code)
        met = code.classes_met
        completed = code.project(value)
        if met == code.classes_met:
            self.project = code.for_known_classes()
        return completed

    def renew(self) -> None:
        """Have the code written again, if not too often: a class has come where none had come before."""
        if self.project is not None and self._renewals < MOST_RENEWALS:
            self._renewals += 1
            self.project = self._noting

    def bailed(self, patience: int) -> None:
        """Count a failure; give up where they are the rule."""
        self.bails += 1
        if self.bails >= patience and self.bails * 2 > self.runs:
            self.project = None


class PlannedField:
    """A field of an operation under one parent type.

    attribute: what it reads, where it has no resolver. call: how to call its resolver, where that is
    known. projection: of its value.
    """

    __slots__ = ("attribute", "call", "definition", "nodes", "projection")

    def __init__(
        self,
        definition: GraphQLField | None,
        call: ResolverCall | None,
        nodes: list[FieldNode],
        projection: Projection,
    ) -> None:
        self.definition = definition
        self.attribute = attribute_of(definition) if definition else None
        self.call = call
        self.nodes = nodes
        self.projection = projection

    @property
    def is_all_code(self) -> bool:
        """Whether nothing below it is resolved by a function, which may wait for something."""
        return self.projection.project is not None


class Plan:
    """A query under one assignment of its conditions.

    Lists of collected fields are told by identity; the plan keeps them all.
    """

    def __init__(self, operation: "PlannedOperation", variables: VariableValues) -> None:
        self.operation = operation
        self.root_type: GraphQLObjectType = operation.root_type
        self._variables = VariableValues({}, operation.conditions_of(variables))
        collected = collect_fields(
            operation.schema, operation.fragments, self._variables, operation.root_type, operation.definition
        )
        self.root_fields = collected.grouped_field_set
        definitions = [
            operation.schema.get_field(self.root_type, fields[0].node.name.value)
            for fields in self.root_fields.values()
        ]
        self.is_sure_of_root = all(field and not is_non_null_type(field.type) for field in definitions)
        """Whether no field at the root, failing, takes the others along."""
        self.subfields: Subfields = {}
        self._code = Projections(operation.schema, self._collect, self._renew)
        self._projections: dict[tuple[int, int], Projection] = {}
        self._shared: dict[int, Projection] = {}
        """By the code, which places share where the same is selected."""
        self._fields: dict[int, PlannedField] = {}
        self.layouts: dict[int, Any] = {}
        """Kept here by the execution, by the list of fields that it is of."""

    def field(self, parent: GraphQLObjectType, fields: FieldDetailsList) -> PlannedField:
        """The field that a list of collected nodes stands for."""
        planned = self._fields.get(id(fields))
        if planned is None:
            definition = self.operation.schema.get_field(parent, fields[0].node.name.value)
            nodes = [details.node for details in fields]
            call = ResolverCall.of(self.operation.schema, definition, nodes[0]) if definition else None
            projection = self.projection(definition.type, fields) if definition else Projection(None)
            planned = self._fields[id(fields)] = PlannedField(definition, call, nodes, projection)
        return planned

    def projection(self, return_type: GraphQLOutputType, fields: FieldDetailsList) -> Projection:
        """Generated code for values of a type under the selection of those fields."""
        key = id(fields), id(return_type)
        projection = self._projections.get(key)
        if projection is None:
            code = self._code.of(return_type, fields)
            projection = self._projections[key] = self._shared.get(id(code)) or Projection(code)
            if code is not None:
                self._shared[id(code)] = projection
        return projection

    def _renew(self) -> None:
        for projection in self._projections.values():
            projection.renew()

    def _collect(self, object_type: GraphQLObjectType, fields: FieldDetailsList) -> CollectedFields:
        """As the executor collects, into the same memory. Raises GraphQLError."""
        key = object_type, id(fields)
        known = self.subfields.get(key)
        if known is None:
            operation = self.operation
            collected = collect_subfields(
                operation.schema,
                operation.fragments,
                self._variables,
                operation.definition,
                object_type,
                fields,
            )
            known = self.subfields[key] = fields, collected
        return known[1]


class PlannedOperation:
    """A query that can be planned, and its plans so far."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        definition: OperationDefinitionNode,
        root: GraphQLObjectType,
        patience: int,
    ) -> None:
        self.patience = patience
        self.schema = schema
        self.definition = definition
        self.root_type = root
        self.fragment_definitions = _fragments(document)
        self.fragments = {name: FragmentDetails(node) for name, node in self.fragment_definitions.items()}
        self.stock: dict[str, Any] | None = None
        """Kept here by the executor."""
        self.variables = Variables(schema, definition)
        self._conditions = tuple(sorted(_condition_variables(document)))
        self._plans: dict[tuple[Any, ...], Plan | None] = {}
        self._document = document
        self._runs = 0
        self._wanted: Attributes | None = None

    @classmethod
    def of(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        definition: OperationDefinitionNode,
        patience: int = PATIENCE,
    ) -> "PlannedOperation | None":
        """The operation; None where graphql-core shall run it alone.

        That is: mutations and subscriptions, and documents with any directive but @skip and
        @include or with variables of fragments.
        """
        if definition.operation is not OperationType.QUERY or schema.query_type is None:
            return None
        plain = all(
            not node.directives
            and not (isinstance(node, FragmentDefinitionNode) and node.variable_definitions)
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
        ) and not any(variable.directives for variable in definition.variable_definitions or ())
        if not plain or any(node.name.value not in _CONDITIONS for node in _directives(document)):
            return None
        return cls(schema, document, definition, schema.query_type, patience)

    def conditions_of(self, variables: VariableValues) -> dict[str, Any]:
        """The variables that decide which fields are selected."""
        coerced = variables.coerced
        return {name: coerced[name] for name in self._conditions if name in coerced}

    def wanted(self) -> Attributes | None:
        """What this run looks at in imin's documents; None for all, where it is not known or not worth it."""
        self._runs += 1
        if self._runs == RUNS_BEFORE_EXCERPTS:
            self._wanted = wanted_by(self.schema, self._document)
            self._plans.clear()  # generated code is at its best with the classes that it meets first
        return self._wanted

    def plan(self, variables: VariableValues) -> Plan | None:
        """The plan under those variables; None where graphql-core shall run the operation alone."""
        key = tuple(variables.coerced.get(name) for name in self._conditions)
        if key in self._plans:
            return self._plans[key]
        if len(self._plans) == MOST_PLANS or not all(isinstance(value, bool) for value in key):
            return None
        try:
            plan = Plan(self, variables)
        except GraphQLError:
            plan = None
        self._plans[key] = plan
        return plan


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }


def _selections(selection_set: SelectionSetNode | None) -> Iterator[SelectionNode]:
    """Every selection of a selection set, those below included; fragments are not entered."""
    waiting = list(selection_set.selections) if selection_set else []
    while waiting:
        selection = waiting.pop()
        yield selection
        below = getattr(selection, "selection_set", None)
        if below:
            waiting += below.selections


def _directives(document: DocumentNode) -> Iterator[DirectiveNode]:
    for definition in document.definitions:
        for selection in _selections(getattr(definition, "selection_set", None)):
            yield from selection.directives or ()


def _condition_variables(document: DocumentNode) -> set[str]:
    return {
        argument.value.name.value
        for directive in _directives(document)
        for argument in directive.arguments or ()
        if isinstance(argument.value, VariableNode)
    }
