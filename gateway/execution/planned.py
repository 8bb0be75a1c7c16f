"""Running a plan: graphql-core's own executor, with the usual parts taken from the plan."""

from asyncio import Future, ensure_future
from typing import Any, cast

from graphql import (
    ExecutionResult,
    GraphQLError,
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

from gateway.execution.counts import ExecutionCounts
from gateway.execution.plan import Plan, PlannedField, PlannedOperation, Projection
from gateway.execution.resolver import Info, ResolverCall

_UNUSUAL: Any = object()


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """One request for a planned query.

    Completes values with the plan's generated code and hands everything else, and every value on
    which that code bails, to graphql-core's executor, which it is.
    """

    def __init__(self, plan: Plan, variables: VariableValues, context: Any, counts: ExecutionCounts) -> None:
        # graphql-core's own __init__ would tie this executor to itself, so that it, and all that its
        # context holds, would wait for the garbage collector.
        self.__dict__.update(_stock(plan.operation))
        self.context_value = context
        self.variable_values = variables
        self.collected_errors = CollectedErrors()
        self.pending_incremental_futures = set()
        self.background_futures = set()
        self._stream_usages = RefMap()
        self._plan = plan
        self._counts = counts
        self._relevant_sub_fields = plan.subfields

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:  # type: ignore[override]  # an attribute there
        """Made where a resolver asks for them."""
        return GraphQLResolveInfoHelpers(gather=self.gather_async_work, track=self.track_async_work)

    async def run(self) -> ExecutionResult:
        """The answer, as graphql-core's execute_operation gives it."""
        try:
            data = await (self._side_by_side() if self._plan.is_sure_of_root else self._root())
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            return ExecutionResult(None, self.collected_errors.errors or None)
        return ExecutionResult(data, self.collected_errors.errors or None)

    async def _root(self) -> dict[str, Any]:
        result = self.execute_fields(self._plan.root_type, None, None, self._plan.root_fields, None)
        return cast("dict[str, Any]", await result if self.is_awaitable(result) else result)

    async def _side_by_side(self) -> dict[str, Any]:
        """As execute_fields at the root, where no field can fail the others.

        So nobody has to hear at once of the first that fails, which is most of what gather costs.
        """
        root = self._plan.root_type
        results = {
            name: self.execute_field(root, None, fields, Path(None, name, root.name), None)
            for name, fields in self._plan.root_fields.items()
        }
        waiting = [name for name, result in results.items() if self.is_awaitable(result)]
        if len(waiting) > 1:
            results |= {name: ensure_future(results[name]) for name in waiting}
        try:
            for name in waiting:
                results[name] = await results[name]
        except BaseException:  # the request's own end
            for name in waiting:
                if isinstance(results[name], Future):
                    results[name].cancel()
            raise
        return results

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        """The completed value of a field: here where it reads an attribute, else in graphql-core."""
        field = self._plan.field(parent_type, field_details_list)
        if field.attribute is not None:
            completed = self._projected(field.projection, source, field.attribute)
            if completed is not _UNUSUAL:
                return completed
        elif field.call is not None:
            arguments = field.call.arguments(self.variable_values.coerced)
            if arguments is not None:
                return self._resolved(parent_type, source, field_details_list, path, field, arguments)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    async def _resolved(  # noqa: PLR0913, PLR0917  # what graphql-core passes from hand to hand
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        field: PlannedField,
        arguments: dict[str, Any],
    ) -> Any:
        """As execute_field and complete_awaitable_value, for a resolver whose call is known."""
        call, definition = cast("ResolverCall", field.call), cast("GraphQLField", field.definition)
        info = Info(self, call.declared, (definition, field.nodes, parent_type, path))
        try:
            result = await call(source, info, arguments)
            completed = self._projected(field.projection, result)
            if completed is not _UNUSUAL:
                return completed
            raw = info._raw_info  # noqa: SLF001  # graphql-core's own
            completed = super().complete_value(definition.type, field_details_list, raw, path, result, None)
            return await completed if self.is_awaitable(completed) else completed
        except Exception as error:  # noqa: BLE001  # as graphql-core
            self.handle_field_error(error, definition.type, field_details_list, path)
            return None

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
        completed = self._projected(self._plan.projection(return_type, field_details_list), result)
        if completed is not _UNUSUAL:
            return completed
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def _projected(self, projection: Projection, value: Any, attribute: str | None = None) -> Any:
        """The value, or an attribute of it, completed by generated code; _UNUSUAL where that cannot be."""
        if (project := projection.project) is None:
            return _UNUSUAL
        projection.runs += 1
        try:
            completed = project(value if attribute is None else getattr(value, attribute))
        except Exception:  # noqa: BLE001  # whatever it is, graphql-core meets it again
            projection.bailed(self._plan.operation.patience)
            self._counts.bailed += 1
            return _UNUSUAL
        self._counts.compiled += 1
        return completed


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
