"""Running a plan: graphql-core's own executor, with the usual parts taken from the plan."""

from typing import Any, cast

from graphql import ExecutionResult, GraphQLError, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import default_field_resolver, default_type_resolver
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution.counts import ExecutionCounts
from gateway.execution.plan import Plan, Projection


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """One request for a planned query.

    Completes values with the plan's generated code and hands everything else, and every value on
    which that code bails, to graphql-core's executor, which it is.
    """

    def __init__(self, plan: Plan, variables: VariableValues, context: Any, counts: ExecutionCounts) -> None:
        operation = plan.operation
        super().__init__(
            operation.schema,
            operation.fragment_definitions,
            operation.fragments,
            None,
            context,
            operation.definition,
            variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            is_awaitable=optimized_is_awaitable,
        )
        self._plan = plan
        self._counts = counts
        self._relevant_sub_fields = plan.subfields

    async def run(self) -> ExecutionResult:
        """The answer, as graphql-core's execute_operation gives it."""
        try:
            result = self.execute_fields(self._plan.root_type, None, None, self._plan.root_fields, None)
            data = await result if self.is_awaitable(result) else result
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            data = None
        return ExecutionResult(cast("dict[str, Any] | None", data), self.collected_errors.errors or None)

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
        if field.attribute is not None and (project := field.projection.project) is not None:
            field.projection.runs += 1
            try:
                completed = project(getattr(source, field.attribute))
            except Exception:  # noqa: BLE001  # whatever it is, graphql-core meets it again
                self._bailed(field.projection)
            else:
                self._counts.compiled += 1
                return completed
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
        projection = self._plan.projection(return_type, field_details_list)
        if (project := projection.project) is not None:
            projection.runs += 1
            try:
                completed = project(result)
            except Exception:  # noqa: BLE001  # as above
                self._bailed(projection)
            else:
                self._counts.compiled += 1
                return completed
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def _bailed(self, projection: Projection) -> None:
        projection.bailed(self._plan.operation.patience)
        self._counts.bailed += 1
