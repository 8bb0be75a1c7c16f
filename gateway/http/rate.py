"""How much a caller may ask for: a bucket of cost for each, which fills up with time.

Kept in this process; several processes let a caller have as many buckets.
"""

import math
import time
from dataclasses import dataclass

from cachetools import LRUCache

from gateway.auth import Caller

_MOST_CALLERS = 50_000


@dataclass(frozen=True, slots=True)
class RateRules:
    """cost_per_second: by how much buckets fill. burst: what a full one holds."""

    cost_per_second: float
    burst: int


@dataclass(slots=True)
class Bucket:
    """What one caller may still spend."""

    rules: RateRules
    level: float
    filled_at: float

    def spend(self, cost: int) -> bool:
        """Take the cost out, or nothing where there is not enough."""
        now = time.monotonic()
        risen = (now - self.filled_at) * self.rules.cost_per_second
        self.level = min(self.rules.burst, self.level + risen)
        self.filled_at = now
        if cost > self.level:
            return False
        self.level -= cost
        return True

    def seconds_until(self, cost: int) -> int:
        """Whole seconds until the bucket holds that much."""
        missing = min(cost, self.rules.burst) - self.level
        return max(1, math.ceil(missing / self.rules.cost_per_second))

    def headers(self) -> dict[str, str]:
        """What the caller is told. Source: IETF draft, RateLimit header fields for HTTP."""
        rules = self.rules
        full = math.ceil((rules.burst - self.level) / rules.cost_per_second)
        window = math.ceil(rules.burst / rules.cost_per_second)
        return {
            "RateLimit-Policy": f'"cost";q={rules.burst};w={window}',
            "RateLimit": f'"cost";r={int(self.level)};t={full}',
        }


class Rates:
    """Buckets by caller. Trusted services have none: they ask for many customers at once."""

    def __init__(self, rules: RateRules | None) -> None:
        self._rules = rules
        self._buckets: LRUCache[str, Bucket] = LRUCache(_MOST_CALLERS)

    def bucket_of(self, caller: Caller) -> Bucket | None:
        """The caller's bucket; None where nothing limits them."""
        rules = self._rules
        if rules is None or caller.may_name_any_customer:
            return None
        name = caller.customer or ""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(rules, rules.burst, time.monotonic())
        return bucket
