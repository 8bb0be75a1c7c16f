"""Limits retries to a share of the calls, so that retrying cannot multiply the load on a failing endpoint."""

_MAX_SAVED = 10.0
_INITIALLY_SAVED = 3.0


class RetryBudget:
    """Each call adds `share` of a retry, each retry takes one; a few are there from the start."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._saved = _INITIALLY_SAVED

    def record_call(self) -> None:
        """Add to the budget."""
        self._saved = min(self._saved + self._share, _MAX_SAVED)

    def charge(self) -> bool:
        """Take one retry; False if none is left."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
