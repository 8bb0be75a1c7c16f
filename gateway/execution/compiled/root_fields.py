"""Run a plan: execute the root fields concurrently."""

from asyncio import Future, ensure_future
from typing import Any, TypeAlias

from graphql import ExecutionResult, GraphQLError
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable

from gateway.execution.compiled.executor import CompletedObjects, PlannedExecutor, resolve_field
from gateway.execution.compiled.plan import FieldSite, Plan
from gateway.execution.counts import ExecutionCounts

_RootField: TypeAlias = tuple[str, FieldSite, dict[str, Any]]
"""A root field by its response key, with its arguments. A plain tuple: there is one for each alias."""


class PlannedRun:
    """One request of a planned query.

    graphql-core's executor is created only if generated code bails, or a resolver cannot be called directly.
    """

    __slots__ = ("_core", "_values", "completed", "context_value", "counts", "plan")

    def __init__(self, plan: Plan, values: VariableValues, context: Any, counts: ExecutionCounts) -> None:
        self.plan = plan
        self.counts = counts
        self.context_value = context
        self._values = values
        self._core: PlannedExecutor | None = None
        self.completed: CompletedObjects | None = {} if len(plan.root_fields) > 1 else None

    @property
    def core(self) -> PlannedExecutor:
        if self._core is None:
            self._core = PlannedExecutor(self.plan, self._values, self.context_value, self.counts)
        return self._core

    @property
    def coerced(self) -> dict[str, Any]:
        return self._values.coerced

    async def result(self) -> ExecutionResult:
        """The result that graphql-core's execute_operation would return."""
        data: dict[str, Any] | None = None
        try:
            data = await (self._nullable_fields() if self.plan.root_fields_are_nullable else self.core.root())
        except GraphQLError as error:
            self.core.collected_errors.add(error, None)
        errors = None if self._core is None else self._core.collected_errors.errors
        return ExecutionResult(data, errors or None)

    async def _nullable_fields(self) -> dict[str, Any]:
        """Execute root fields of which none can make the whole data null by its error.

        So nothing needs to be cancelled at the first error, which is most of what asyncio.gather costs.
        """
        results, sequential = self._start()
        awaitables = [key for key, result in results.items() if optimized_is_awaitable(result)]
        if len(awaitables) + len(sequential) > 1:
            results |= {key: ensure_future(results[key]) for key in awaitables}
        try:
            for key, site, arguments in sequential:
                results[key] = await resolve_field(self, site, None, arguments)
            for key in awaitables:
                results[key] = await results[key]
        except BaseException:  # the request is cancelled
            for key in awaitables:
                if isinstance(results[key], Future):
                    results[key].cancel()
            raise
        return results

    def _start(self) -> tuple[dict[str, Any], list[_RootField]]:
        """Start the fields.

        Returns their values or awaitables by response key, and the fields that are still to be resolved, one
        after the other: those that have started what they wait for, so that a task each would gain nothing.
        """
        results: dict[str, Any] = {}
        sequential: list[_RootField] = []
        plan, root = self.plan, self.plan.root_type
        is_alone = len(plan.root_fields) == 1
        for key, details in plan.root_fields.items():
            site = FieldSite(plan.field(root, details), root, details, Path(None, key, root.name))
            call = site.field.call
            arguments = None if call is None else call.arguments(self._values.coerced)
            if call is None or arguments is None:
                results[key] = self.core.execute_field(root, None, details, site.path, None)
            elif is_alone or (site.field.is_compiled and call.prefetch(self.context_value, arguments)):
                results[key] = None  # reserves its position in the response
                sequential.append((key, site, arguments))
            else:
                results[key] = resolve_field(self, site, None, arguments)
        return results, sequential
