"""Execute the fields of a planned query: with generated code if possible, otherwise in graphql-core."""

from typing import Any, Protocol, cast

from graphql import GraphQLField, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import CollectedErrors, default_field_resolver, default_type_resolver
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, RefMap
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution.compiled.adaptive_code import AdaptiveCode
from gateway.execution.compiled.info import LazyInfo
from gateway.execution.compiled.namespace import Complete
from gateway.execution.compiled.plan import FieldSite, Plan, PlannedOperation
from gateway.execution.compiled.resolver_call import ResolverCall
from gateway.execution.compiled.single_resolver_object import SingleResolverObject
from gateway.execution.counts import ExecutionCounts

BAILED: Any = object()
"""Stands for the result of generated code that has none, or has bailed."""

CompletedObjects = dict[tuple[Complete, int], tuple[Any, Any]]
"""Completed values by function and id of the object. Holds the object, so that its id is not reused."""


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor for one request of a planned query.

    Completes values with the plan's generated code. Everything else, and every value on which that code
    bails, is left to the methods of the base class.
    """

    def __init__(self, plan: Plan, values: VariableValues, context: Any, counts: ExecutionCounts) -> None:
        # The base class's __init__ makes a reference cycle, which would keep the context and all that it has
        # loaded until the next garbage collection.
        self.__dict__.update(_core_attributes(plan.operation))
        self.context_value = context
        self.variable_values = plan.operation.variables.with_sources(values)
        self.collected_errors = CollectedErrors()
        self.pending_incremental_futures = set()
        self.background_futures = set()
        self._stream_usages = RefMap()
        self.plan = plan
        self.counts = counts
        self.completed: CompletedObjects | None = None
        self._relevant_sub_fields = plan.subfields

    @property
    def core(self) -> "PlannedExecutor":
        return self

    @property
    def coerced(self) -> dict[str, Any]:
        return self.variable_values.coerced

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:  # type: ignore[override]  # an attribute there
        return GraphQLResolveInfoHelpers(gather=self.gather_async_work, track=self.track_async_work)

    async def root(self) -> dict[str, Any]:
        """The response's data. Raises GraphQLError if the error of a non-null field makes all of it null."""
        result = self.execute_fields(self.plan.root_type, None, None, self.plan.root_fields, None)
        return cast("dict[str, Any]", await result if self.is_awaitable(result) else result)

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        field = self.plan.field(parent_type, field_details_list)
        if field.attribute is not None:
            completed = run_code(self, field.code, source, field.attribute)
            if completed is not BAILED:
                return completed
        elif field.call is not None:
            arguments = field.call.arguments(self.variable_values.coerced)
            if arguments is not None:
                site = FieldSite(field, parent_type, field_details_list, path)
                return resolve_field(self, site, source, arguments)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def complete_value(  # noqa: PLR0913, PLR0917  # graphql-core's signature
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        completed = run_code(self, self.plan.code(return_type, field_details_list), result)
        if completed is not BAILED:
            return completed
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def complete_in_core(self, site: FieldSite, info: GraphQLResolveInfo[Any], result: Any) -> Any:
        """Complete a field's value without trying generated code for the value itself."""
        return_type = cast("GraphQLField", site.field.definition).type
        return super().complete_value(return_type, site.details, info, site.path, result, None)


class PlannedRequest(Protocol):
    """One request of a planned query, as its fields need it.

    context_value: the context that resolvers get. completed: what generated code has made of which object, so
    that the same is not made twice; None if no object can occur twice.
    """

    plan: Plan
    counts: ExecutionCounts
    context_value: Any
    completed: CompletedObjects | None

    @property
    def coerced(self) -> dict[str, Any]:
        """Values of the variables."""

    @property
    def core(self) -> PlannedExecutor:
        """graphql-core's executor, created when it is first needed."""


async def resolve_field(
    request: PlannedRequest, site: FieldSite, source: Any, arguments: dict[str, Any]
) -> Any:
    """The completed value of a field with a ResolverCall.

    Does what graphql-core does in execute_field and complete_awaitable_value.
    """
    call, definition = cast("ResolverCall", site.field.call), cast("GraphQLField", site.field.definition)
    info = LazyInfo(request, call.declared, site)
    try:
        result = await call(source, info, arguments)
        completed = run_code(request, site.field.code, result)
        if completed is BAILED and not site.field.is_compiled:
            completed = await _complete_single_resolver_object(request, site, result)
        if completed is not BAILED:
            return completed
        core, raw_info = request.core, info._raw_info  # noqa: SLF001  # graphql-core's own info
        completed = core.complete_in_core(site, raw_info, result)
        return await completed if core.is_awaitable(completed) else completed
    except Exception as error:  # noqa: BLE001  # as in graphql-core
        request.core.handle_field_error(error, definition.type, site.details, site.path)
        return None


async def _complete_single_resolver_object(request: PlannedRequest, site: FieldSite, value: Any) -> Any:
    definition = cast("GraphQLField", site.field.definition)
    how = SingleResolverObject.of(request.plan, definition, site.details)
    if how is None:
        return BAILED
    key, resolved, details = how.resolved
    arguments = cast("ResolverCall", resolved.call).arguments(request.coerced)
    if arguments is None:
        return BAILED
    try:
        how.require(value)
    except Exception:  # noqa: BLE001  # graphql-core meets the same error, and reports it
        return BAILED
    completed: dict[str, Any] = {}
    for name, field in how.fields.items():
        if field is None:
            completed[name] = how.object_type.name
        elif field is resolved:
            completed[name] = None  # reserves its position in the response
        else:
            completed[name] = run_code(request, field.code, value, field.attribute)
        if completed[name] is BAILED:
            return BAILED
    path = Path(site.path, key, how.object_type.name)
    inner = FieldSite(resolved, how.object_type, details, path)
    completed[key] = await resolve_field(request, inner, value, arguments)
    return completed


def run_code(
    request: PlannedRequest, code: AdaptiveCode | None, value: Any, attribute: str | None = None
) -> Any:
    """The value, or an attribute of it, completed by generated code; BAILED if that is not possible."""
    if code is None or (complete := code.complete) is None:
        return BAILED
    code.runs += 1
    request.counts.compiled += 1
    try:
        if request.completed is None or attribute is not None:
            return complete(value if attribute is None else getattr(value, attribute))
        known = request.completed.get((complete, id(value)))
        if known is None:
            known = request.completed[complete, id(value)] = value, complete(value)
        return known[1]
    except Exception:  # noqa: BLE001  # graphql-core meets the same error, and reports it
        code.count_bail(request.plan.operation.max_bails)
        request.counts.compiled -= 1
        request.counts.bailed += 1
        return BAILED


def _core_attributes(operation: PlannedOperation) -> dict[str, Any]:
    """The attributes of graphql-core's executor that are the same for each request."""
    if operation.core_attributes is None:
        operation.core_attributes = vars(
            StrawberryGraphQLCoreExecutionContext(
                operation.schema,
                operation.fragment_definitions,
                operation.fragments,
                None,
                None,
                operation.definition,
                None,
                default_field_resolver,
                default_type_resolver,
                default_field_resolver,
                is_awaitable=optimized_is_awaitable,
            )
        )
        del operation.core_attributes["async_helpers"]
    return operation.core_attributes
