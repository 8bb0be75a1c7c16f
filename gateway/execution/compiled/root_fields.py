"""Running a plan: the fields at its root, side by side."""

from asyncio import Future, ensure_future
from typing import Any

from graphql import ExecutionResult, GraphQLError
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable

from gateway.execution.compiled.executor import Completed, Place, PlannedExecutor, resolved
from gateway.execution.compiled.plan import Plan
from gateway.execution.counts import ExecutionCounts

_Turn = tuple[str, Place, dict[str, Any]]
"""A field by its name in the answer, and the arguments of its resolver."""


class PlannedRun:
    """One request for a planned query.

    As long as resolvers' calls are known and generated code completes what they bring, graphql-core's
    executor is not even made.
    """

    __slots__ = ("_core", "_values", "completed", "context_value", "counts", "plan")

    def __init__(self, plan: Plan, values: VariableValues, context: Any, counts: ExecutionCounts) -> None:
        self.plan = plan
        self.counts = counts
        self.context_value = context
        self._values = values
        self._core: PlannedExecutor | None = None
        self.completed: Completed | None = {} if len(plan.root_fields) > 1 else None

    @property
    def core(self) -> PlannedExecutor:
        """graphql-core's executor, made where there is something for it to do."""
        if self._core is None:
            self._core = PlannedExecutor(self.plan, self._values, self.context_value, self.counts)
        return self._core

    @property
    def coerced(self) -> dict[str, Any]:
        """Values of the variables."""
        return self._values.coerced

    async def result(self) -> ExecutionResult:
        """The answer, as graphql-core's execute_operation gives it."""
        data: dict[str, Any] | None = None
        try:
            data = await (self._side_by_side() if self.plan.is_sure_of_root else self.core.root())
        except GraphQLError as error:
            self.core.collected_errors.add(error, None)
        errors = None if self._core is None else self._core.collected_errors.errors
        return ExecutionResult(data, errors or None)

    async def _side_by_side(self) -> dict[str, Any]:
        """As execute_fields at the root, where no field can fail the others.

        So nobody has to hear at once of the first that fails, which is most of what gather costs.
        """
        results, in_turn = self._begun()
        waiting = [name for name, result in results.items() if optimized_is_awaitable(result)]
        if len(waiting) + len(in_turn) > 1:
            results |= {name: ensure_future(results[name]) for name in waiting}
        try:
            for name, place, arguments in in_turn:
                results[name] = await resolved(self, place, None, arguments)
            for name in waiting:
                results[name] = await results[name]
        except BaseException:  # the request's own end
            for name in waiting:
                if isinstance(results[name], Future):
                    results[name].cancel()
            raise
        return results

    def _begun(self) -> tuple[dict[str, Any], list[_Turn]]:
        """Values of the fields, or what promises them; and those that are as quickly resolved in turn."""
        results: dict[str, Any] = {}
        in_turn: list[_Turn] = []
        plan, root = self.plan, self.plan.root_type
        is_alone = len(plan.root_fields) == 1
        for name, fields in plan.root_fields.items():
            place = plan.field(root, fields), root, fields, Path(None, name, root.name)
            call = place[0].call
            arguments = None if call is None else call.arguments(self._values.coerced)
            if call is None or arguments is None:
                results[name] = self.core.execute_field(root, None, fields, place[3], None)
            elif is_alone or (place[0].is_all_code and call.begins(self.context_value, arguments)):
                results[name] = None  # keeps its place
                in_turn.append((name, place, arguments))
            else:
                results[name] = resolved(self, place, None, arguments)
        return results, in_turn
