"""Subscriptions over a plan: their source is called directly, and events are completed by generated code."""

from collections.abc import AsyncIterable
from typing import Any

from graphql.execution.values import VariableValues
from graphql.pyutils import Path

from gateway.execution.compiled.executor import BAILED, run_code
from gateway.execution.compiled.info import LazyInfo
from gateway.execution.compiled.plan import FieldSite, Plan
from gateway.execution.compiled.root_fields import PlannedRun
from gateway.execution.counts import ExecutionCounts


def planned_source(
    plan: Plan, values: VariableValues, context: Any, counts: ExecutionCounts
) -> AsyncIterable[Any] | None:
    """The events of the subscription's field; None if graphql-core has to call its resolver."""
    site = _root_site(plan)
    call = site.field.call if site else None
    arguments = call.arguments(values.coerced) if call else None
    if site is None or call is None or arguments is None:
        return None
    info = LazyInfo(PlannedRun(plan, values, context, counts), call.declared, site)
    source: Any = call(None, info, arguments)
    return source  # type: ignore[no-any-return]  # `ResolverCall.of` has checked that it is one


def planned_event(
    plan: Plan, values: VariableValues, context: Any, counts: ExecutionCounts, event: Any
) -> dict[str, Any] | None:
    """The data of one event's result; None if graphql-core has to make it."""
    site = _root_site(plan)
    if site is None:
        return None
    completed = run_code(PlannedRun(plan, values, context, counts), site.field.code, event)
    return None if completed is BAILED else {str(site.path.key): completed}


def _root_site(plan: Plan) -> FieldSite | None:
    """The one root field; None if a directive leaves it out."""
    if len(plan.root_fields) != 1:
        return None
    ((key, details),) = plan.root_fields.items()
    return FieldSite(plan.field(plan.root_type, details), plan.root_type, details, Path(None, key, None))
