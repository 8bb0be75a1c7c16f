"""What the execution did, for the metrics: how much ran compiled, and how often it had to give up."""

from dataclasses import dataclass


@dataclass(slots=True)
class ExecutionCounts:
    """Counted since the start of the process.

    planned, unplanned: operations run over a plan, and those left to graphql-core alone.
    compiled: values completed by generated code. bailed: values that generated code gave up on,
    so that graphql-core completed them again. excerpts: operations that had no more of imin's documents read
    than they look at.
    """

    planned: int = 0
    unplanned: int = 0
    compiled: int = 0
    bailed: int = 0
    excerpts: int = 0
