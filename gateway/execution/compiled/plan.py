"""Plans: what is known of an operation before it runs, stored with its document.

Which fields are selected depends on the document, and on the Booleans that @skip and @include read from
variables, and on nothing else. So there is one plan for each assignment of those. It holds the fields that
graphql-core collects and the code generated for them, both made when first needed and shared by all requests.
"""

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
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
from graphql.pyutils import Path
from msgspec import Struct

from gateway.execution.compiled.adaptive_code import MAX_BAILS, AdaptiveCode
from gateway.execution.compiled.attribute_fields import attribute_of
from gateway.execution.compiled.conditions import condition_variables, is_plannable
from gateway.execution.compiled.generic_code import GenericCode
from gateway.execution.compiled.namespace import Complete
from gateway.execution.compiled.resolver_call import ResolverCall
from gateway.execution.compiled.selected_attributes import selected_attributes
from gateway.execution.variables import Variables
from gateway.imin.documents import Attributes

MAX_PLANS = 16
"""Plans per operation; requests with further assignments run in graphql-core."""

RUNS_BEFORE_PARTIAL = 8
"""Runs after which an operation is worth its own classes of partial documents."""

Subfields = dict[tuple[GraphQLObjectType, int], tuple[FieldDetailsList, CollectedFields]]


class PlannedField:
    """A field of an operation under one parent type.

    attribute: what the field reads, if it has no resolver. call: how to call its resolver, if that is known.
    code: for its values, if they can be compiled.
    """

    __slots__ = ("attribute", "call", "code", "definition", "nodes")

    def __init__(
        self,
        definition: GraphQLField | None,
        call: ResolverCall | None,
        nodes: list[FieldNode],
        code: AdaptiveCode | None,
    ) -> None:
        self.definition = definition
        self.attribute = attribute_of(definition) if definition else None
        self.call = call
        self.nodes = nodes
        self.code = code

    @property
    def is_compiled(self) -> bool:
        """Whether generated code completes its values: then no field below it has a resolver."""
        return self.code is not None and self.code.complete is not None


class FieldSite(Struct, frozen=True):
    """A field at one position of a response. details: its nodes as graphql-core collected them."""

    field: PlannedField
    parent_type: GraphQLObjectType
    details: FieldDetailsList
    path: Path


class Plan:
    """A query under one assignment of the variables of @skip and @include.

    Lists of collected fields serve as keys by their identity, which is safe since the plan holds them all.
    """

    def __init__(self, operation: "PlannedOperation", variables: VariableValues) -> None:
        self.operation = operation
        self.root_type: GraphQLObjectType = operation.root_type
        self._variables = VariableValues({}, operation.conditions(variables))
        collected = collect_fields(
            operation.schema, operation.fragments, self._variables, operation.root_type, operation.definition
        )
        self.root_fields = collected.grouped_field_set
        definitions = [
            operation.schema.get_field(self.root_type, details[0].node.name.value)
            for details in self.root_fields.values()
        ]
        self.root_fields_are_nullable = all(
            field and not is_non_null_type(field.type) for field in definitions
        )
        self.subfields: Subfields = {}
        self.single_resolver_objects: dict[int, Any] = {}
        """Used by SingleResolverObject, keyed by the identity of a list of collected fields."""
        self._generic = GenericCode(operation.schema, self._collect, self._on_class)
        self._codes: dict[tuple[int, int], AdaptiveCode | None] = {}
        self._codes_by_function: dict[Complete, AdaptiveCode] = {}
        """Fields with equal selections share their code."""
        self._fields: dict[int, PlannedField] = {}

    def field(self, parent: GraphQLObjectType, details: FieldDetailsList) -> PlannedField:
        """The field that a list of collected nodes selects."""
        planned = self._fields.get(id(details))
        if planned is None:
            definition = self.operation.schema.get_field(parent, details[0].node.name.value)
            nodes = [detail.node for detail in details]
            call = ResolverCall.of(self.operation.schema, definition, nodes[0]) if definition else None
            code = self.code(definition.type, details) if definition else None
            planned = self._fields[id(details)] = PlannedField(definition, call, nodes, code)
        return planned

    def code(self, return_type: GraphQLOutputType, details: FieldDetailsList) -> AdaptiveCode | None:
        """The code for values of a type under the selection of those nodes; None if it cannot be compiled."""
        key = id(details), id(return_type)
        if key not in self._codes:
            function = self._generic.function(return_type, details)
            code = self._codes_by_function.get(function) if function else None
            if function and code is None:
                code = AdaptiveCode(self._generic, function, return_type, details)
                self._codes_by_function[function] = code
            self._codes[key] = code
        return self._codes[key]

    def _on_class(self) -> None:
        for code in self._codes_by_function.values():
            code.on_class()

    def _collect(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> CollectedFields:
        """Collect subfields as graphql-core's executor does, into its cache. Raises GraphQLError."""
        key = object_type, id(details)
        cached = self.subfields.get(key)
        if cached is None:
            operation = self.operation
            collected = collect_subfields(
                operation.schema,
                operation.fragments,
                self._variables,
                operation.definition,
                object_type,
                details,
            )
            cached = self.subfields[key] = details, collected
        return cached[1]


class PlannedOperation:
    """A query or subscription that can be planned, and its plans so far. max_bails: see MAX_BAILS."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        definition: OperationDefinitionNode,
        root: GraphQLObjectType,
        max_bails: int,
    ) -> None:
        self.max_bails = max_bails
        self.schema = schema
        self.definition = definition
        self.root_type = root
        self.fragment_definitions = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.fragments = {name: FragmentDetails(node) for name, node in self.fragment_definitions.items()}
        self.variables = Variables(schema, definition)
        self.core_attributes: dict[str, Any] | None = None
        """Used by PlannedExecutor: attributes that are the same for each request."""
        self._condition_names = tuple(sorted(condition_variables(document)))
        self._plans: dict[tuple[Any, ...], Plan | None] = {}
        self._document = document
        self._runs = 0
        self._selected: Attributes | None = None

    @classmethod
    def of(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        definition: OperationDefinitionNode,
        max_bails: int = MAX_BAILS,
    ) -> "PlannedOperation | None":
        """The operation; None if graphql-core has to run it alone.

        That is the case for mutations, and for documents that are not plannable.
        """
        root = {
            OperationType.QUERY: schema.query_type,
            OperationType.SUBSCRIPTION: schema.subscription_type,
        }.get(definition.operation)
        if root is None or not is_plannable(document, definition):
            return None
        return cls(schema, document, definition, root, max_bails)

    def conditions(self, variables: VariableValues) -> dict[str, Any]:
        """The variables that decide which fields are selected."""
        coerced = variables.coerced
        return {name: coerced[name] for name in self._condition_names if name in coerced}

    def selected_attributes(self) -> Attributes | None:
        """The attributes of imin's documents that this run will read, counting the run.

        None stands for all of them: the attributes are unknown, or not yet worth classes of their own.
        """
        self._runs += 1
        if self._runs == RUNS_BEFORE_PARTIAL:
            self._selected = selected_attributes(self.schema, self._document)
            self._plans.clear()  # code is specialised best for the first class it sees
        return self._selected

    def plan(self, variables: VariableValues) -> Plan | None:
        """The plan under those variables; None if graphql-core has to run the operation alone."""
        key = tuple(variables.coerced.get(name) for name in self._condition_names)
        if key in self._plans:
            return self._plans[key]
        if len(self._plans) == MAX_PLANS or not all(isinstance(value, bool) for value in key):
            return None
        try:
            plan = Plan(self, variables)
        except GraphQLError:
            plan = None
        self._plans[key] = plan
        return plan
