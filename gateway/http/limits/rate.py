"""How much a caller may ask for: a bucket of cost for each, which fills up with time.

Kept in this process; gateway.http.shared_rates keeps those of several in step.
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
    """What one caller may still spend. unshared: spent here, and not known to other replicas yet."""

    rules: RateRules
    level: float
    filled_at: float
    unshared: int = 0

    def spend(self, cost: int) -> bool:
        """Take the cost out, or nothing where there is not enough."""
        now = time.monotonic()
        risen = (now - self.filled_at) * self.rules.cost_per_second
        self.level = min(self.rules.burst, self.level + risen)
        self.filled_at = now
        if cost > self.level:
            return False
        self.level -= cost
        self.unshared += cost
        return True

    def take_over(self, level: float) -> None:
        """Go on from the level that all replicas share."""
        # What was spent meanwhile is told next time.
        self.level = level - self.unshared
        self.filled_at = time.monotonic()

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


class RateLimited(Exception):
    """There is not enough in a caller's bucket. cost: what was to be spent."""

    def __init__(self, bucket: Bucket, cost: int) -> None:
        super().__init__()
        self.bucket = bucket
        self.cost = cost


class Rates:
    """Buckets by caller. Trusted services have none: they ask for many customers at once.

    are_shared: whether somebody keeps them in step with other replicas, and asks for `spenders`.
    """

    def __init__(self, rules: RateRules | None, *, are_shared: bool = False) -> None:
        self.are_shared = are_shared
        self._rules = rules
        self._buckets: LRUCache[str, Bucket] = LRUCache(_MOST_CALLERS)
        self._asked: dict[str, Bucket] = {}

    def bucket_of(self, caller: Caller) -> Bucket | None:
        """The caller's bucket; None where nothing limits them."""
        rules = self._rules
        if rules is None or caller.may_name_any_customer:
            return None
        name = caller.customer or ""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(rules, rules.burst, time.monotonic())
        if self.are_shared:
            self._asked[name] = bucket
        return bucket

    def spenders(self) -> list[tuple[str, Bucket]]:
        """Callers who have spent what other replicas do not know of yet, with their buckets."""
        asked, self._asked = self._asked, {}
        return [(name, bucket) for name, bucket in asked.items() if bucket.unshared]
