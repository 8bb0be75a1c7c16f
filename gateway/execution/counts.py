"""Count compiled executions and bails, for the metrics."""

from dataclasses import dataclass


@dataclass(slots=True)
class ExecutionCounts:
    """Counts since the start of the process. The names are labels of a metric.

    planned, unplanned: operations run over a plan, and in graphql-core alone.
    compiled: values completed by generated code. bailed: values on which generated code bailed, so that
    graphql-core completed them. excerpts: operations that decoded partial documents. reused: operations for
    which a finished answer was sent again.
    """

    planned: int = 0
    unplanned: int = 0
    compiled: int = 0
    bailed: int = 0
    excerpts: int = 0
    reused: int = 0
