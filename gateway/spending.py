"""What an operation costs, in requests to imin: estimated before it runs, charged further as it grows."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.errors import LIMIT_EXCEEDED, RATE_LIMITED, GatewayError
from gateway.imin.transport.call_counter import CallCounter

RATE_LIMIT_EXCEEDED = "The rate limit is exceeded. Please wait a moment."


def _has_enough(_cost: int) -> bool:
    return True


@dataclass(slots=True)
class Spending:
    """The cost of one result of an operation.

    calls: of the client's request; counts what is sent. charge: takes a cost from the caller's rate bucket;
    False if there is not enough. estimate: before the operation runs. cost: the estimate and what was charged
    beyond it. most: that one result may cost.
    """

    calls: CallCounter = field(default_factory=CallCounter)
    charge: Callable[[int], bool] = _has_enough
    estimate: int = 0
    cost: int = 0
    most: int = 0

    def begin(self, estimate: int, most: int) -> None:
        """Set what a result is expected to cost, and what it may cost at most."""
        self.estimate = self.cost = estimate
        self.most = most

    def charge_estimate(self, already: int = 0) -> bool:
        """Charge the estimate; False if the caller has not enough. already: charged for the request."""
        is_charged = self.charge(max(0, self.estimate - already))
        self.calls.charged += self.estimate * is_charged
        return is_charged

    def expect(self, requests: int = 1) -> None:
        """Account for requests that are about to be sent. Those beyond the estimate are charged first.

        Raises GatewayError if the operation would cost too much, or the caller has not enough.
        """
        calls = self.calls
        calls.expected += requests
        extra = calls.expected - calls.charged
        if extra > 0:
            self._charge_more(extra)

    def _charge_more(self, requests: int) -> None:
        if self.cost + requests > self.most:
            raise GatewayError(
                LIMIT_EXCEEDED, f"Cost must be {self.most} at most, but finding the result takes more."
            )
        if not self.charge(requests):
            raise GatewayError(RATE_LIMITED, RATE_LIMIT_EXCEEDED)
        self.cost += requests
        self.calls.charged += requests
