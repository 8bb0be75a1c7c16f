"""Fields of a planned query: generated code for what is usual, graphql-core's executor for the rest."""

from typing import Any, Protocol, cast

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import CollectedErrors, default_field_resolver, default_type_resolver
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, RefMap
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution.compiled.generic_code import Project
from gateway.execution.compiled.plan import Plan, PlannedField, PlannedOperation, Projection
from gateway.execution.compiled.resolver_call import Info, ResolverCall
from gateway.execution.compiled.single_resolver_object import Layout
from gateway.execution.counts import ExecutionCounts

_UNUSUAL: Any = object()


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """What graphql-core does for one request for a planned query.

    Completes values with the plan's generated code and hands everything else, and every value on
    which that code bails, to graphql-core's executor, which it is.
    """

    def __init__(self, plan: Plan, values: VariableValues, context: Any, counts: ExecutionCounts) -> None:
        # graphql-core's own __init__ would tie this executor to itself, so that it, and all that its
        # context holds, would wait for the garbage collector.
        self.__dict__.update(_stock(plan.operation))
        self.context_value = context
        self.variable_values = plan.operation.variables.with_sources(values)
        self.collected_errors = CollectedErrors()
        self.pending_incremental_futures = set()
        self.background_futures = set()
        self._stream_usages = RefMap()
        self.plan = plan
        self.counts = counts
        self.completed: Completed | None = None
        self._relevant_sub_fields = plan.subfields

    @property
    def core(self) -> "PlannedExecutor":
        """Itself."""
        return self

    @property
    def coerced(self) -> dict[str, Any]:
        """Values of the variables."""
        return self.variable_values.coerced

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:  # type: ignore[override]  # an attribute there
        """Made where a resolver asks for them."""
        return GraphQLResolveInfoHelpers(gather=self.gather_async_work, track=self.track_async_work)

    async def root(self) -> dict[str, Any]:
        """The data of the whole answer. Raises GraphQLError where a field takes all of it along."""
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
        """The completed value of a field: here where it reads an attribute, else in graphql-core."""
        field = self.plan.field(parent_type, field_details_list)
        if field.attribute is not None:
            completed = _projected(self, field.projection, source, field.attribute)
            if completed is not _UNUSUAL:
                return completed
        elif field.call is not None:
            arguments = field.call.arguments(self.variable_values.coerced)
            if arguments is not None:
                place = field, parent_type, field_details_list, path
                return resolved(self, place, source, arguments)
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
        """The completed value: generated code where there is some and it succeeds, else graphql-core."""
        completed = _projected(self, self.plan.projection(return_type, field_details_list), result)
        if completed is not _UNUSUAL:
            return completed
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def complete_again(self, place: "Place", info: GraphQLResolveInfo[Any], result: Any) -> Any:
        """The completed value of a field, of which generated code has made nothing."""
        field, _, fields, path = place
        return_type = cast("GraphQLField", field.definition).type
        return super().complete_value(return_type, fields, info, path, result, None)


Place = tuple[PlannedField, GraphQLObjectType, FieldDetailsList, Path]
"""A field: as planned, its parent type, its nodes in the document, its path in the answer."""


Completed = dict[tuple[Project, int], tuple[Any, Any]]


class Run(Protocol):
    """One request for a planned query, or as much of it as the fields need.

    core: graphql-core's executor. context_value: as resolvers know it. coerced: values of the variables.
    completed: what generated code has made of which object, by both, so that the same is not made twice;
    None where it is sure to be asked for one only. The object stands beside it, so that no other can come
    by its id.
    """

    plan: Plan
    counts: ExecutionCounts
    context_value: Any
    completed: Completed | None

    @property
    def coerced(self) -> dict[str, Any]:
        """Values of the variables."""

    @property
    def core(self) -> PlannedExecutor:
        """Made where it is needed."""


async def resolved(run: Run, place: Place, source: Any, arguments: dict[str, Any]) -> Any:
    """As execute_field and complete_awaitable_value, for a resolver whose call is known."""
    field, parent, fields, path = place
    call, definition = cast("ResolverCall", field.call), cast("GraphQLField", field.definition)
    info = Info(run, call.declared, (definition, field.nodes, parent, path))
    try:
        result = await call(source, info, arguments)
        completed = _projected(run, field.projection, result)
        if completed is _UNUSUAL and field.projection.project is None:
            completed = await _laid_out(run, place, result)
        if completed is not _UNUSUAL:
            return completed
        core, raw = run.core, info._raw_info  # noqa: SLF001  # graphql-core's own
        completed = core.complete_again(place, raw, result)
        return await completed if core.is_awaitable(completed) else completed
    except Exception as error:  # noqa: BLE001  # as graphql-core
        run.core.handle_field_error(error, definition.type, fields, path)
        return None


async def _laid_out(run: Run, place: Place, value: Any) -> Any:
    """The object, completed, where generated code completes all its fields but one; else _UNUSUAL."""
    layout = Layout.of(run.plan, cast("GraphQLField", place[0].definition), place[2])
    if layout is None:
        return _UNUSUAL
    asked, field, fields = layout.asked
    arguments = cast("ResolverCall", field.call).arguments(run.coerced)
    if arguments is None:
        return _UNUSUAL
    try:
        layout.require(value)
    except Exception:  # noqa: BLE001  # whatever it is, graphql-core meets it again
        return _UNUSUAL
    completed: dict[str, Any] = {}
    for name, one in layout.read.items():
        if one is None:
            completed[name] = layout.object_type.name
        elif one is field:
            completed[name] = None  # keeps its place
        else:
            completed[name] = _projected(run, one.projection, value, one.attribute)
        if completed[name] is _UNUSUAL:
            return _UNUSUAL
    below = field, layout.object_type, fields, Path(place[3], asked, layout.object_type.name)
    completed[asked] = await resolved(run, below, value, arguments)
    return completed


def _projected(run: Run, projection: Projection, value: Any, attribute: str | None = None) -> Any:
    """The value, or an attribute of it, completed by generated code; _UNUSUAL where that cannot be."""
    if (project := projection.project) is None:
        return _UNUSUAL
    projection.runs += 1
    run.counts.compiled += 1
    try:
        if run.completed is None or attribute is not None:
            return project(value if attribute is None else getattr(value, attribute))
        known = run.completed.get((project, id(value)))
        if known is None:
            known = run.completed[project, id(value)] = value, project(value)
        return known[1]
    except Exception:  # noqa: BLE001  # whatever it is, graphql-core meets it again
        projection.bailed(run.plan.operation.patience)
        run.counts.compiled -= 1
        run.counts.bailed += 1
        return _UNUSUAL


def _stock(operation: PlannedOperation) -> dict[str, Any]:
    """What graphql-core's executor is made of, besides what is a request's own."""
    if operation.stock is None:
        operation.stock = vars(
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
        del operation.stock["async_helpers"]
    return operation.stock
